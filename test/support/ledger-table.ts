// A little language for tables of ledger cases: one step a line, each with what is expected of it.
//
//   open A 100                      an enforced account (capital) that exists, with this much granted
//   move A c 30 -> ok               a transfer from A to the contra account c (small); `#` at the end counts pieces
//   hold A c 30 as h -> ok          a hold, named for `post h`, `post h 20` and `void h`
//   move A c 5 ; move B c 5 -> INSUFFICIENT at 1 left 0    a chain; the second transfer is refused, 0 were left
//   move A c 50 flex ; floor 20 -> ok 30                   flexible transfers and their floor
//   move A c 50 group 1 ; move B c 9 group 2 -> ok {1:30 2:9}    groups, and what each of them moved
//   opening A 100 from g ; move A c 5 -> ok                opens A lazily
//   refused stock -> REFUSED_BEFORE                        a refusal that the caller brings
//   again -> replay · changed -> mismatch                  the last chain once more, with the same or other content
//   later 86400001                                         the clock moves on; holds stand for a day
//   is A 100 0 30 0                 credits posted, credits pending, debits posted, debits pending

import { DAY, ManualClock } from '../../src/kernel/clock';
import { type Id, idAt } from '../../src/kernel/id';
import { COUNT } from '../../src/kernel/money';
import { type AccountKey, type Balance, EMPTY_BALANCE } from '../../src/ledger/account';
import { ACCOUNT_KINDS } from '../../src/ledger/chart';
import { type Books, decideChain } from '../../src/ledger/decide';
import type { Chain, ChainResult, Opening, TransferInput } from '../../src/ledger/transfer';
import {
  chainOf,
  contraAccount,
  enforcedAccount,
  freshId,
  hold,
  move,
  NOW,
  openingOf,
  post,
  voiding,
} from './ledger-fixtures';

const AMOUNTS = new Map([
  ['max', Number.MAX_SAFE_INTEGER],
  ['2^53', 2 ** 53],
]);

function amountIn(word: string | undefined): number {
  return AMOUNTS.get(word ?? '') ?? Number(word);
}

interface ParsedChain {
  readonly openings: Opening[];
  readonly transfers: TransferInput[];
  /** The id that the chain will have, so that it can end a hold of its own. */
  readonly id: Id;
  refused?: string;
  flexibleFloor?: number;
}

/** Runs one script on books of its own and answers, line by line, what was expected and what came. */
export class LedgerTable {
  private readonly books: Books = {
    accounts: new Map(),
    chains: new Map(),
    pendings: new Map(),
    resolutions: new Map(),
    holds: new Map(),
  };
  private readonly names = new Map<string, AccountKey>();
  private readonly holds = new Map<string, Id>();
  private readonly clock = new ManualClock(NOW);
  private last: Chain | undefined;

  /** Each line with the answer that came in the place of the one expected: equal to the script when all is well. */
  run(script: string): string {
    return lines(script)
      .map((line) => this.step(line))
      .join('\n');
  }

  private step(line: string): string {
    const [text, expected] = line.split(' -> ');
    if (expected !== undefined) return `${text} -> ${this.submit(text!)}`;
    const [word, name, ...rest] = line.split(' ');
    if (word === 'open') this.open(this.account(name!), amountIn(rest[0]));
    else if (word === 'later') this.clock.advance(Number(name));
    else if (word === 'is') return `is ${name} ${this.balanceWords(this.account(name!))}`;
    else throw new Error(`${line}: no such step`);
    return line;
  }

  private open(account: AccountKey, creditsPosted: number): void {
    this.books.accounts.set(account, { ...EMPTY_BALANCE, creditsPosted });
  }

  private balanceWords(account: AccountKey): string {
    const balance: Balance | undefined = this.books.accounts.get(account);
    if (!balance) return 'absent';
    const { creditsPosted, creditsPending, debitsPosted, debitsPending } = balance;
    return [creditsPosted, creditsPending, debitsPosted, debitsPending].map(amountWord).join(' ');
  }

