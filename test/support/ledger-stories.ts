// Random stories for the ledger: groups of chains over a few accounts, made by fast-check and told in small numbers.
import fc from 'fast-check';
import { DAY } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { COUNT } from '../../src/kernel/money';
import { type AccountKey, accountKey } from '../../src/ledger/account';
import { ACCOUNT_KINDS } from '../../src/ledger/chart';
import type { Chain, Opening, TransferInput } from '../../src/ledger/transfer';
import { chainOf, freshId, hold, move, NOW, openingOf, post, voiding } from './ledger-fixtures';

interface Moving {
  readonly do: 'move' | 'hold';
  readonly from: number;
  readonly to: number;
  readonly amount: number;
  readonly flexible: boolean;
  /** 0 is none. */
  readonly group: number;
  /** Now and then a transfer of pieces, one to the account itself, one between units. */
  readonly twist: 'none' | 'counted' | 'same' | 'units';
}

interface Ending {
  readonly do: 'post' | 'void';
  /** Counted from the latest hold there is. */
  readonly hold: number;
  readonly amount: number | undefined;
}

interface NewChain {
  readonly do: 'chain';
  readonly transfers: readonly (Moving | Ending)[];
  readonly opens: readonly number[];
  readonly floor: number;
  readonly standsFor: number;
}

type Act =
  | NewChain
  | { readonly do: 'again'; readonly which: number; readonly changed: boolean }
  | { readonly do: 'refused' };

/** Acts that are asked at once, and how long it takes until the next ones. */
export interface Scene {
  readonly acts: readonly Act[];
  readonly passes: number;
}

const MAX = Number.MAX_SAFE_INTEGER;
const amount = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 25 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 1.5, Number.NaN, 2 ** 53) },
  { weight: 2, arbitrary: fc.constantFrom(MAX, MAX - 5) },
);

const moving: fc.Arbitrary<Moving> = fc.record({
  do: fc.constantFrom('move' as const, 'hold' as const, 'hold' as const),
  from: fc.nat(6),
  to: fc.nat(6),
  amount,
  flexible: fc.constantFrom(true, false, false),
  group: fc.constantFrom(0, 0, 0, 1, 1, 2),
  twist: fc.oneof(
    { weight: 12, arbitrary: fc.constant('none' as const) },
    { weight: 3, arbitrary: fc.constant('counted' as const) },
    { weight: 1, arbitrary: fc.constantFrom('same' as const, 'units' as const) },
  ),
});

const ending: fc.Arbitrary<Ending> = fc.record({
  do: fc.constantFrom('post' as const, 'void' as const),
  hold: fc.nat(8),
  amount: fc.option(fc.oneof(fc.nat(25), amount), { nil: undefined }),
});

const newChain: fc.Arbitrary<NewChain> = fc.record({
  do: fc.constant('chain' as const),
  transfers: fc.array(fc.oneof({ weight: 2, arbitrary: moving }, { weight: 1, arbitrary: ending }), {
    minLength: 1,
    maxLength: 3,
  }),
  opens: fc.array(fc.nat(5), { maxLength: 2 }),
  floor: fc.nat(20),
  standsFor: fc.constantFrom(0, DAY, 3 * DAY, 9 * DAY),
});

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 14, arbitrary: newChain },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('again' as const), which: fc.nat(5), changed: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'refused' as const }) },
);

export const story: fc.Arbitrary<Scene[]> = fc.array(
  fc.record({ acts: fc.array(act, { minLength: 1, maxLength: 4 }), passes: fc.constantFrom(0, 0, 0, DAY) }),
  { minLength: 1, maxLength: 14, size: '+1' },
);

