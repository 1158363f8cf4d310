// The door to members: registered by the operator's server, with points and growth adjusted by transfers.
import type { Database } from '../database/database';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { type Refusal, refuse } from '../kernel/refusal';
import { TRANSFER_CODES } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import { type ChainResult, isMismatch } from '../ledger/transfer';
import type { Catalogue } from '../program/catalogue';
import { addCredit, addSettlement, ChainDraft, contraAccount, debtOf, PURSES } from './credit';
import {
  checkAdjustment,
  checkBirthday,
  checkInstant,
  checkNickname,
  checkTags,
  checkText,
  shown,
} from './input-checks';
import type { Member } from './member';
import { findMemberId, findMemberIds, upsertMembers } from './member.store';
import type { MemberRows } from './member-rows';
import type { MemberRowsStore } from './member-rows.store';
import type { PointsService } from './points.service';
import { unlessStale } from './points.store';

export interface MemberInput {
  readonly externalId: string;
  readonly nickname: string;
  /** `YYYY-MM-DD`. */
  readonly birthday?: string;
  readonly tags?: readonly string[];
  /** Now, unless told: when the person joined the operator's own system. */
  readonly joinedAt?: number;
}

export type AdjustedBalance = 'POINTS' | 'GROWTH';

export interface AdjustInput {
  readonly memberId: Id;
  readonly balance: AdjustedBalance;
  /** Above zero adds, below zero takes. */
  readonly amount: number;
  /** Scoped to the caller by whoever calls. */
  readonly key: Id;
}

export class MemberService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly points: PointsService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** Registers members, or brings the profiles of known ones up to date. All or none; answers them in their order. */
  async register(inputs: readonly MemberInput[]): Promise<readonly Member[] | Refusal> {
    const now = this.clock.now();
    const fault = inputs.map((input) => checkMember(input, now)).find((refusal) => refusal !== undefined);
    if (fault) return fault;
    const externalIds = [...new Set(inputs.map(({ externalId }) => externalId))];
    if (externalIds.length < inputs.length) {
      return refuse(
        'INVALID_INPUT',
        'An externalId is given twice; each member may be named once a call.',
        'externalId',
      );
    }
    const ids = await this.database.transaction(async (tx) => {
      const fresh = inputs.map(
        (input): Member => ({
          id: newId(now),
          externalId: input.externalId,
          nickname: input.nickname,
          birthday: input.birthday,
          tags: input.tags ?? [],
          joinedAt: input.joinedAt ?? now,
        }),
      );
      await upsertMembers(tx, fresh);
      return findMemberIds(tx, externalIds);
    });
    const rows = await Promise.all(externalIds.map((externalId) => this.memberRows.load(ids.get(externalId)!)));
    return rows.map((found) => found!.member);
  }

  async idOf(externalId: string): Promise<Id | undefined> {
    // Half a surrogate pair would become U+FFFD on its way to the database, and find whoever is called that.
    return /\p{Cs}/u.test(externalId) ? undefined : findMemberId(this.database.read, externalId);
  }

  /** The member's own rows. Authorise before asking. */
  rowsOf(memberId: Id): Promise<MemberRows | undefined> {
    return this.memberRows.load(memberId);
  }

  /** Adds to or takes from a balance, once a key. Answers the member's rows afterwards. */
  async adjust(input: AdjustInput): Promise<MemberRows | Refusal> {
    const { memberId, balance, amount } = input;
    const fault = checkAdjustment('amount', amount);
    if (fault) return fault;
    const result = await unlessStale(async () => {
      // Of points that have expired none can be taken.
      const rows = amount < 0 ? await this.points.tidy(memberId) : await this.memberRows.load(memberId);
      return rows && this.submit(input, rows);
    });
    if (!result) return refuse('NOT_FOUND', 'There is no such member.', 'member');
    if (result.applied) return (await this.memberRows.load(memberId))!;
    if (isMismatch(result))
      return refuse('IDEMPOTENCY_MISMATCH', 'The idempotency key was used for another adjustment.');
    if (result.status !== 'INSUFFICIENT') return refuse('INVALID_INPUT', 'The balance would grow too large.', 'amount');
    const left = `${balance} has ${result.available ?? 0} left`;
    return refuse('CONFLICT', `${left}; ${shown(String(amount))} would take it below zero.`, 'amount');
  }

  private submit({ memberId, balance, amount, key }: AdjustInput, rows: MemberRows): Promise<ChainResult> {
    const now = this.clock.now();
    const judging = { rows, catalogue: this.catalogue(), now };
    const { currency } = judging.catalogue.settings;
    const draft = new ChainDraft();
    if (amount > 0) {
      addCredit(draft, judging, { earns: balance, amount, code: TRANSFER_CODES.ADJUST, earnedAt: now });
      if (debtOf(judging, balance) > 0) addSettlement(draft, memberId, balance, currency, 1);
    } else {
      const purse = PURSES[balance];
      const unit = purse.unit(currency);
      const account = purse.account(memberId, currency);
      draft.open(account, contraAccount(purse.source, unit));
      draft.move(account, contraAccount(purse.sink, unit), -amount, TRANSFER_CODES.ADJUST);
    }
    const { openings, transfers, companions } = draft;
    const fingerprint = namedId('adjust', memberId, balance, String(amount));
    return this.ledger.submit({ key, fingerprint, id: newId(now), openings, transfers }, companions);
  }
}

function checkMember(input: MemberInput, now: Instant): Refusal | undefined {
  return (
    checkText('externalId', input.externalId) ??
    checkNickname(input.nickname) ??
    checkBirthday(input.birthday) ??
    checkTags(input.tags ?? []) ??
    // Programs on paper cards are older than this house.
    checkInstant('joinedAt', input.joinedAt, { from: 0, now })
  );
}