  private submit(text: string): string {
    if (text === 'again') return this.decide(this.last!);
    if (text === 'changed') return this.decide({ ...this.last!, fingerprint: freshId() });
    const parsed = this.parse(text);
    this.last = chainOf({ ...parsed, holdExpiresAt: this.clock.now() + DAY });
    return this.decide(this.last);
  }

  private decide(chain: Chain): string {
    const before = new Map(this.books.accounts);
    const { result, transfers, record } = decideChain(this.books, chain, this.clock.now());
    const replayed = 'replayed' in result && result.replayed;
    if (record === (replayed || 'mismatch' in result)) return `a first answer is recorded, no other: ${record}`;
    if (!result.applied && !same(before, this.books.accounts)) return 'refused, but a balance moved';
    if (transfers.length > 0 && !(result.applied && record)) return 'refused or replayed, but transfers were made';
    return (replayed ? 'replay ' : '') + resultWords(result);
  }

  private parse(text: string): ParsedChain {
    const parsed: ParsedChain = { id: freshId(), openings: [], transfers: [] };
    for (const part of text.split(' ; ')) this.parsePart(part.split(' '), parsed);
    return parsed;
  }

  private parsePart([word, first, second, third, ...rest]: string[], parsed: ParsedChain): void {
    if (word === 'move' || word === 'hold') {
      const make = word === 'move' ? move : hold;
      const input = make(this.account(first!), this.account(second!), amountIn(third));
      const group = rest.includes('group') ? { group: Number(rest[rest.indexOf('group') + 1]) } : {};
      const flexible = rest.includes('flex') ? { flexible: true } : {};
      parsed.transfers.push({ ...input, ...flexible, ...group } as TransferInput);
      const name = rest[rest.indexOf('as') + 1];
      const at = parsed.openings.length + parsed.transfers.length;
      if (rest.includes('as')) this.holds.set(name!, idAt(parsed.id, at));
    } else if (word === 'post' || word === 'void') {
      const pending = this.holds.get(first!) ?? freshId();
      parsed.transfers.push(word === 'void' ? voiding(pending) : post(pending, second ? amountIn(second) : undefined));
    } else if (word === 'opening')
      parsed.openings.push(openingOf(this.account(first!), amountIn(second), this.account(rest[0]!)));
    else if (word === 'refused') parsed.refused = first;
    else if (word === 'floor') parsed.flexibleFloor = Number(first);
    else throw new Error(`${word}: no such part of a chain`);
  }

  private account(name: string): AccountKey {
    const known = this.names.get(name);
    if (known) return known;
    const enforced = name[0] === name[0]!.toUpperCase();
    const counted = name.endsWith('#');
    const kind = enforced ? ACCOUNT_KINDS.QUOTA : ACCOUNT_KINDS.QUOTA_USED;
    const parts = counted ? { unit: COUNT, kind } : {};
    const account = enforced ? enforcedAccount(parts) : contraAccount(parts);
    this.names.set(name, account);
    return account;
  }
}

export function lines(script: string): string[] {
  return script
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '');
}

function amountWord(amount: number): string {
  return amount === Number.MAX_SAFE_INTEGER ? 'max' : String(amount);
}

function resultWords(result: ChainResult): string {
  if ('mismatch' in result) return 'mismatch';
  if (result.applied) {
    const { flexibleAmount, groupAmounts } = result;
    const groups = Object.entries(groupAmounts ?? {}).map(([group, amount]) => `${group}:${amountWord(amount)}`);
    const flexible = flexibleAmount === undefined ? '' : ` ${amountWord(flexibleAmount)}`;
    return `ok${flexible}${groups.length > 0 ? ` {${groups.join(' ')}}` : ''}`;
  }
  const { status, at, available, refusal } = result;
  const left = available === undefined ? '' : ` left ${amountWord(available)}`;
  return `${status} at ${at}${left}${refusal === undefined ? '' : ` because ${refusal}`}`;
}

function same(left: ReadonlyMap<AccountKey, Balance>, right: ReadonlyMap<AccountKey, Balance>): boolean {
  return left.size === right.size && [...left].every(([account, balance]) => right.get(account) === balance);
}
