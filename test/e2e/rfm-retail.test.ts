// The preset rfm-retail, played through the API with a moved clock: grades by the year, stages by the days, and what
// the operator does about them.
import { readFileSync } from 'node:fs';
import { DAY, HOUR, ManualClock } from '../../src/kernel/clock';
import { presetPath } from '../../src/program/presets';
import { memberOf, OPERATIONS, SHOP, TestGateway } from '../support/gateway';
import { expectBooksInOrder, fresh } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const PROGRAM = readFileSync(presetPath('rfm-retail'), 'utf8');
const SHANGHAI = 8 * HOUR;
/** Noon of a date in Shanghai. */
const noon = (date: string) => Date.parse(`${date}T12:00:00Z`) - SHANGHAI;

interface Faulty {
  readonly faults: readonly { readonly path: string; readonly given: string }[];
}

interface Lifecycle {
  readonly stage: string | null;
  readonly grade: { readonly code: string } | null;
  readonly rfm: { frequency: number; monetary: { amount: number }; lastPurchaseOn: string | null };
  readonly stageChanges: { edges: { node: { to: string; on: string } }[] };
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  beforeEach(async () => {
    const clock = new ManualClock(noon('2026-01-05'));
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM, clock });
  });
  afterEach(async () => {
    await gateway.stop();
    // The next test turns the clock back, which occasions and judgements that were seen would not.
    await lane.database.transaction(async (tx) => {
      for (const table of ['campaign_trigger', 'campaign_run', 'work_progress']) await tx.run(`DELETE FROM ${table}`);
    });
    await expectBooksInOrder(lane.database);
  });

  const joins = async (more: object = {}): Promise<string> => {
    const externalId = fresh('shopper');
    await gateway.run(SHOP, 'register-members', { members: [{ externalId, nickname: 'Lin', ...more }] });
    return externalId;
  };
  const card = (member: string) =>
    gateway.run(SHOP, 'open-card', { input: { member, plan: 'club', orderId: fresh('order') } });
  const tells = (member: string, type: string, more: object = {}) => {
    const event = { source: 'till', eventId: fresh('event'), member, type, occurredAt: gateway.clock.now(), ...more };
    return gateway.run(SHOP, 'record-events', { events: [{ ...event, occurredAt: new Date(event.occurredAt) }] });
  };
  const buys = (member: string, yuan: number) => tells(member, 'PURCHASE', { amount: yuan * 100, orderId: fresh('o') });
  const goTo = async (date: string): Promise<void> => {
    gateway.clock.set(noon(date));
    await gateway.settle();
  };
  const seen = (externalId: string) => gateway.run<Lifecycle>(SHOP, 'member-lifecycle', { externalId });
  const stages = async (externalId: string) =>
    (await seen(externalId)).stageChanges.edges.map(({ node }) => `${node.to} ${node.on}`).reverse();
  const points = async (member: string) => {
    const { body } = await gateway.ask<{ me: { points: { balance: number } } }>(
      memberOf(member),
      '{ me { points { balance } } }',
    );
    return body.data!.me.points.balance;
  };
  const gifts = async (campaign: string) =>
    (
      await gateway.run<{ edges: { node: { occasion: string } }[] }>(OPERATIONS, 'campaign-gifts', {
        campaign,
        first: 100,
      })
    ).edges.map(({ node }) => node.occasion);

  test('a consumer becomes a member, is active, falls silent, sleeps, is lost, and is won back', async () => {
    const member = await joins();
    await buys(member, 300);
    await gateway.settle();
    expect((await seen(member)).stage).toBe('CONSUMER');
    await goTo('2026-01-10');
    await card(member);
    await gateway.settle();
    for (const day of [12, 15, 20]) {
      await goTo(`2026-01-${day}`);
      await buys(member, 800);
    }
    expect((await seen(member)).stage).toBe('ACTIVE');
    await tells(member, 'REVIEW');
    // 2400 + 300 points for shopping, and 20 for the review, at once.
    expect(await points(member)).toBe(2_720);
    await goTo('2026-01-21');
    expect(await seen(member)).toMatchObject({
      grade: { code: 'l3' },
      rfm: { frequency: 4, monetary: { amount: 270_000 }, lastPurchaseOn: '2026-01-20' },
    });
    await goTo('2026-02-01');
    // The last day of January, at six: a star with enough points is invited.
    expect(await gifts('stars')).toContain('2026-01-31');
    await goTo('2026-10-01');
    expect((await seen(member)).grade).toMatchObject({ code: 'rescue' });
    const before = await stages(member);
    expect(before).toEqual([
      'CONSUMER 2026-01-05',
      'ACTIVE 2026-01-10',
      'SILENT 2026-03-22',
      'SLEEPING 2026-05-21',
      'LOST 2026-09-18',
    ]);
    expect(await gifts('wake-silent')).toContain('SILENT 2026-03-22');
    expect(await gifts('win-back-lost')).toContain('LOST 2026-09-18');
    const won = await points(member);
    await buys(member, 10);
    expect((await seen(member)).stage).toBe('ACTIVE');
    expect(await points(member)).toBe(won + 10);
    // A new year counts from nothing; who bought nothing in it has the default.
    await goTo('2027-01-02');
    expect(await seen(member)).toMatchObject({ grade: { code: 'l1' }, rfm: { frequency: 0 } });
  });

  test('grades hold at their bounds, and what is returned does not count', async () => {
    const graded: Record<string, string | undefined> = {};
    const shoppers: Record<string, number[]> = {
      'below both bounds': [999.99],
      'ten small ones': Array(10).fill(10),
      'exactly a thousand': [1_000],
      'exactly two thousand': [2_000],
      'a fen more': [2_000.01],
      'a thousand in ten': Array(10).fill(100),
    };
    const members = new Map<string, string>();
    for (const [what, amounts] of Object.entries(shoppers)) {
      const member = await joins();
      members.set(what, member);
      for (const yuan of amounts)
        await tells(member, 'PURCHASE', { amount: Math.round(yuan * 100), orderId: fresh('o') });
    }
    const returns = await joins();
    await tells(returns, 'PURCHASE', { amount: 250_000, orderId: 'big' });
    await tells(returns, 'RETURN', { amount: 200_000, orderId: 'big' });
    members.set('most of it returned', returns);
    await goTo('2026-01-06');
    for (const [what, member] of members) graded[what] = (await seen(member)).grade?.code;
    expect(graded).toEqual({
      'below both bounds': 'l1',
      'ten small ones': 'l2',
      'exactly a thousand': 'l2-spender',
      'exactly two thousand': 'l2-spender',
      'a fen more': 'l3',
      'a thousand in ten': 'l2-core',
      'most of it returned': 'l1',
    });
  });

  test('birthdays and festivals are for who is there, and a preview tells what a campaign would cost', async () => {
    const member = await joins({ birthday: '1992-01-11', joinedAt: new Date(noon('2025-06-01')) });
    await card(member);
    await buys(member, 50);
    await goTo('2026-01-09');
    expect(await gifts('birthday')).toEqual(['2026-01-11']);
    const coupons = `{ me { coupons(first: 5) { edges { node { title status } } } } }`;
    const { body } = await gateway.ask(memberOf(member), coupons);
    expect(JSON.stringify(body)).toContain('A birthday cake');
    const preview = await gateway.run<object>(OPERATIONS, 'campaign-preview', { campaign: 'birthday' });
    expect(preview).toMatchObject({ members: 1, complete: true, worstCost: { amount: 1_500 } });
    await goTo('2026-02-18');
    expect(await gifts('festivals')).toContain('2026-02-17');
    expect(gateway.clock.now() % DAY).toBe(noon('2026-02-18') % DAY);
  });

  test('the usual three lines of the field are refused, with their holes named', async () => {
    const text = PROGRAM.replace(
      / {2}grades:\n[\s\S]*? {2}default: l1/,
      `  grades:
    - { code: l1, name: L1, when: { monetary: { below: 100000 }, frequency: { below: 10 } } }
    - { code: l2, name: L2, when: { monetary: { atLeast: 100000, atMost: 200000 }, frequency: { atLeast: 10 } } }
    - { code: l3, name: L3, when: { monetary: { moreThan: 200000 } } }
  default: l1`,
    );
    const answer = await gateway.run<Faulty>({ role: 'ADMIN', subject: 'ada' }, 'apply-program', { text });
    expect(answer).toMatchObject({ __typename: 'FaultyProgram' });
    const { given } = answer.faults.find(({ path }) => path === 'rfm.grades')!;
    expect(given).toContain('spend below 100000 with at least 10 purchases');
    expect(given).toContain('spend 100000 to 200000 with fewer than 10 purchases');
  });

  test.each([
    ['two grades for one member', '      precedence: 1\n', 'rfm.grades[5]', /rescue and l3 both have spend/],
    ['no default', '  default: l1\n', 'rfm.default', /nothing/],
  ])('%s: refused before anything is applied', async (_what, without, path, given) => {
    expect(PROGRAM).toContain(without);
    const before = gateway.gateway.catalogue.current().version;
    const answer = await gateway.run<Faulty>(OPERATIONS, 'apply-program', { text: PROGRAM.replace(without, '') });
    expect(answer.faults).toEqual([expect.objectContaining({ path, given: expect.stringMatching(given) })]);
    expect(gateway.gateway.catalogue.current().version).toBe(before);
  });
});
