// Offers as operations change them and partners see them: stock, what is on the air, and who sees whose.
import { setImmediate as breathe } from 'node:timers/promises';
import { DAY } from '../../src/kernel/clock';
import { AUDITOR, NOON, OPERATIONS, partnerOf, TestGateway, type Who } from '../support/gateway';
import { offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, outcomeOf, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { freshEachTest } from '../support/saved-tables';

const FREE = { unitCost: 0, card: 'NONE' };

interface Listed {
  readonly edges: { cursor: string; node: { id: string; title: string; status: string } }[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

interface Totals {
  readonly redemptions: number;
  readonly members: number;
  readonly faceValue: { readonly amount: number };
}

eachDatabase((lane) => {
  freshEachTest(lane);
  let gateway: TestGateway;
  let story: Story;
  beforeEach(async () => {
    gateway = await TestGateway.start({ url: lane.url });
    story = new Story(gateway);
  });
  afterEach(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const program = (...offers: Parameters<typeof offer>[1][]) =>
    programText({ plans: [plan('plus')], offers: offers.map((parts) => offer(String(parts?.code), parts)) });

  test('the stock follows the program: more is granted, less takes back at most what is left', async () => {
    const code = fresh('stocked');
    const take = async (times: number) => {
      const crowd = await Promise.all(Array.from({ length: times }, () => story.member()));
      const outcomes = await Promise.all(crowd.map((who) => story.redeem(who, code)));
      return outcomes.map(outcomeOf).filter((outcome) => outcome === 'ISSUED').length;
    };
    const left = async () => {
      const offers = await gateway.run<{ code: string; stockLeft: number }[]>(OPERATIONS, 'offers');
      return offers.find((shown) => shown.code === code)?.stockLeft;
    };
    const stock = async (count?: number) => {
      await story.apply(program({ code, ...FREE, stock: count }));
      return left();
    };
    expect(await stock(5)).toBe(5);
    expect(await take(3)).toBe(3);
    expect(await stock(10)).toBe(7);
    expect(await stock(4)).toBe(1);
    expect(await take(3)).toBe(1);
    // Four are gone already, so less than that cannot be taken back.
    expect(await stock(2)).toBe(0);
    expect(await stock(6)).toBe(2);
    expect(await take(5)).toBe(2);
    // An offer that leaves the program and comes back finds its stock as it was.
    await story.apply(program({ code: fresh('another'), ...FREE }));
    expect(await stock(7)).toBe(1);
    expect(await take(5)).toBe(1);
  });

  test('an offer is to be had between its two moments, and gone when the program drops it', async () => {
    const [code, who] = [fresh('timed'), await story.member()];
    const [validFrom, validUntil] = [new Date(NOON + DAY).toISOString(), new Date(NOON + 2 * DAY).toISOString()];
    await story.apply(program({ code, ...FREE, validFrom, validUntil }));
    const outcomes: string[] = [];
    for (const moment of [NOON + DAY - 1, NOON + DAY, NOON + 2 * DAY - 1, NOON + 2 * DAY]) {
      gateway.clock.set(moment);
      outcomes.push(outcomeOf(await story.redeem(who, code)));
    }
    expect(outcomes).toEqual(['OFFER_NOT_LIVE', 'ISSUED', 'ISSUED', 'OFFER_NOT_LIVE']);
    gateway.clock.set(NOON + DAY);
    const input = { item: gateway.itemId(code), idempotencyKey: fresh('key') };
    await story.apply(program({ code: fresh('another'), ...FREE }));
    expect(outcomeOf(await gateway.run(who, 'redeem', { input }))).toBe('OFFER_NOT_LIVE');
    const home = await gateway.run<{ coupons: { edges: { node: { title: string } }[] } }>(who, 'member-home');
    expect(home.coupons.edges.map(({ node }) => node.title)).toEqual([`Offer ${code}`, `Offer ${code}`]);
  });

  test('a second gateway follows an applied program within a second', async () => {
    const other = await TestGateway.start({ url: lane.url, clock: gateway.clock });
    const [code, who] = [fresh('news'), await story.member()];
    const seen = async (at: TestGateway) => {
      const { perks } = await at.run<{ perks: Listed }>(who, 'member-home', { perks: 100 });
      return perks.edges.some(({ node }) => node.title === `Offer ${code}`);
    };
    expect(await seen(other)).toBe(false);
    await story.apply(program({ code, ...FREE }));
    const applied = performance.now();
    expect(await seen(gateway)).toBe(true);
    while (!(await seen(other)) && performance.now() - applied < 5_000) await breathe();
    const took = performance.now() - applied;
    expect(await seen(other)).toBe(true);
    expect(took).toBeLessThan(1_500);
    expect(outcomeOf(await new Story(other).redeem(who, code))).toBe('ISSUED');
    await other.stop();
  });

  test('a partner sees its own offers, redemptions and nothing else; staff sees all', async () => {
    const [brew, film, secret] = [fresh('brew'), fresh('film'), fresh('secret')];
    await story.apply(
      program(
        { code: brew, ...FREE },
        { code: secret, ...FREE, unitCost: 100 },
        { code: film, ...FREE, partner: 'cinema' },
      ),
    );
    const who = await story.member();
    const claims: Record<string, string> = {};
    for (const code of [brew, film, secret]) {
      gateway.clock.advance(1_000);
      claims[code] = (await story.claim(who, code)).id;
    }
    const codes = async (as: Who, partner?: string) =>
      (await gateway.run<{ code: string }[]>(as, 'offers', { partner })).map(({ code }) => code);
    expect(await codes(partnerOf('brewer'))).toEqual([brew, secret]);
    expect(await codes(partnerOf('cinema'))).toEqual([film]);
    expect(await codes(partnerOf('brewer'), 'cinema')).toEqual([]);
    expect(await codes(partnerOf('nobody'))).toEqual([]);
    expect(await codes(AUDITOR)).toEqual([brew, secret, film]);
    expect(await codes(AUDITOR, 'cinema')).toEqual([film]);

    const mine = new Set(Object.values(claims));
    const listed = async (as: Who) =>
      (await gateway.run<Listed>(as, 'redemptions', { first: 100 })).edges
        .map(({ node }) => node.id)
        .filter((id) => mine.has(id));
    expect(await listed(partnerOf('brewer'))).toEqual([claims[secret], claims[brew]]);
    expect(await listed(partnerOf('cinema'))).toEqual([claims[film]]);
    expect(await listed(partnerOf('nobody'))).toEqual([]);
    expect(await listed(AUDITOR)).toEqual([claims[secret], claims[film], claims[brew]]);
    const cost = await gateway.ask(partnerOf('brewer'), '{ offers { code unitCost { amount } } }');
    expect(cost.body.errors?.[0]?.extensions.fields).toEqual(['Offer.unitCost']);
  });

  test('redemptions come in pages, newest first, each once', async () => {
    const code = fresh('paged');
    await story.apply(program({ code, ...FREE, partner: 'cinema' }));
    const who = await story.member();
    const claimed: string[] = [];
    for (let at = 0; at < 7; at += 1) {
      gateway.clock.set(NOON + 5 * DAY + at);
      claimed.unshift((await story.claim(who, code)).id);
    }
    const pages: string[][] = [];
    for (let after: string | null = null; pages.length < 3; ) {
      const page: Listed = await gateway.run(partnerOf('cinema'), 'redemptions', { first: 3, after });
      pages.push(page.edges.map(({ node }) => node.id));
      after = page.pageInfo.endCursor;
    }
    expect(pages.flat().slice(0, 7)).toEqual(claimed);
  });

  test("redemptions are narrowed and summed up by offer, partner, status and time, within one's own", async () => {
    const [tea, film] = [fresh('tea'), fresh('film')];
    const priced = { ...FREE, faceValue: 300 };
    await story.apply(
      program({ code: tea, ...priced, couponValidDays: 2 }, { code: film, ...priced, partner: 'cinema' }),
    );
    const [one, two] = [await story.member(), await story.member()];
    const start = NOON + 20 * DAY;
    gateway.clock.set(start);
    const [early, late, open] = [await story.claim(one, tea), await story.claim(one, tea), await story.claim(two, tea)];
    await story.claim(two, film);
    await story.confirmUse(early.id, { as: partnerOf('brewer') });
    gateway.clock.set(start + DAY);
    await story.confirmUse(late.id, { as: partnerOf('brewer') });

    const offer = gateway.itemId(tea);
    const asked = async (filter: object, as: Who = partnerOf('brewer')) => {
      const sums = await gateway.run<Totals>(as, 'redemption-totals', { filter });
      const page = await gateway.run<Listed>(as, 'redemptions', { first: 100, filter });
      expect(page.edges).toHaveLength(sums.redemptions);
      return {
        ids: page.edges.map(({ node }) => node.id),
        sums: [sums.redemptions, sums.members, sums.faceValue.amount],
      };
    };
    const instant = (at: number) => new Date(at).toISOString();
    expect((await asked({ offer })).sums).toEqual([3, 2, 900]);
    expect((await asked({ offer, status: 'USED' })).sums).toEqual([2, 1, 600]);
    expect((await asked({ offer, usedFrom: instant(start + 1) })).ids).toEqual([late.id]);
    expect((await asked({ offer, usedBefore: instant(start + DAY) })).ids).toEqual([early.id]);
    expect((await asked({ offer, status: 'ISSUED' })).ids).toEqual([open.id]);
    gateway.clock.set(start + 2 * DAY);
    // Expired at its instant, before any job has said so.
    expect((await asked({ offer, status: 'ISSUED' })).ids).toEqual([]);
    expect((await asked({ offer, status: 'EXPIRED' })).ids).toEqual([open.id]);
    expect((await asked({ partner: 'cinema', offer: gateway.itemId(film) }, AUDITOR)).sums).toEqual([1, 1, 300]);
    expect((await asked({ partner: 'brewer', offer: gateway.itemId(film) }, AUDITOR)).sums).toEqual([0, 0, 0]);
    expect((await asked({ partner: 'nobody' }, AUDITOR)).sums).toEqual([0, 0, 0]);
    expect((await asked({ offer: gateway.itemId(film) })).sums).toEqual([0, 0, 0]);
    expect((await asked({ partner: 'cinema' })).sums).toEqual([0, 0, 0]);
    expect((await asked({}, partnerOf('nobody'))).sums).toEqual([0, 0, 0]);
    const cost = await gateway.ask(partnerOf('brewer'), '{ redemptionTotals { cost { amount } } }');
    expect(cost.body.errors?.[0]?.extensions.fields).toEqual(['RedemptionTotals.cost']);
  });

  test('a program that is refused changes nothing, and one that is applied again is no new version', async () => {
    const good = program({ code: fresh('good'), ...FREE });
    await story.apply(good);
    const version = async () => (await gateway.run<{ version: number }>(AUDITOR, 'program')).version;
    const before = await version();
    const faulty = await gateway.run(OPERATIONS, 'apply-program', { text: `${good.slice(0, -1)}, "surprise": 1}` });
    expect(faulty).toMatchObject({ __typename: 'FaultyProgram', faults: [{ path: 'surprise' }] });
    expect(await gateway.run(OPERATIONS, 'plan-program', { text: good })).toMatchObject({
      changes: 0,
      version: before,
    });
    await story.apply(good);
    expect(await version()).toBe(before);
    const text = (await gateway.run<{ text: string }>(AUDITOR, 'program')).text;
    expect(await gateway.run(OPERATIONS, 'plan-program', { text })).toMatchObject({ changes: 0 });
  });
});
