// Whatever a partner does, in whatever order, redemptions are what a naive model says, and so are the balances: counted
// anew from the model at each step, without holds, steps or attempts.
import fc from 'fast-check';
import { MINUTE, SECOND } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { available } from '../../src/ledger/account';
import { cardCapAccount, leftOn, pointsAccount, savingsAccount } from '../../src/members/member-accounts';
import { confirmed, declined, unknown } from '../../src/partner-port/connector';
import { type Behaviour, FakePartner, silently, timedOut, unreachable } from '../support/fake-partner';
import { expectBooks, type House, openHouse, outcomeOf } from '../support/house';
import { eachDatabase } from '../support/lanes';
import { SAGA_PROGRAM } from '../support/saga-program';

/** What the partner does with a call, and what the caller is told at once. */
const ISSUES = {
  OK: [(real) => real(), 'ISSUED'],
  LOST_ANSWER: [silently, 'UNKNOWN'],
  LOST_REQUEST: [() => timedOut, 'UNKNOWN'],
  GARBAGE: [
    (real) => {
      real();
      return confirmed({ partnerRef: '' });
    },
    'UNKNOWN',
  ],
  UNREACHABLE: [() => unreachable, 'HELD'],
  SERVER_ERROR: [() => unknown('PARTNER_ERROR', '500'), 'UNKNOWN'],
  DECLINED: [() => declined('OUT_OF_STOCK', 'none'), 'PARTNER_DECLINED'],
} as const satisfies Record<string, readonly [Behaviour, string]>;
const CANCELS = {
  OK: (real) => real(),
  LOST_ANSWER: silently,
  LOST_REQUEST: () => timedOut,
  DECLINED: () => declined('OTHER', 'no'),
} as const satisfies Record<string, Behaviour>;

type Command =
  | { readonly do: 'claim'; readonly item: 'espresso' | 'ticket'; readonly issue: keyof typeof ISSUES }
  | { readonly do: 'cancel'; readonly at: number; readonly cancel: keyof typeof CANCELS }
  | { readonly do: 'use'; readonly at: number; readonly news: number }
  | { readonly do: 'late'; readonly at: number; readonly used: boolean }
  | { readonly do: 'old news'; readonly at: number }
  | { readonly do: 'settle' };

const at = fc.nat(5);
const claims: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('claim'),
  item: fc.constantFrom('espresso', 'ticket'),
  issue: fc.constantFrom(...(Object.keys(ISSUES) as (keyof typeof ISSUES)[])),
});
const COMMANDS: fc.Arbitrary<Command>[] = [
  claims,
  claims,
  claims,
  fc.record({
    do: fc.constant('cancel'),
    at,
    cancel: fc.constantFrom(...(Object.keys(CANCELS) as (keyof typeof CANCELS)[])),
  }),
  fc.record({ do: fc.constant('use'), at, news: fc.nat(2) }),
  fc.record({ do: fc.constant('late'), at, used: fc.boolean() }),
  fc.record({ do: fc.constant('old news'), at }),
  fc.constant({ do: 'settle' } as const),
];

interface Modelled {
  readonly id: Id;
  readonly item: 'espresso' | 'ticket';
  status: string;
  /** How it stands at the partner. */
  there: 'ABSENT' | 'ISSUED' | 'USED' | 'CANCELLED';
  cancelling?: boolean;
  /** Whether staff must be told. */
  told?: boolean;
}

class Scene {
  readonly partner = new FakePartner();
  readonly claims: Modelled[] = [];
  memberId!: Id;
  house!: House;

  async run(command: Command): Promise<void> {
    if (command.do === 'claim') return this.claim(command);
    if (command.do === 'settle') return this.settle();
    const one = this.claims[command.at];
    if (!one) return;
    if (command.do === 'cancel') await this.cancel(one, command.cancel);
    if (command.do === 'use') await this.use(one, command.news);
    if (command.do === 'late') await this.late(one, command.used);
    if (command.do === 'old news') await this.oldNews(one);
  }

  private async claim({ item, issue }: Extract<Command, { do: 'claim' }>): Promise<void> {
    const [behaviour, expected] = ISSUES[issue];
    this.partner.next('issue', behaviour);
    this.house.clock.advance(1);
    expect([issue, outcomeOf(await this.house.redeem(this.memberId, item))]).toEqual([issue, expected]);
    const { id } = (await this.house.wallet(this.memberId))[0]!;
    const made = issue === 'OK' || issue === 'LOST_ANSWER' || issue === 'GARBAGE';
    const status = issue === 'DECLINED' ? 'FAILED' : expected;
    this.claims.push({ id, item, status, there: made ? 'ISSUED' : 'ABSENT' });
  }

  /** The partner does as it should for a while: what was open is settled. */
  private async settle(): Promise<void> {
    for (let gone = 0; gone < 2 * MINUTE; gone += 5 * SECOND) {
      this.house.clock.advance(5 * SECOND);
      await this.house.runSaga();
    }
    for (const one of this.claims) {
      if (one.status === 'HELD' || one.status === 'UNKNOWN') {
        one.status = one.there === 'USED' ? 'USED' : 'ISSUED';
        if (one.there === 'ABSENT') one.there = 'ISSUED';
      } else if (one.cancelling) {
        one.cancelling = false;
        one.status = one.there === 'USED' ? 'USED' : 'CANCELLED';
      } else if (one.status !== 'FAILED' && one.status !== 'CANCELLED') continue;
      if ((one.status === 'CANCELLED' || one.status === 'FAILED') && one.there === 'ISSUED') one.there = 'CANCELLED';
    }
  }

