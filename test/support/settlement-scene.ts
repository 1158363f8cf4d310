// Settlements of the tests below the API: the room composed on a house, with agreements of both sides' items.
import type { WrittenTerms } from '../../src/agreements/agreement-terms';
import type { Database } from '../../src/database/database';
import type { Sql } from '../../src/database/sql';
import type { Id } from '../../src/kernel/id';
import { isRefusal } from '../../src/kernel/refusal';
import { LedgerService } from '../../src/ledger/ledger.service';
import { makeSettlementSide, type SettlementSide } from '../../src/settlement/settlement-side';
import { StatementTally } from '../../src/settlement/statement/canonical';
import type { Statement, StatementLine } from '../../src/settlement/statement/statement';
import type { House } from './house';
import { TappedDatabase } from './tapped-database';

/** Thousands of views that we give, worth 2000 each. */
export const VIEWS: WrittenTerms['items'][number] = {
  code: 'views',
  side: 'OPERATOR',
  kind: 'EXPOSURE',
  unit: 'thousand views',
  unitValue: 2_000,
  offers: [],
  countsAt: 'ISSUE',
  atCeiling: 'WARN',
};

/** Addresses of people that the partner gives, worth 300 each. */
export const LEADS: WrittenTerms['items'][number] = { ...VIEWS, code: 'leads', side: 'PARTNER', unitValue: 300 };

/** The ledger may write through another door than the rest, as tests that hold one of them up need. */
export function settlementOf(
  house: House,
  doors: { readonly database?: Database; readonly ledger?: Database } = {},
): SettlementSide {
  const { catalogue, clock, exchange } = house;
  const ledger = doors.ledger ? new LedgerService(doors.ledger, clock) : house.ledger;
  const database = doors.database ?? house.database;
  return makeSettlementSide({ database, ledger, catalogue, clock, agreements: exchange.agreements });
}

/** Calls `act` when a state of the books was looked at, before anything is made of it. */
export class SnapshotDoor extends TappedDatabase {
  constructor(
    inner: Database,
    private readonly act: () => Promise<void>,
  ) {
    super(inner, () => {});
  }

  override async snapshot<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const result = await super.snapshot(work);
    await this.act();
    return result;
  }
}

export interface WholeStatement {
  readonly statement: Statement;
  readonly lines: readonly StatementLine[];
}

/** A statement with its lines, which are proven to be what it says. */
export async function wholeOf(side: SettlementSide, statement: Statement): Promise<WholeStatement> {
  const lines: StatementLine[] = [];
  for await (const line of side.statements.lines(statement)) lines.push(line);
  const { items, lineCount, hash, ...head } = statement.body;
  const tally = new StatementTally(head, items);
  for (const line of lines) expect(tally.add(line)).toBe(true);
  expect(tally.close()).toEqual({ items, lineCount, hash });
  return { statement, lines };
}

/** Issues all statements that are due, proven one by one and as a row. */
export async function issueAll(side: SettlementSide, agreementId: Id): Promise<WholeStatement[]> {
  const made: WholeStatement[] = [];
  for (;;) {
    const issued = await side.statements.issue({ role: 'BD', subject: 'bea' }, agreementId);
    if (isRefusal(issued)) return made;
    made.push(await wholeOf(side, issued));
  }
}
