// Takes away points that have expired, and settles what is owed from what there is.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { POINT } from '../kernel/money';
import { throwFirst } from '../kernel/tried';
import { companion } from '../ledger/batch';
import { ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import type { Catalogue } from '../program/catalogue';
import { addSettlement, ChainDraft, contraAccount } from './credit';
import type { Judging } from './level';
import { pointsAccount } from './member-accounts';
import type { MemberRows } from './member-rows';
import type { MemberRowsStore } from './member-rows.store';
import { type PointsStanding, pointsOf } from './points';
import { findLotsDue, findLotsUntil, forgetLotsDue, StalePointsError, sweepWriter } from './points.store';

const ATTEMPTS = 10;
/** A chain has room for no more than two hundred transfers. */
const LOTS_A_SWEEP = 150;

export class PointsService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * Brings the books of a member in line with what reads say already: expired points are taken away, and what is owed
   * is settled. Whoever spends points asks for it first, so that none is spent that has expired. Answers the rows
   * afterwards; a member of whom nothing is to be done costs one read, or none with `known` rows.
   */
  tidy(memberId: Id, known?: MemberRows): Promise<MemberRows | undefined> {
    return this.sweep(memberId, known, false);
  }

  /** `wholly`: with the lots of months that are over, which no read of a member comes across. */
  private async sweep(memberId: Id, known: MemberRows | undefined, wholly: boolean): Promise<MemberRows | undefined> {
    let rows = known ?? (await this.memberRows.load(memberId));
    for (let attempt = 1; rows && attempt <= ATTEMPTS; attempt += 1) {
      const judging = { rows, catalogue: this.catalogue(), now: this.clock.now() };
      const standing = pointsOf(judging);
      const today = judging.catalogue.time.periodAt('DAY', judging.now);
      const due = wholly ? await findLotsUntil(this.database.read, memberId, today) : standing.due;
      const owes = standing.debt > 0 && standing.balance > standing.lapsed;
      if (due.length === 0 && standing.lapsed === 0 && !owes) return rows;
      await this.take(judging, { ...standing, due });
      rows = await this.memberRows.load(memberId);
    }
    return rows;
  }

  /** Expired points go first: a debt is not settled from what could not have been spent. */
  private async take(judging: Judging, { due, lapsed, debt }: PointsStanding): Promise<void> {
    const { id: memberId } = judging.rows.member;
    const { time, settings } = judging.catalogue;
    const draft = new ChainDraft();
    const points = pointsAccount(memberId);
    // The balance is locked even when nothing is taken from it, so that the proof sees it as it is.
    draft.open(points, contraAccount(KIND.POINTS_ISSUED, POINT));
    const source = contraAccount(KIND.LOT_SOURCE, POINT);
    for (const { account, earned } of due.slice(0, LOTS_A_SWEEP))
      draft.move(account, source, earned, TRANSFER_CODES.EXPIRE);
    if (lapsed > 0) draft.move(points, contraAccount(KIND.POINTS_EXPIRED, POINT), lapsed, TRANSFER_CODES.EXPIRE);
    if (due.length > 0 || lapsed > 0) {
      const today = time.periodAt('DAY', judging.now);
      draft.companions.push(companion(sweepWriter, { memberId, today, taken: lapsed }));
    } else if (debt > 0) {
      addSettlement(draft, memberId, 'POINTS', settings.currency, 1);
    }
    const key = newId(this.clock.now());
    const { openings, transfers, companions } = draft;
    const chain = { key, fingerprint: namedId('tidy-points'), id: newId(this.clock.now()), openings, transfers };
    try {
      // Refused, when somebody else has emptied a lot meanwhile: then there is less to do.
      await this.ledger.submit(chain, companions);
    } catch (error) {
      if (!(error instanceof StalePointsError)) throw error;
    }
  }

  /** One bounded pass over lots whose day has come, the oldest first; answers how many it emptied. */
  async expireDue(limit: number): Promise<number> {
    const today = this.catalogue().time.periodAt('DAY', this.clock.now());
    const due = await findLotsDue(this.database.read, today, limit);
    const members = [...new Set(due.map(({ memberId }) => memberId))];
    const swept = await Promise.allSettled(members.map((memberId) => this.sweep(memberId, undefined, true)));
    // Whose points changed all the while stays noted, and is looked at again.
    const left = await Promise.all(due.map(({ memberId, day }) => findLotsUntil(this.database.read, memberId, day)));
    const done = due.filter((_lot, at) => left[at]!.length === 0);
    await this.database.transaction((tx) => forgetLotsDue(tx, done));
    throwFirst(swept);
    return done.length;
  }
}