  private async cancel(one: Modelled, how: keyof typeof CANCELS): Promise<void> {
    const asks = one.status === 'ISSUED' && !one.cancelling;
    if (asks) this.partner.next('cancel', CANCELS[how]);
    const expected = this.cancelled(one, how);
    expect(outcomeOf(await this.house.cancel(one.id))).toBe(expected);
  }

  private cancelled(one: Modelled, how: keyof typeof CANCELS): string {
    if (one.status === 'HELD') {
      one.status = 'CANCELLED';
      return 'CANCELLED';
    }
    if (one.status !== 'ISSUED') return 'NOT_CANCELLABLE';
    if (one.cancelling) return 'ISSUED';
    if (how === 'DECLINED') return 'NOT_CANCELLABLE';
    if (how !== 'LOST_REQUEST' && one.there !== 'USED') one.there = 'CANCELLED';
    if (how === 'OK') {
      one.status = one.there;
      return one.there === 'USED' ? 'NOT_CANCELLABLE' : 'CANCELLED';
    }
    one.cancelling = true;
    return 'ISSUED';
  }

  private async use(one: Modelled, news: number): Promise<void> {
    if (one.there !== 'ISSUED' || !['ISSUED', 'UNKNOWN'].includes(one.status)) return;
    one.there = 'USED';
    const used = this.partner.use(one.id);
    for (let time = 1; time <= news; time += 1) await this.house.saga.learn(one.id, used);
    if (news === 0) return;
    one.status = 'USED';
    one.cancelling = false;
  }

  /** The partner makes a coupon of what was let go of here, and says so; perhaps it is even used. */
  private async late(one: Modelled, used: boolean): Promise<void> {
    if (one.there !== 'ABSENT' || (one.status !== 'FAILED' && one.status !== 'CANCELLED')) return;
    this.partner.makeCoupon({ redemptionId: one.id });
    one.there = used ? 'USED' : 'ISSUED';
    one.told = used;
    const news = used ? this.partner.use(one.id) : this.partner.coupons.get(one.id)!;
    await this.house.saga.learn(one.id, news);
  }

  /** What was said once is said again. */
  private async oldNews(one: Modelled): Promise<void> {
    const known = this.partner.coupons.get(one.id);
    if (!known || one.status === 'UNKNOWN' || one.status === 'HELD') return;
    await this.house.saga.learn(one.id, { state: 'ISSUED', issued: known.issued });
  }

  async check(): Promise<void> {
    const statuses = await Promise.all(
      this.claims.map(async ({ id }) => (await this.house.redemptions.find(id))!.status),
    );
    expect(statuses).toEqual(this.claims.map(({ status }) => status));
    const { balances, cards } = await this.house.rows(this.memberId);
    const ref = { memberId: this.memberId, termId: cards[0]!.terms[0]!.id, currency: 'CNY' };
    const sum = (amount: (one: Modelled) => number) => this.claims.reduce((total, one) => total + amount(one), 0);
    const isOpen = ({ status }: Modelled) => ['HELD', 'UNKNOWN', 'ISSUED'].includes(status);
    const counts = (one: Modelled) => isOpen(one) || one.status === 'USED';
    const savings = balances.get(savingsAccount(ref));
    expect({
      cap: leftOn(balances, cardCapAccount(ref)),
      points: leftOn(balances, pointsAccount(this.memberId)),
      saved: savings ? available(savings) : 0,
      toBeSaved: savings?.creditsPending ?? 0,
    }).toEqual({
      cap: 1_000 - sum((one) => (counts(one) ? 20 : 0)),
      points: 100 - sum((one) => (counts(one) && one.item === 'ticket' ? 5 : 0)),
      saved: sum(({ status }) => (status === 'USED' ? 50 : 0)),
      toBeSaved: sum((one) => (isOpen(one) ? 50 : 0)),
    });
  }

  /** In the end both sides say the same, or staff know. */
  async checkEnd(): Promise<void> {
    await this.run({ do: 'settle' });
    await this.check();
    for (const one of this.claims) {
      expect([one.status, this.partner.stateOf(one.id)]).toEqual([one.status, one.there]);
      const { atPartner } = (await this.house.redemptions.find(one.id))!;
      expect([one.status, atPartner!.dueStep]).toEqual([one.status, one.status === 'ISSUED' ? 'EXPIRE' : undefined]);
    }
    const items = await this.house.saga.items({ limit: 1_000 });
    const found = items.filter(({ redemptionId }) => this.claims.some(({ id }) => id === redemptionId));
    const expected = this.claims.filter(({ told }) => told).map(({ id }) => id);
    expect(found.map(({ redemptionId }) => redemptionId).sort()).toEqual(expected.sort());
    expect(found.every(({ kind }) => kind === 'USED_AFTER_VOID')).toBe(true);
    expect(this.house.errors).toEqual([]);
  }
}

const LENGTHS = { minLength: 4, maxLength: 25, size: 'max' } as const;

eachDatabase((lane) => {
  beforeAll(async () => {
    await openHouse(lane.database, { program: SAGA_PROGRAM });
  });

  test('a partner of any behaviour', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...COMMANDS), LENGTHS), async (commands) => {
        const scene = new Scene();
        scene.house = await openHouse(lane.database, { program: null, partners: scene.partner });
        scene.memberId = (await scene.house.holder()).memberId;
        await scene.house.give(scene.memberId, 'POINTS', 100);
        for (const command of commands) {
          await scene.run(command);
          await scene.check();
        }
        await scene.checkEnd();
      }),
      { numRuns: 60, endOnFailure: false },
    );
    await expectBooks(lane.database);
  }, 240_000);
});
