// The door to statements: issued in their order, each of all that none before it has, then signed by both sides.
import { type FullAgreement, stateAt } from '../../agreements/agreement';
import { type AgreementService, NO_AGREEMENT } from '../../agreements/agreement.service';
import { lockAgreement } from '../../agreements/agreement.store';
import { inForceAt } from '../../agreements/agreement-phases';
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import { type Actor, nameOf } from '../../kernel/actor';
import { type Clock, type Instant, MINUTE } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { type BusinessTime, dayOfDate } from '../../kernel/period';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { shown } from '../../members/input-checks';
import type { Catalogue } from '../../program/catalogue';
import { type SettlementScope, scopeOf, sideOf } from '../settlement-scope';
import { StatementMaker } from './make-statement';
import type { Statement, StatementLine } from './statement';
import {
  deleteMaking,
  insertMaking,
  LostStatementError,
  listStatements,
  type MadeStatement,
  newestStatement,
  readEnding,
  readNumbered,
  readStatement,
  type StatementPage,
  signStatement,
} from './statement.store';
import { type LineKey, linesIn, type StatedLine, statedLines } from './statement-line.store';
import { endingBefore, endsBeforeDay, nextPeriod, type StatementPeriod } from './statement-period.rule';

/** How long a process may be silent before another one begins the same statement again. */
const LEASE_MS = MINUTE;

/** The same for what is not there and for what is another partner's. */
export const NO_STATEMENT = refuse('NOT_FOUND', 'There is no such statement.', 'statement');

const BEING_MADE = refuse('CONFLICT', 'The statement is being made just now. Ask again in a minute.', 'agreement');

export interface IssueRequest {
  /** The business day before which the period that is meant ends; the next that is due unless told. */
  readonly endsBefore?: string;
}

export class StatementService {
  private readonly maker: StatementMaker;

