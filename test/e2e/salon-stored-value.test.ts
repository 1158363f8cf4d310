// The story of the preset salon-stored-value, told through the API with a clock that is moved.
import { readFileSync } from 'node:fs';
import { presetPath } from '../../src/program/presets';
import { memberOf, OPERATIONS, SHOP, TestGateway, type Who } from '../support/gateway';
import { expectBooksInOrder, fresh, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

interface Told {
  readonly recorded: number;
  readonly results: readonly {
    readonly event: { readonly earned: { growth: number; points: number; storedValue: number } };
    readonly refusal: { readonly code: string } | null;
  }[];
}

interface Moved {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
  readonly fromBalance: { readonly amount: number };
  readonly fromBonus: { readonly amount: number };
}

const LOOK = `query Salon { me {
  level { code }
  growth { value debt toNextLevel }
  points { balance debt lots { amount on } expiring(withinDays: 31) { amount on } }
  storedValue { balance { amount currency } bonus { amount } debt { amount } }
} }`;

const at = (text: string) => Date.parse(`${text}:00+08:00`);

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeAll(async () => {
    const program = readFileSync(presetPath('salon-stored-value'), 'utf8');
    gateway = await TestGateway.start({ url: lane.url, program });
    story = new Story(gateway);
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const tell = async (who: Who, type: string, more: object = {}) => {
    const occurredAt = new Date(gateway.clock.now()).toISOString();
    const event = { source: 'till', eventId: fresh('event'), member: who.subject, type, occurredAt, ...more };
    const { recorded, results } = await gateway.run<Told>(SHOP, 'record-events', { events: [event] });
    expect([recorded, results[0]!.refusal]).toEqual([1, null]);
    return results[0]!.event.earned;
  };
  const look = async (who: Who) => {
    const { body } = await gateway.ask<{ me: Record<string, object> }>(who, LOOK);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data!.me;
  };
  const move = async (who: Who, operation: 'spend' | 'refund', amount?: number, by: Who = SHOP) => {
    const input = { member: who.subject, amount, orderId: fresh('order'), idempotencyKey: fresh('key') };
    const moved = await gateway.run<Moved>(by, `${operation}-stored-value`, { input });
    return moved.__typename === 'Refusal' ? moved.code : [moved.fromBalance.amount, moved.fromBonus.amount];
  };
  const money = (balance: number, bonus: number, debt = 0) => ({
    balance: { amount: balance, currency: 'CNY' },
    bonus: { amount: bonus },
    debt: { amount: debt },
  });

  test('levels by recharge, bonuses, visits paid from the balance, points that expire, and money back', async () => {
    // Given a guest who pays in 1000 yuan: 100 come on top, and silver at once.
    gateway.clock.set(at('2026-03-09T15:00'));
    const who = await story.member();
    expect(await look(who)).toMatchObject({ level: { code: 'guest' }, storedValue: money(0, 0) });
    expect(await tell(who, 'RECHARGE', { amount: 100_000 })).toMatchObject({
      growth: 1_000,
      points: 0,
      storedValue: 0,
    });
    expect(await look(who)).toMatchObject({
      level: { code: 'silver' },
      growth: { value: 1_000, toNextLevel: 2_000 },
      storedValue: money(100_000, 10_000),
    });

    // When it pays in 2000 more, then gold: the steps are those of one recharge, the level is that of all.
    await tell(who, 'RECHARGE', { amount: 200_000 });
    expect(await look(who)).toMatchObject({ level: { code: 'gold' }, storedValue: money(300_000, 20_000) });

    // A visit of 388 yuan on Tuesday morning: paid from the balance, 1.5 points a yuan, three per cent back.
    gateway.clock.set(at('2026-03-10T10:30'));
    expect(await move(who, 'spend', 38_800)).toEqual([38_800, 0]);
    const visit = { orderId: fresh('visit'), amount: 38_800 };
    expect(await tell(who, 'PURCHASE', visit)).toMatchObject({ growth: 0, points: 582, storedValue: 1_140 });
    expect(await look(who)).toMatchObject({
      points: { balance: 582, lots: [{ amount: 582, on: '2027-04-01' }], expiring: [] },
      storedValue: money(261_200, 21_140),
    });
    expect(await tell(who, 'REVIEW', { attributes: { photos: 2 } })).toMatchObject({ points: 50 });

    // The hair mask takes 500 points, the oldest ones.
    await story.claim(who, 'hair-mask');
    expect(await look(who)).toMatchObject({ points: { balance: 132, debt: 0 } });

    // When the visit is complained about and returned, what was spent of its points is owed.
    await tell(who, 'RETURN', { orderId: visit.orderId });
    expect(await look(who)).toMatchObject({
      points: { balance: 0, debt: 450 },
      storedValue: money(261_200, 20_000),
    });
    // The next visit, in the afternoon, settles it before anything can be spent again.
    gateway.clock.set(at('2026-04-10T15:00'));
    expect(await tell(who, 'PURCHASE', { amount: 50_000 })).toMatchObject({ points: 750, storedValue: 0 });
    expect(await look(who)).toMatchObject({ points: { balance: 300, debt: 0 } });

    // A bill above what is there is refused whole; one of all there is takes the bonus too.
    expect(await move(who, 'spend', 281_201)).toBe('INSUFFICIENT_STORED_VALUE');
    expect(await move(who, 'spend', 270_000)).toEqual([261_200, 8_800]);
    expect(await look(who)).toMatchObject({ storedValue: money(0, 11_200) });

    // A year later the points are about to go, and then they are gone, whether the job has run or not.
    gateway.clock.set(at('2027-04-30T23:59'));
    expect(await look(who)).toMatchObject({
      points: { balance: 300, expiring: [{ amount: 300, on: '2027-05-01' }] },
    });
    gateway.clock.set(at('2027-05-01T00:00'));
    expect(await look(who)).toMatchObject({ points: { balance: 0, lots: [], expiring: [] } });
    await gateway.settle();
    expect(await look(who)).toMatchObject({ points: { balance: 0, debt: 0, lots: [] } });
  });

  test('money is paid back within a year, the bonus lapses, and the level stays', async () => {
    gateway.clock.set(at('2028-01-10T12:00'));
    const who = await story.member();
    await tell(who, 'RECHARGE', { amount: 500_000 });
    expect(await look(who)).toMatchObject({ level: { code: 'gold' }, storedValue: money(500_000, 100_000) });
    expect(await move(who, 'spend', 120_000)).toEqual([120_000, 0]);
    gateway.clock.set(at('2029-01-09T12:00'));
    expect(await move(who, 'refund')).toBe('CONFLICT');
    gateway.clock.set(at('2029-01-09T11:59'));
    expect(await move(who, 'refund', undefined, OPERATIONS)).toEqual([380_000, 100_000]);
    expect(await look(who)).toMatchObject({ level: { code: 'gold' }, storedValue: money(0, 0) });
    expect(await move(who, 'refund')).toBe('INSUFFICIENT_STORED_VALUE');
  });

  test('a member sees its own, and nobody pays with the money of others', async () => {
    const [who, other] = [await story.member(), await story.member()];
    const input = { member: who.subject, amount: 1, orderId: 'order', idempotencyKey: fresh('key') };
    const spend = 'mutation Spend($input: SpendStoredValueInput!) { spendStoredValue(input: $input) { __typename } }';
    const { body } = await gateway.ask(memberOf(other.subject), spend, { input });
    expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});
