// The door to members: registered by the operator's server, with points and growth adjusted by transfers.
import type { Database } from '../database/database';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, namedId, newId, ZERO_ID } from '../kernel/id';
import { GROWTH, POINT } from '../kernel/money';
import { type Refusal, refuse } from '../kernel/refusal';
import { type AccountKey, accountKey } from '../ledger/account';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import { isMismatch } from '../ledger/transfer';
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
import { growthAccount, pointsAccount } from './member-accounts';
import type { MemberRows, MemberRowsStore } from './member-rows.store';

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
    const { memberId, balance, amount, key } = input;
    const fault = checkAdjustment('amount', amount);
    if (fault) return fault;
    if (!(await this.memberRows.load(memberId))) return refuse('NOT_FOUND', 'There is no such member.', 'member');
    const [account, source, sink] = accountsOf(balance, memberId);
    const [debit, credit] = amount > 0 ? [source, account] : [account, sink];
    const result = await this.ledger.submit({
      key,
      fingerprint: namedId('adjust', memberId, balance, String(amount)),
      id: newId(this.clock.now()),
      openings: [{ account, grant: 0, from: source }],
      transfers: [{ kind: 'TRANSFER', debit, credit, amount: Math.abs(amount), code: TRANSFER_CODES.ADJUST }],
    });
    if (result.applied) return (await this.memberRows.load(memberId))!;
    if (isMismatch(result))
      return refuse('IDEMPOTENCY_MISMATCH', 'The idempotency key was used for another adjustment.');
    if (result.status !== 'INSUFFICIENT') return refuse('INVALID_INPUT', 'The balance would grow too large.', 'amount');
    const left = `${balance} has ${result.available ?? 0} left`;
    return refuse('CONFLICT', `${left}; ${shown(String(amount))} would take it below zero.`, 'amount');
  }
}

function accountsOf(balance: AdjustedBalance, memberId: Id): [AccountKey, AccountKey, AccountKey] {
  const contra = (kind: 'POINTS_ISSUED' | 'POINTS_SPENT' | 'GROWTH_EARNED' | 'GROWTH_LOST', unit: string): AccountKey =>
    accountKey({ holder: ZERO_ID, kind: ACCOUNT_KINDS[kind], unit });
  return balance === 'POINTS'
    ? [pointsAccount(memberId), contra('POINTS_ISSUED', POINT), contra('POINTS_SPENT', POINT)]
    : [growthAccount(memberId), contra('GROWTH_EARNED', GROWTH), contra('GROWTH_LOST', GROWTH)];
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