  constructor(
    private readonly database: Database,
    private readonly agreements: AgreementService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {
    this.maker = new StatementMaker(database, clock, LEASE_MS);
  }

  /**
   * Issues the next statement of an agreement, once its period is over. Asked again for the end of a period that is
   * stated, it answers that statement. What is booked meanwhile, or too late, is in the next one.
   */
  async issue(
    actor: Pick<Actor, 'role' | 'subject'>,
    id: Id,
    request: IssueRequest = {},
  ): Promise<Statement | Refusal> {
    const found = await this.agreements.find({}, id);
    if (!found) return NO_AGREEMENT;
    const { endsBefore } = request;
    if (endsBefore !== undefined) {
      if (dayOfDate(endsBefore) === undefined) return badDay(endsBefore);
      const [from, before] = endingBefore(endsBefore, this.catalogue().time);
      const known = await readEnding(this.database.read, id, from, before);
      if (known) return known;
    }
    const begun = await this.database.transaction((tx) => this.begin(tx, found, request));
    if (isRefusal(begun)) return begun;
    const { made, isTail } = begun;
    try {
      const { time } = this.catalogue();
      const partner = this.catalogue().partner(made.partnerId)?.code ?? made.partnerId;
      const about = { full: found, partner, time, issuedBy: nameOf(actor), optional: isTail };
      if (await this.maker.make(made, about)) return (await readStatement(this.database.read, {}, made.id))!;
    } catch (error) {
      if (error instanceof LostStatementError) return BEING_MADE;
      // The lease would free it as well, a minute later.
      await this.drop(made.id).catch(() => {});
      throw error;
    }
    await this.drop(made.id);
    return nothingDue(found, 'Nothing came since its last statement.');
  }

  private async begin(
    tx: Sql,
    full: FullAgreement,
    { endsBefore }: IssueRequest,
  ): Promise<{ readonly made: MadeStatement; readonly isTail: boolean } | Refusal> {
    const agreement = await lockAgreement(tx, {}, full.agreement.id);
    if (agreement?.revision === undefined) return nothingDue(full, 'Both sides have to confirm it before.');
    const now = this.clock.now();
    const newest = await newestStatement(tx, agreement.id);
    const isStale = newest?.makingUntil !== undefined && newest.makingUntil <= now;
    if (newest?.makingUntil !== undefined && !isStale) return BEING_MADE;
    if (newest && isStale) {
      await this.maker.dropLines(tx, newest.id);
      await deleteMaking(tx, newest.id);
    }
    const last = newest && isStale ? await newestStatement(tx, agreement.id) : newest;
    const { time } = this.catalogue();
    const { terms } = inForceAt(full.revisions, last?.endsAt ?? agreement.startsAt)!;
    const period = nextPeriod(agreement, terms, time, { statedUntil: last?.endsAt, now });
    const fault = this.dueFault({ ...full, agreement }, period, endsBefore, now, time);
    if (fault) return fault;
    const { startsAt, endsAt: ends, isTail } = period;
    const made = { id: newId(now), agreementId: agreement.id, partnerId: agreement.partnerId };
    const number = (last?.number ?? 0) + 1;
    const row = { ...made, number, startsAt, endsAt: ends, makingUntil: now + LEASE_MS };
    await insertMaking(tx, row);
    return { made: row, isTail };
  }

  private dueFault(
    full: FullAgreement,
    { startsAt, endsAt }: StatementPeriod,
    wanted: string | undefined,
    now: Instant,
    time: BusinessTime,
  ): Refusal | undefined {
    const until = endsBeforeDay(endsAt, time);
    if (endsAt <= startsAt) return nothingDue(full, 'It ended before its first day.');
    if (wanted !== undefined && wanted !== until) {
      const message = `The next statement of ${full.agreement.code} is that of the period which ends before ${until}.`;
      return refuse('CONFLICT', `${message} Statements are issued in their order, without gaps.`, 'endsBefore');
    }
    if (endsAt <= now) return undefined;
    const state = stateAt(full.agreement, now);
    return nothingDue(full, `It is ${state}, and its running period ends before ${until}.`);
  }

  private drop(id: Id): Promise<void> {
    return this.database.transaction(async (tx) => {
      await this.maker.dropLines(tx, id);
      await deleteMaking(tx, id);
    });
  }

  list(scope: SettlementScope, page: StatementPage): Promise<Statement[]> {
    return listStatements(this.database.read, scope, page);
  }

  find(scope: SettlementScope, id: Id): Promise<Statement | undefined> {
    return readStatement(this.database.read, scope, id);
  }

  async findNumbered(agreement: string, number: number): Promise<Statement | undefined> {
    const found = await this.agreements.findByCode(agreement);
    return found && readNumbered(this.database.read, found.agreement.id, number);
  }

  /** All lines of a statement in their order, a page in memory at a time. */
  lines(statement: Statement): AsyncGenerator<StatementLine> {
    return linesIn(this.database.read, statement.id, statement.body.items);
  }

  /** Some lines in their order, after one of them. */
  linePage({ id, body }: Statement, limit: number, after?: LineKey): Promise<StatedLine[]> {
    return statedLines(this.database.read, id, body.items, limit, after);
  }

  /** The word of the actor's side on what it looked at, named by its hash. Signed again, it answers the same. */
  async sign(actor: Actor, id: Id, hash: string): Promise<Statement | Refusal> {
    const scope = scopeOf(actor);
    const found = await readStatement(this.database.read, scope, id);
    if (!found) return NO_STATEMENT;
    if (found.body.hash !== hash) {
      const message = `The hash of statement ${found.body.number} of ${found.body.agreement} is another one.`;
      return refuse('CONFLICT', `${message} Look at the statement, and sign with the hash that it shows.`, 'hash');
    }
    const side = sideOf(actor) === 'PARTNER' ? 'partner' : 'operator';
    const signature = { at: this.clock.now(), by: nameOf(actor) };
    await this.database.transaction((tx) => signStatement(tx, id, side, signature));
    return (await readStatement(this.database.read, scope, id))!;
  }
}

function badDay(text: string): Refusal {
  return refuse('INVALID_INPUT', `endsBefore is ${shown(text)}; allowed is a day like 2026-12-01.`, 'endsBefore');
}

function nothingDue({ agreement }: FullAgreement, why: string): Refusal {
  return refuse('CONFLICT', `No statement of ${agreement.code} is due. ${why}`, 'agreement');
}
