// The pure heart of the ledger: may this chain be made, given these books and this instant? No I/O, no clock.
import { assert } from '../kernel/assert';
import type { Instant } from '../kernel/clock';
import { baseOf, type Id, idAt } from '../kernel/id';
import { isAmount } from '../kernel/money';
import { type AccountKey, available, type Balance, EMPTY_BALANCE, isEnforced, sameUnit } from './account';
import { TRANSFER_CODES } from './chart';
import type { Chain, ChainRefused, ChainResult, Transfer, TransferInput, TransferStatus } from './transfer';

type NewTransfer = Extract<TransferInput, { debit: AccountKey }>;

export interface Hold {
  readonly expiresAt: Instant;
  /** Holds of the chain that are neither posted nor voided. */
  readonly open: number;
}

export interface RecordedChain {
  readonly fingerprint: string;
  readonly result: ChainResult;
}

/** Everything a batch has read under its locks. `decideChain` writes into it what it decides. */
export interface Books {
  /** Enforced accounts that exist. */
  readonly accounts: Map<AccountKey, Balance>;
  readonly chains: Map<Id, RecordedChain>;
  /** Holds to be ended, by the id of the holding transfer. */
  readonly pendings: Map<Id, Transfer>;
  /** By the id of the holding transfer. */
  readonly resolutions: Map<Id, 'POST' | 'VOID'>;
  /** By chain id. */
  readonly holds: Map<Id, Hold>;
}

export interface Decision {
  readonly result: ChainResult;
  /** To be written; empty unless the chain is applied now. */
  readonly transfers: readonly Transfer[];
  /** True when the chain's key has to be recorded with this result. */
  readonly record: boolean;
}

type Side = keyof Balance;

/** The books as this chain would leave them; thrown away when one of its transfers is refused. */
class Draft {
  readonly accounts = new Map<AccountKey, Balance>();
  readonly pendings = new Map<Id, Transfer>();
  readonly resolutions = new Map<Id, 'POST' | 'VOID'>();
  readonly holds = new Map<Id, Hold>();
  readonly transfers: Transfer[] = [];
  /** By group, in the order in which they were reached. */
  groups: Record<number, number> | undefined;

  constructor(private readonly books: Books) {}

  balance(account: AccountKey): Balance | undefined {
    return this.accounts.get(account) ?? this.books.accounts.get(account);
  }
  pending(id: Id): Transfer | undefined {
    return this.pendings.get(id) ?? this.books.pendings.get(id);
  }
  resolution(id: Id): 'POST' | 'VOID' | undefined {
    return this.resolutions.get(id) ?? this.books.resolutions.get(id);
  }
  hold(chain: Id): Hold | undefined {
    return this.holds.get(chain) ?? this.books.holds.get(chain);
  }

  /**
   * Adds to one side of an enforced account; false when the sum leaves the safe integers. Posted and pending are
   * taken together, so that what was held can always be posted.
   */
  add(account: AccountKey, side: Side, amount: number): boolean {
    if (!isEnforced(account)) return true;
    const balance = this.balance(account) ?? EMPTY_BALANCE;
    const after = { ...balance, [side]: balance[side] + amount };
    if (!Number.isSafeInteger(after.creditsPosted + after.creditsPending)) return false;
    if (!Number.isSafeInteger(after.debitsPosted + after.debitsPending)) return false;
    this.accounts.set(account, after);
    return true;
  }

  keep(): void {
    for (const [account, balance] of this.accounts) this.books.accounts.set(account, balance);
    for (const [id, pending] of this.pendings) this.books.pendings.set(id, pending);
    for (const [id, kind] of this.resolutions) this.books.resolutions.set(id, kind);
    for (const [chain, hold] of this.holds) this.books.holds.set(chain, hold);
  }
}

/** Decides one chain and, when it is applied, writes it into `books`, so that the next chain meets it. */
export function decideChain(books: Books, chain: Chain, now: Instant): Decision {
  const known = books.chains.get(chain.key);
  if (known) return { result: replayOf(known, chain), transfers: [], record: false };
  const decision = chain.refused === undefined ? decideNew(books, chain, now) : refusedBefore(chain.refused);
  books.chains.set(chain.key, { fingerprint: chain.fingerprint, result: decision.result });
  return decision;
}