/** One telling of a story: accounts and chains of its own, so that tellings share a database without meeting. */
export class Telling {
  /** Of all accounts. */
  readonly holder = freshId();
  private readonly contra = [0, 1].map((item) => this.account(ACCOUNT_KINDS.COST, item));
  private readonly money = [
    ...[0, 1, 2, 3, 4].map((item) => this.account(ACCOUNT_KINDS.CAP_CLASS, item)),
    ...this.contra,
  ];
  private readonly countedContra = this.account(ACCOUNT_KINDS.QUOTA_USED, 0, COUNT);
  private readonly counted = [this.account(ACCOUNT_KINDS.QUOTA, 0, COUNT), this.countedContra];
  readonly accounts = [...this.money, ...this.counted];
  /** Accounts that exist only when a chain opens them. */
  private readonly late: readonly Opening[] = [
    openingOf(this.money[3]!, 60, this.contra[0]!),
    openingOf(this.money[4]!, 0, this.contra[1]!),
    openingOf(this.counted[0]!, 20, this.countedContra),
  ];
  private readonly chains: Chain[] = [];
  private holds: readonly Id[] = [];

  /** With `careful`, a chain opens all accounts that it uses, as those of real callers do. */
  constructor(private readonly careful = false) {}

  private account(kind: (typeof ACCOUNT_KINDS)[keyof typeof ACCOUNT_KINDS], item: number, unit = 'CNY'): AccountKey {
    return accountKey({ holder: this.holder, kind, item, unit });
  }

  /** Opens the accounts that are there from the beginning. */
  prologue(): Chain {
    return chainOf({
      openings: [0, 1, 2].map((at) => openingOf(this.money[at]!, 60, this.contra[0]!)),
      transfers: [],
    });
  }

  /** The chains of a scene. They end `holds`, open or not, in the order in which they were made. */
  tell(scene: Scene, holds: readonly Id[]): Chain[] {
    this.holds = holds;
    return scene.acts.map((act) => this.chain(act));
  }

  private chain(act: Act): Chain {
    if (act.do === 'again' && this.chains.length > 0) {
      const before = this.chains.at(-1 - (act.which % this.chains.length))!;
      return { ...before, id: freshId(), fingerprint: act.changed ? freshId() : before.fingerprint };
    }
    const chain = act.do === 'chain' ? this.newChain(act) : chainOf({ transfers: [], refused: 'not for you' });
    this.chains.push(chain);
    return chain;
  }

  private newChain({ transfers, opens, floor, standsFor }: NewChain): Chain {
    // All flexible transfers of a chain ask for one amount.
    const asked = transfers.find((other) => 'flexible' in other && other.flexible)?.amount;
    const inputs = transfers.map((abstract) =>
      'hold' in abstract ? this.ending(abstract) : this.moving(abstract, abstract.flexible ? asked : undefined),
    );
    const used = inputs.flatMap((input) => ('debit' in input ? [input.debit, input.credit] : []));
    const openings = this.late.filter(
      ({ account }, at) => opens.includes(at) || (this.careful && used.includes(account)),
    );
    return chainOf({ openings, transfers: inputs, flexibleFloor: floor, holdExpiresAt: NOW + standsFor });
  }

  private ending({ do: kind, hold: back, amount }: Ending): TransferInput {
    const pending = this.holds.at(-1 - (back % (this.holds.length + 1))) ?? freshId();
    return kind === 'void' ? voiding(pending) : post(pending, amount);
  }

  private moving(abstract: Moving, asked = abstract.amount): TransferInput {
    const { do: kind, from, to, twist } = abstract;
    const group = abstract.flexible || abstract.group === 0 ? {} : { group: abstract.group };
    const source = twist === 'counted' ? this.counted[from % 2]! : this.money[from]!;
    const other = to === from ? (to + 1) % this.money.length : to;
    const target = {
      none: this.money[other]!,
      counted: this.counted[(from + 1) % 2]!,
      same: source,
      units: this.countedContra,
    }[twist];
    const input = (kind === 'move' ? move : hold)(source, target, asked);
    return {
      ...input,
      flexible: abstract.flexible,
      ...group,
      refusal: `${kind} ${from} ${to} ${twist}`,
    } as TransferInput;
  }
}
