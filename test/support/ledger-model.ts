// The ledger as one would write it on a napkin: lists of moves and holds, every balance counted afresh. It shares no
// code with the real one but the words of its inputs.
import type { AccountKey } from '../../src/ledger/account';
import type { Chain, ChainResult, TransferInput, TransferStatus } from '../../src/ledger/transfer';

interface Move {
  readonly from: AccountKey;
  readonly to: AccountKey;
  readonly amount: bigint;
}

interface ModelHold extends Move {
  readonly id: string;
  readonly expiresAt: number;
  state: 'open' | 'posted' | 'voided';
}

type Refused = { status: TransferStatus; available?: number };

const MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** What the model answers: as the ledger, without the id, which the model does not care for. */
export type ModelAnswer = Record<string, unknown>;

/** The same for an answer of the ledger. */
export function answerOf(result: ChainResult): ModelAnswer {
  const { id: _id, ...answer } = { id: undefined, ...result };
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
}

export class LedgerModel {
  private moves: Move[] = [];
  private holds: ModelHold[] = [];
  private opened: AccountKey[] = [];
  private readonly answers = new Map<string, { fingerprint: string; answer: ModelAnswer }>();

  /** `bounded` tells the accounts that may not fall below zero. */
  constructor(private readonly bounded: (account: AccountKey) => boolean) {}

  clone(): LedgerModel {
    const copy = new LedgerModel(this.bounded);
    copy.restore(this.saved());
    for (const [key, known] of this.answers) copy.answers.set(key, known);
    return copy;
  }

  private saved() {
    return { moves: [...this.moves], holds: this.holds.map((held) => ({ ...held })), opened: [...this.opened] };
  }

  private restore({ moves, holds, opened }: ReturnType<LedgerModel['saved']>): void {
    this.moves = moves;
    this.holds = holds;
    this.opened = opened;
  }

  /** Credits posted, credits pending, debits posted, debits pending. */
  sums(account: AccountKey): [bigint, bigint, bigint, bigint] {
    const total = (list: readonly Move[]): bigint => list.reduce((sum, { amount }) => sum + amount, 0n);
    const open = this.holds.filter(({ state }) => state === 'open');
    return [
      total(this.moves.filter(({ to }) => to === account)),
      total(open.filter(({ to }) => to === account)),
      total(this.moves.filter(({ from }) => from === account)),
      total(open.filter(({ from }) => from === account)),
    ];
  }

  /** Equal for models that will answer alike from now on. */
  fingerprint(accounts: readonly AccountKey[]): string {
    const balances = accounts.map((account) => `${this.exists(account)} ${this.sums(account).join(' ')}`);
    const holds = this.holds.map(({ id, state }) => `${id} ${state}`).sort();
    return [...balances, ...holds].join('\n');
  }

  /** The ids of all holds ever made, ended or not. */
  holdIds(): string[] {
    return this.holds.map(({ id }) => id);
  }

  exists(account: AccountKey): boolean {
    return this.opened.includes(account);
  }

  submit(chain: Chain, now: number): ModelAnswer {
    const known = this.answers.get(chain.key);
    if (known && known.fingerprint !== chain.fingerprint) return { applied: false, mismatch: true };
    if (known) return { ...known.answer, replayed: true };
    const answer = this.decide(chain, now);
    this.answers.set(chain.key, { fingerprint: chain.fingerprint, answer });
    return answer;
  }

  private decide(chain: Chain, now: number): ModelAnswer {
    const refused = { applied: false, replayed: false };
    if (chain.refused !== undefined) return { ...refused, status: 'REFUSED_BEFORE', at: -1, refusal: chain.refused };
    const before = this.saved();
    for (const { account, grant, from } of chain.openings ?? []) {
      if (this.exists(account)) continue;
      this.opened.push(account);
      if (grant > 0) this.moves.push({ from, to: account, amount: BigInt(grant) });
    }
    const common = this.commonAmount(chain);
    const groups: Record<number, number> = {};
    const opened = (chain.openings ?? []).filter(({ account, grant }) => grant > 0 && !before.opened.includes(account));
    let made = new Set(opened.map(({ account }) => account)).size;
    for (const [at, input] of chain.transfers.entries()) {
      const shared = this.sharedAmount(chain, input, common, groups);
      const nothing = shared === 0n;
      const fault = this.make(chain, input, { shared, now, id: idOf(chain, made + 1) });
      if (fault) {
        this.restore(before);
        const refusal = input.refusal === undefined ? {} : { refusal: input.refusal };
        return { ...refused, ...fault, at, ...refusal };
      }
      if (!nothing) made += 1;
    }
    const flexibleAmount = common === undefined ? {} : { flexibleAmount: Number(common) };
    const groupAmounts = Object.keys(groups).length > 0 ? { groupAmounts: groups } : {};
    return { applied: true, replayed: false, ...flexibleAmount, ...groupAmounts };
  }