function replayOf(known: RecordedChain, chain: Chain): ChainResult {
  if (known.fingerprint !== chain.fingerprint) return { applied: false, mismatch: true };
  return { ...known.result, replayed: true } as ChainResult;
}

function refusedBefore(refusal: string): Decision {
  const result: ChainRefused = { applied: false, replayed: false, status: 'REFUSED_BEFORE', at: -1, refusal };
  return { result, transfers: [], record: true };
}

function decideNew(books: Books, chain: Chain, now: Instant): Decision {
  assert(chain.id === baseOf(chain.id), `chain id ${chain.id} does not end in a zero byte`);
  const draft = new Draft(books);
  open(draft, chain, now);
  const flexible = flexibleAmount(draft, chain);
  for (const [at, input] of chain.transfers.entries()) {
    const status = apply(draft, chain, input, flexible, now);
    if (status) return refused(draft, chain, at, status);
  }
  draft.keep();
  const { groups: groupAmounts } = draft;
  const result: ChainResult = { applied: true, replayed: false, id: chain.id, flexibleAmount: flexible, groupAmounts };
  return { result, transfers: draft.transfers, record: true };
}

function refused(draft: Draft, chain: Chain, at: number, status: TransferStatus): Decision {
  const input = chain.transfers[at]!;
  const balance = 'debit' in input ? draft.balance(input.debit) : undefined;
  const left = status === 'INSUFFICIENT' && balance ? available(balance) : undefined;
  const result: ChainRefused = {
    applied: false,
    replayed: false,
    status,
    at,
    refusal: input.refusal,
    available: left,
  };
  return { result, transfers: [], record: true };
}

function open(draft: Draft, chain: Chain, now: Instant): void {
  for (const { account, grant, from } of chain.openings ?? []) {
    assert(isEnforced(account) && isAmount(grant) && sameUnit(account, from), `opening of ${account} is malformed`);
    if (draft.balance(account)) continue;
    draft.accounts.set(account, { ...EMPTY_BALANCE, creditsPosted: grant });
    if (grant === 0) continue;
    push(
      draft,
      chain,
      { kind: 'TRANSFER', debit: from, credit: account, amount: grant, code: TRANSFER_CODES.GRANT },
      now,
    );
  }
}

/** The common amount of the flexible transfers: what all their accounts can cover, at most what was asked. */
function flexibleAmount(draft: Draft, chain: Chain): number | undefined {
  let asked: number | undefined;
  let covered = Number.MAX_SAFE_INTEGER;
  for (const input of chain.transfers) {
    if (!('debit' in input) || !input.flexible) continue;
    asked ??= input.amount;
    const balance = isEnforced(input.debit) ? draft.balance(input.debit) : undefined;
    if (balance) covered = Math.min(covered, available(balance));
  }
  if (asked === undefined) return undefined;
  const { flexibleFloor: floor = 0 } = chain;
  assert(isAmount(floor), `flexible floor ${floor} is not an amount`);
  return Math.min(asked, Math.max(covered, floor));
}

function commonAmount(draft: Draft, chain: Chain, input: NewTransfer, flexible: number | undefined): number {
  if (input.group !== undefined) return groupAmount(draft, chain, input.group);
  return input.flexible ? (flexible ?? input.amount) : input.amount;
}

/** Worked out when the first transfer of the group is reached, so that a group meets what the ones before it moved. */
function groupAmount(draft: Draft, chain: Chain, group: number): number {
  const known = draft.groups?.[group];
  if (known !== undefined) return known;
  assert(isAmount(group) && group > 0 && group < 1_000, `group ${group} is not a number from 1 to 999`);
  let amount = Number.MAX_SAFE_INTEGER;
  for (const input of chain.transfers) {
    if (!('debit' in input) || input.group !== group) continue;
    // One that is no amount is refused when its turn comes.
    if (Number.isSafeInteger(input.amount) && input.amount > 0) amount = Math.min(amount, input.amount);
    const balance = isEnforced(input.debit) ? draft.balance(input.debit) : undefined;
    if (balance) amount = Math.min(amount, available(balance));
  }
  draft.groups ??= {};
  draft.groups[group] = amount;
  return amount;
}

