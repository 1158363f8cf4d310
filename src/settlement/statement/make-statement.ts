// Makes a statement: gathers its lines from one state of the books, adds them up in their order, and issues it.
import type { FullAgreement } from '../../agreements/agreement';
import { inForceAt } from '../../agreements/agreement-phases';
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import { assert } from '../../kernel/assert';
import type { Clock, Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { BusinessTime } from '../../kernel/period';
import type { AccountKey } from '../../ledger/account';
import { readContra } from '../../ledger/contra.store';
import { type DisputedSum, disputedSums } from '../delivery/disputed-accounts';
import { confirmedItems } from '../exchanged-item';
import { StatementTally } from './canonical';
import { type Cutoff, gatherLines } from './gather';
import { NOTHING, type StatedItem, type StatementBody, type StatementHead } from './statement';
import { issueMade, keepMaking, type MadeStatement, readNumbered } from './statement.store';
import { type AccountSums, addStated, deleteLines, insertLines, linesIn } from './statement-line.store';

const DELETED_AT_ONCE = 5_000;

export interface MakingOf {
  readonly full: FullAgreement;
  /** The code of the partner. */
  readonly partner: string;
  readonly time: BusinessTime;
  readonly issuedBy: string;
  /** Whether it is issued only when there is a line. */
  readonly optional: boolean;
}

interface Collected {
  readonly lines: number;
  readonly sums: ReadonlyMap<AccountKey, AccountSums>;
  readonly disputed: ReadonlyMap<number, DisputedSum>;
}

export class StatementMaker {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly leaseMs: number,
  ) {}

  /** False when there was nothing to state, and it was optional. Throws LostStatementError. */
  async make(made: MadeStatement, of: MakingOf): Promise<boolean> {
    const collected = await this.database.snapshot((sql) => this.collect(sql, made, of));
    if (of.optional && collected.lines === 0) return false;
    const body = await this.bodyOf(made, of, collected.disputed);
    assert(body.lineCount === collected.lines, `statement ${made.id} has other lines than were gathered`);
    await this.database.transaction(async (tx) => {
      await keepMaking(tx, made.id, this.until());
      await addStated(tx, collected.sums);
      await issueMade(tx, made.id, body, of.issuedBy);
    });
    return true;
  }

  private until(): Instant {
    return this.clock.now() + this.leaseMs;
  }

  /** Copies the lines from one state of the books, some at a time; nobody waits for them. */
  private async collect(sql: Sql, made: MadeStatement, { full, time }: MakingOf): Promise<Collected> {
    const { id, currency } = full.agreement;
    const contra = await readContra(sql, id);
    const sums = new Map<AccountKey, AccountSums>();
    let lines = 0;
    for await (const part of gatherLines(sql, { id, currency }, contra, cutoffOf(made.endsAt, time))) {
      lines += part.rows.length;
      for (const [account, { credits, debits }] of part.sums) {
        const sum = sums.get(account) ?? { credits: 0, debits: 0 };
        sums.set(account, { credits: sum.credits + credits, debits: sum.debits + debits });
      }
      await this.database.transaction(async (tx) => {
        await keepMaking(tx, made.id, this.until());
        await insertLines(tx, made.id, part.rows);
      });
    }
    return { lines, sums, disputed: disputedSums(contra) };
  }

  private async bodyOf(
    made: MadeStatement,
    { full, partner, time }: MakingOf,
    disputed: ReadonlyMap<number, DisputedSum>,
  ): Promise<StatementBody> {
    const { agreement, revisions } = full;
    const inForce = inForceAt(revisions, made.endsAt - 1);
    const previous =
      made.number > 1 ? await readNumbered(this.database.read, agreement.id, made.number - 1) : undefined;
    assert(made.number === 1 || previous, `statement ${made.number - 1} of ${agreement.code} is missing`);
    const opening = new Map(previous?.body.items.map(({ number, closing }) => [number, closing]));
    const items = confirmedItems(full, made.endsAt).map(({ number, code, side, kind, unit, unitValue }) => ({
      ...{ number, code, side, kind, unit, unitValue },
      opening: opening.get(number) ?? NOTHING,
      disputed: disputed.get(number) ?? NOTHING,
    })) satisfies Partial<StatedItem>[];
    const head: StatementHead = {
      agreement: agreement.code,
      title: inForce?.terms.title ?? agreement.code,
      partner,
      number: made.number,
      startsAt: made.startsAt,
      endsAt: made.endsAt,
      timeZone: time.timeZone,
      currency: agreement.currency,
      issuedAt: this.clock.now(),
      previousHash: previous?.body.hash,
    };
    const tally = new StatementTally(head, items);
    for await (const line of linesIn(this.database.read, made.id, items)) {
      assert(tally.add(line), `${agreement.code} has no item ${line.item}`);
    }
    return { ...head, ...tally.close() };
  }

  /** All lines of a statement that is not issued. */
  async dropLines(tx: Sql, id: Id): Promise<void> {
    while ((await deleteLines(tx, id, DELETED_AT_ONCE)) > 0);
  }
}

/** Where a period ends on the first of a month, nothing of that month is in it. */
function cutoffOf(endsAt: Instant, time: BusinessTime): Cutoff {
  const month = time.periodAt('MONTH', endsAt);
  const isWhole = time.periodAt('MONTH', endsAt - 1) !== month;
  return { month, before: isWhole ? 0 : endsAt };
}