  /** What a flexible transfer or one of a group moves; `undefined` for one that moves what it asks. */
  private sharedAmount(
    chain: Chain,
    input: TransferInput,
    common: bigint | undefined,
    groups: Record<number, number>,
  ): bigint | undefined {
    if (!('debit' in input)) return undefined;
    const { group } = input;
    if (group === undefined) return input.flexible ? common : undefined;
    const there = (account: AccountKey) => !this.bounded(account) || this.exists(account);
    const sound = Number.isSafeInteger(input.amount) && input.amount > 0 && input.debit !== input.credit;
    const makes =
      sound && input.debit.slice(-4) === input.credit.slice(-4) && there(input.debit) && there(input.credit);
    // One that is refused anyway ends the chain before its group is looked at.
    if (!makes) return undefined;
    if (groups[group] === undefined) {
      const kin = chain.transfers.flatMap((other) => ('debit' in other && other.group === group ? [other] : []));
      const asked = kin.map(({ amount }) => amount).filter((amount) => Number.isSafeInteger(amount) && amount > 0);
      const sources = kin.map(({ debit }) => debit).filter((debit) => this.bounded(debit) && this.exists(debit));
      groups[group] = Math.min(...asked, ...sources.map((debit) => Number(this.left(debit))));
    }
    return BigInt(groups[group]);
  }

  private commonAmount(chain: Chain): bigint | undefined {
    const flexible = chain.transfers.flatMap((input) => ('debit' in input && input.flexible ? [input] : []));
    const asked = flexible[0]?.amount;
    if (asked === undefined || !Number.isSafeInteger(asked)) return undefined;
    const sources = flexible.filter(({ debit }) => this.bounded(debit) && this.exists(debit));
    const limits = sources.map(({ debit }) => this.left(debit));
    const covered = limits.sort((one, other) => Number(one - other))[0] ?? MAX;
    const floor = BigInt(chain.flexibleFloor ?? 0);
    const wanted = covered > floor ? covered : floor;
    return wanted < BigInt(asked) ? wanted : BigInt(asked);
  }

  private left(account: AccountKey): bigint {
    const [creditsPosted, , debitsPosted, debitsPending] = this.sums(account);
    return creditsPosted - debitsPosted - debitsPending;
  }

  private make(
    chain: Chain,
    input: TransferInput,
    { shared, now, id }: { shared?: bigint; now: number; id: string },
  ): Refused | undefined {
    if ('pendingId' in input) return this.end(input, now);
    const { debit: from, credit: to } = input;
    if (!Number.isSafeInteger(input.amount) || input.amount < 1) return { status: 'AMOUNT_INVALID' };
    if (from === to) return { status: 'SAME_ACCOUNT' };
    if (from.slice(-4) !== to.slice(-4)) return { status: 'UNIT_MISMATCH' };
    if ([from, to].some((account) => this.bounded(account) && !this.exists(account))) {
      return { status: 'ACCOUNT_NOT_FOUND' };
    }
    const amount = shared ?? BigInt(input.amount);
    if (amount === 0n) return undefined;
    if (this.bounded(to) && this.credits(to) + amount > MAX) return { status: 'OVERFLOW' };
    if (this.bounded(from) && this.debits(from) + amount > MAX) return { status: 'OVERFLOW' };
    const left = this.left(from);
    if (this.bounded(from) && left < amount) return { status: 'INSUFFICIENT', available: Number(left) };
    if (input.kind === 'TRANSFER') this.moves.push({ from, to, amount });
    else this.holds.push({ id, from, to, amount, expiresAt: chain.holdExpiresAt!, state: 'open' });
    return undefined;
  }

  private credits(account: AccountKey): bigint {
    const [posted, pending] = this.sums(account);
    return posted + pending;
  }

  private debits(account: AccountKey): bigint {
    const [, , posted, pending] = this.sums(account);
    return posted + pending;
  }

  private end(input: Extract<TransferInput, { pendingId: string }>, now: number): Refused | undefined {
    const posted = input.kind === 'POST' ? input.amount : undefined;
    if (posted !== undefined && !(Number.isSafeInteger(posted) && posted >= 0)) return { status: 'AMOUNT_INVALID' };
    const held = this.holds.find(({ id }) => id === input.pendingId);
    if (!held) return { status: 'PENDING_NOT_FOUND' };
    if (held.state === 'posted') return { status: 'PENDING_ALREADY_POSTED' };
    if (held.state === 'voided') return { status: 'PENDING_ALREADY_VOIDED' };
    if (input.kind === 'POST' && now >= held.expiresAt) return { status: 'PENDING_EXPIRED' };
    const amount = posted === undefined ? held.amount : BigInt(posted);
    if (amount > held.amount) return { status: 'EXCEEDS_PENDING' };
    held.state = input.kind === 'POST' ? 'posted' : 'voided';
    if (input.kind === 'POST') this.moves.push({ from: held.from, to: held.to, amount });
    return undefined;
  }
}

/** The id of the chain's n-th transfer; the only thing about ids that is agreed between ledger and caller. */
function idOf(chain: Chain, at: number): string {
  return chain.id.slice(0, 30) + at.toString(16).padStart(2, '0');
}