function apply(
  draft: Draft,
  chain: Chain,
  input: TransferInput,
  flexible: number | undefined,
  now: Instant,
): TransferStatus | undefined {
  if ('pendingId' in input) return resolve(draft, chain, input, now);
  if (!Number.isSafeInteger(input.amount) || input.amount <= 0) return 'AMOUNT_INVALID';
  if (input.debit === input.credit) return 'SAME_ACCOUNT';
  if (!sameUnit(input.debit, input.credit)) return 'UNIT_MISMATCH';
  for (const account of [input.debit, input.credit]) {
    if (isEnforced(account) && !draft.balance(account)) return 'ACCOUNT_NOT_FOUND';
  }
  const amount = commonAmount(draft, chain, input, flexible);
  // A common amount of nothing moves nothing: the other party bears the whole cost.
  if (amount === 0) return undefined;
  const held = input.kind === 'HOLD';
  const before = draft.balance(input.debit);
  const fits =
    draft.add(input.debit, held ? 'debitsPending' : 'debitsPosted', amount) &&
    draft.add(input.credit, held ? 'creditsPending' : 'creditsPosted', amount);
  if (!fits) return restore(draft, input.debit, before, 'OVERFLOW');
  if (before && isEnforced(input.debit) && available(before) < amount) {
    return restore(draft, input.debit, before, 'INSUFFICIENT');
  }
  const transfer = push(draft, chain, { ...input, amount }, now);
  if (held) registerHold(draft, chain, transfer);
  return undefined;
}

/** Puts the balance back so that the refusal can say what was left before this transfer. */
function restore(
  draft: Draft,
  account: AccountKey,
  before: Balance | undefined,
  status: TransferStatus,
): TransferStatus {
  if (before) draft.accounts.set(account, before);
  return status;
}

function registerHold(draft: Draft, chain: Chain, transfer: Transfer): void {
  assert(chain.holdExpiresAt !== undefined, 'a chain with a hold needs the instant at which it expires');
  draft.pendings.set(transfer.id, transfer);
  const open = (draft.hold(chain.id)?.open ?? 0) + 1;
  draft.holds.set(chain.id, { expiresAt: chain.holdExpiresAt, open });
}

function resolve(
  draft: Draft,
  chain: Chain,
  input: Extract<TransferInput, { pendingId: Id }>,
  now: Instant,
): TransferStatus | undefined {
  const amount = input.kind === 'VOID' ? 0 : input.amount;
  if (amount !== undefined && !isAmount(amount)) return 'AMOUNT_INVALID';
  const pending = draft.pending(input.pendingId);
  if (pending?.kind !== 'HOLD') return 'PENDING_NOT_FOUND';
  const ended = draft.resolution(pending.id);
  if (ended) return ended === 'POST' ? 'PENDING_ALREADY_POSTED' : 'PENDING_ALREADY_VOIDED';
  const holder = baseOf(pending.id);
  const hold = draft.hold(holder);
  assert(hold && hold.open > 0, `hold ${pending.id} is unresolved but has no open hold row`);
  if (input.kind === 'POST' && hold.expiresAt <= now) return 'PENDING_EXPIRED';
  const posted = amount ?? pending.amount;
  if (posted > pending.amount) return 'EXCEEDS_PENDING';
  draft.add(pending.debit, 'debitsPending', -pending.amount);
  draft.add(pending.credit, 'creditsPending', -pending.amount);
  const fits = draft.add(pending.debit, 'debitsPosted', posted) && draft.add(pending.credit, 'creditsPosted', posted);
  assert(fits, `hold ${pending.id} had no room kept for it to be posted`);
  draft.resolutions.set(pending.id, input.kind);
  draft.holds.set(holder, { ...hold, open: hold.open - 1 });
  const { debit, credit } = pending;
  push(draft, chain, { kind: input.kind, debit, credit, amount: posted, code: input.code }, now, pending);
  return undefined;
}

function push(
  draft: Draft,
  chain: Chain,
  part: Pick<Transfer, 'kind' | 'debit' | 'credit' | 'amount' | 'code'>,
  now: Instant,
  pending?: Transfer,
): Transfer {
  const at = draft.transfers.length + 1;
  assert(at < 256, 'a chain has at most 255 transfers, openings included');
  const { kind, debit, credit, amount, code } = part;
  const transfer: Transfer = {
    id: idAt(chain.id, at),
    kind,
    debit,
    credit,
    amount,
    code,
    released: pending?.amount ?? 0,
    pendingId: pending?.id,
    createdAt: now,
  };
  draft.transfers.push(transfer);
  return transfer;
}
