// The door to levels: books what growth does by itself, sets levels by hand, and tells how they changed.
import type { Database } from '../../database/database';
import type { Clock, Instant } from '../../kernel/clock';
import { type Id, namedId, newId, ZERO_ID } from '../../kernel/id';
import { GROWTH } from '../../kernel/money';
import { type Refusal, refuse } from '../../kernel/refusal';
import { throwFirst } from '../../kernel/tried';
import { type AccountKey, accountKey } from '../../ledger/account';
import { ACCOUNT_KINDS, TRANSFER_CODES, type TransferCode } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import type { TransferInput } from '../../ledger/transfer';
import type { Catalogue } from '../../program/catalogue';
import type { Code } from '../../program/program';
import { addSettlement, ChainDraft, debtOf } from '../credit';
import { checkInstant, checkText, shown } from '../input-checks';
import { advancedOf, type Judging } from '../level';
import { growthAccount } from '../member-accounts';
import type { MemberRows } from '../member-rows';
import type { MemberRowsStore } from '../member-rows.store';
import type { Advanced } from './advance';
import { readHistory, type StoredChange } from './level.store';
import { NEVER_LOOKED } from './level-state';
import type { LevelWriter } from './level-writer';

/** The only group of a booking's chain. */
const SETTLEMENT = 1;
const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');

export interface ManualLevelInput {
  readonly memberId: Id;
  readonly level: Code;
  readonly until: number;
  readonly reason: string;
  /** As `OPERATIONS olga`. */
  readonly notedBy: string;
}

export class LevelService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly writer: LevelWriter,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes down what happened to the levels of members by itself until now, and books their growth. Safe to be asked by
   * several at once. Rejects with the first failure, after all the others were done.
   */
  async bringUpToDate(memberIds: readonly Id[]): Promise<void> {
    const found = await Promise.all(memberIds.map((id) => this.memberRows.load(id)));
    const now = this.clock.now();
    const quiet: Id[] = [];
    const bookings: Promise<void>[] = [];
    for (const rows of found) {
      if (!rows) continue;
      const advanced = advancedOf({ rows, catalogue: this.catalogue(), now });
      const transfers = bookingOf(rows, advanced);
      if (transfers.length > 0) bookings.push(this.book({ rows, catalogue: this.catalogue(), now }, transfers));
      else quiet.push(rows.member.id);
    }
    if (quiet.length > 0) bookings.push(this.review(quiet, now));
    const outcomes = await Promise.allSettled(bookings);
    throwFirst(outcomes);
  }

  private async review(memberIds: readonly Id[], now: Instant): Promise<void> {
    const together = (ids: readonly Id[]) => this.database.transaction((tx) => this.writer.review(tx, ids, now));
    try {
      await together(memberIds);
    } catch (error) {
      if (memberIds.length === 1) throw error;
      // One by one, so that a damaged row keeps nobody else from being looked at.
      const outcomes = await Promise.allSettled(memberIds.map((id) => together([id])));
      throwFirst(outcomes);
    }
  }

  /** Whoever else books from the same state has the same key, so that it is booked once. The writer sees it happen. */
  private async book(judging: Judging, transfers: readonly TransferInput[]): Promise<void> {
    const { member } = judging.rows;
    const { at = 0, unbooked } = member.levelState ?? NEVER_LOOKED;
    const account = growthAccount(member.id);
    const draft = new ChainDraft();
    draft.add({ openings: [{ account, grant: 0, from: growthContra('GROWTH_EARNED') }], transfers });
    // What is owed is settled from days as from anything else that is earned.
    if (debtOf(judging, 'GROWTH') > 0) {
      addSettlement(draft, member.id, 'GROWTH', judging.catalogue.settings.currency, SETTLEMENT);
    }
    await this.ledger.submit({
      key: namedId('growth-by-itself', member.id, String(at), String(unbooked)),
      fingerprint: namedId('growth-by-itself', member.id),
      id: newId(this.clock.now()),
      openings: draft.openings,
      transfers: draft.transfers,
    });
  }

  /** Sets a level that shows whatever the growth, until an instant. Growth goes on beneath it. */
  async setManual(input: ManualLevelInput): Promise<MemberRows | Refusal> {
    const { memberId, level: code, until, reason, notedBy } = input;
    const now = this.clock.now();
    const fault = checkText('reason', reason) ?? checkInstant('until', until, { from: now + 1, now });
    if (fault) return fault;
    const level = this.catalogue().levelByCode(code);
    if (!level) return refuse('NOT_FOUND', `The program has no level ${shown(code)}.`, 'level');
    const rows = await this.memberRows.load(memberId);
    const { manualId, manualUntil } = rows?.member.levelState ?? NEVER_LOOKED;
    // Asked again, it is there already.
    if (rows && manualId === level.id && manualUntil === until) return rows;
    return this.manual(memberId, { levelId: level.id, until, notedBy, reason });
  }

  /** Takes a manual level back; without one, nothing happens. */
  async clearManual(memberId: Id, { reason, notedBy }: { reason: string; notedBy: string }) {
    const fault = checkText('reason', reason);
    if (fault) return fault;
    const rows = await this.memberRows.load(memberId);
    if (!rows) return NO_MEMBER;
    return rows.member.levelState?.manualId === undefined ? rows : this.manual(memberId, { notedBy, reason });
  }

  private async manual(
    memberId: Id,
    manual: { levelId?: Id; until?: number; notedBy: string; reason: string },
  ): Promise<MemberRows | Refusal> {
    const now = this.clock.now();
    const done = await this.database.transaction((tx) => this.writer.setManual(tx, memberId, manual, now));
    return done ? (await this.memberRows.load(memberId))! : NO_MEMBER;
  }

  /** Newest first. Authorise before asking. */
  historyOf(page: { memberId: Id; before?: number; limit: number }): Promise<StoredChange[]> {
    return readHistory(this.database.read, page);
  }
}

function growthContra(kind: 'GROWTH_EARNED' | 'GROWTH_LOST'): AccountKey {
  return accountKey({ holder: ZERO_ID, kind: ACCOUNT_KINDS[kind], unit: GROWTH });
}

/** Gains first, so that what was gained and lost again since the last look is there to be lost. */
function bookingOf({ member }: MemberRows, { gained, lost }: Advanced): TransferInput[] {
  const { unbooked } = member.levelState ?? NEVER_LOOKED;
  const account = growthAccount(member.id);
  const gain = gained + Math.max(0, unbooked);
  const loss = lost + Math.max(0, -unbooked);
  const transfer = (debit: AccountKey, credit: AccountKey, amount: number, code: TransferCode): TransferInput[] =>
    amount > 0 ? [{ kind: 'TRANSFER', debit, credit, amount, code }] : [];
  return [
    ...transfer(growthContra('GROWTH_EARNED'), account, gain, TRANSFER_CODES.DAILY_GROWTH),
    ...transfer(account, growthContra('GROWTH_LOST'), loss, TRANSFER_CODES.DECAY),
  ];
}
