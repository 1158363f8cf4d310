// The savings calculator of a sold membership, through the API: month by month, by brand and benefit, until it has paid
// for itself, and what can then be said about its renewal.
import { readFileSync } from 'node:fs';
import { DAY } from '../../src/kernel/clock';
import { presetPath } from '../../src/program/presets';
import { NOON, operationText, SHOP, TestGateway, type Who } from '../support/gateway';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

interface Savings {
  readonly thisMonth: { amount: number };
  readonly lifetime: Amounts;
  readonly months: ({ month: string } & Amounts)[];
  readonly byPartner: ({ partner: { name: string } | null } & Amounts)[];
  readonly byBenefit: ({ title: string; used: number; open: number } & Amounts)[];
  readonly renewal: Record<string, unknown> | null;
  readonly brokeEvenOn: string | null;
}
interface Amounts {
  readonly verified: { amount: number };
  readonly potential: { amount: number };
}

const amounts = (verified: number, potential: number) => ({
  verified: { amount: verified },
  potential: { amount: potential },
});

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeAll(async () => {
    const program = readFileSync(presetPath('jd-plus'), 'utf8');
    gateway = await TestGateway.start({ url: lane.url, program });
    story = new Story(gateway);
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const savingsOf = async (who: Who, months = 12) =>
    (await gateway.run<{ savings: Savings }>(who, 'savings', { months })).savings;

  beforeEach(() => gateway.clock.set(NOON));

  test('a card of 109 yuan pays for itself, and every month says what it was', async () => {
    // Given a card bought in March, with twenty freight coupons of 5 yuan of which twelve are used at once.
    const { who, card } = await story.holder('plus-year');
    for (let at = 0; at < 20; at += 1) {
      const coupon = await story.claim(who, 'freight-coupon');
      if (at < 12) await story.use(coupon.id);
    }
    const checkUp = await story.claim(who, 'medivanta-checkup');
    const march = await savingsOf(who, 2);
    expect(march).toMatchObject({
      thisMonth: { amount: 6_000 },
      lifetime: amounts(6_000, 9_000),
      months: [
        { month: '2026-02', ...amounts(0, 0) },
        { month: '2026-03', ...amounts(6_000, 9_000) },
      ],
      byPartner: [
        { partner: null, ...amounts(6_000, 4_000) },
        { partner: { name: 'Medivanta Clinics' }, ...amounts(0, 5_000) },
      ],
      renewal: { paidBack: false, missing: { amount: 4_900 }, savedThisTerm: { amount: 6_000 }, daysLeft: 365 },
      brokeEvenOn: null,
    });
    // When the check-up of March is used in April, then April saved it, and the card had paid for itself that day.
    gateway.clock.set(NOON + 30 * DAY);
    await story.use(checkUp.id);
    const april = await savingsOf(who, 2);
    expect(april).toMatchObject({
      thisMonth: { amount: 5_000 },
      months: [
        { month: '2026-03', ...amounts(6_000, 4_000) },
        { month: '2026-04', ...amounts(5_000, 0) },
      ],
      byBenefit: [
        { title: 'Freight coupon of 5 yuan', used: 12, open: 8, ...amounts(6_000, 4_000) },
        { title: 'Basic check-up, 50 yuan off', used: 1, open: 0, ...amounts(5_000, 0) },
      ],
      renewal: {
        card: card.id,
        plan: { code: 'plus-year' },
        paidBack: true,
        missing: { amount: 0 },
        savedThisTerm: { amount: 11_000 },
        cardPrice: { amount: 10_900 },
        brokeEvenOn: '2026-04-09',
        renewed: false,
      },
      brokeEvenOn: '2026-04-09',
    });
    // When the coupons expire, then nothing is potential any more, and what was used stays.
    gateway.clock.advance(40 * DAY);
    await gateway.settle();
    expect((await savingsOf(who)).lifetime).toEqual(amounts(11_000, 0));
    // When the card is renewed, then the running term says so; the next has to pay for itself anew.
    gateway.clock.set(Date.parse(card.term.endsAt) - 10 * DAY);
    const renewed = await story.renew(card.id);
    expect((await savingsOf(who)).renewal).toMatchObject({ renewed: true, paidBack: true });
    gateway.clock.set(Date.parse(card.term.endsAt));
    const next = await savingsOf(who);
    expect(next.renewal).toMatchObject({ paidBack: false, missing: { amount: 9_900 }, renewed: false, daysLeft: 366 });
    // The gift of the renewal is a coupon of 20 yuan, not used yet.
    expect(next.lifetime).toEqual(amounts(11_000, 2_000));
    // When it is over, then the last term is still told, to be won back with.
    gateway.clock.set(Date.parse(renewed.term.endsAt) + 400 * DAY);
    expect((await savingsOf(who)).renewal).toMatchObject({ daysLeft: 0, cardPrice: { amount: 9_900 } });
  });

  test('the parts are the whole, whatever was claimed, used and given back', async () => {
    gateway.clock.set(NOON);
    const { who } = await story.holder('plus-year');
    const items = ['freight-coupon', 'weekly-deal', 'reading-pass', 'kinolume-popcorn', 'brewmaro-second-cup'];
    for (const [at, item] of items.entries()) {
      gateway.clock.advance(9 * DAY);
      const claimed = await story.claim(who, item);
      if (at % 3 === 0) await story.use(claimed.id);
      if (at % 3 === 1) await story.cancel(who, claimed.id);
    }
    const { lifetime, months, byPartner, byBenefit } = await savingsOf(who);
    const sum = (parts: readonly Amounts[]) => ({
      verified: { amount: parts.reduce((total, { verified }) => total + verified.amount, 0) },
      potential: { amount: parts.reduce((total, { potential }) => total + potential.amount, 0) },
    });
    expect(lifetime.verified.amount).toBe(500 + 1_800);
    expect([sum(months), sum(byPartner), sum(byBenefit)]).toEqual([lifetime, lifetime, lifetime]);
  });

  test('nobody sees months beyond what is kept, and who never had a card has nothing to renew', async () => {
    const who = await story.member();
    expect(await savingsOf(who, 1)).toMatchObject({ byPartner: [], byBenefit: [], renewal: null });
    const { body } = await gateway.ask(who, operationText('savings'), { months: 121 });
    expect(body.errors?.[0]).toMatchObject({ message: 'last is 121; allowed is 1 to 120.' });
    const asked = await gateway.ask(SHOP, `{ member(externalId: "${who.subject}") { savings { months { month } } } }`);
    expect(asked.body.data).toMatchObject({ member: { savings: { months: expect.any(Array) } } });
  });
});
