// The story of maimai through the API: four plans by profession, one of them behind an entry test and a look at papers.
import { DAY } from '../../src/kernel/clock';
import { AUDITOR, OPERATIONS, type Who } from '../support/gateway';
import { expectBooksInOrder, fresh, outcomeOf } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { SaleStory } from '../support/sale-story';

const GOOD = { company: 'Acme', companyAgeYears: '2.1', cleanRecord: 'true', revenue: '20000000' };

const ENTITLED = '{ me { cards { benefits { benefit { code } } } } }';
const CLAIMABLE = ['customer-search', 'directed-post', 'fast-exposure', 'founders-dinner'];
interface Entitled {
  readonly benefits: readonly { readonly benefit: { readonly code: string } }[];
}

eachDatabase((lane) => {
  let story: SaleStory;
  beforeAll(async () => {
    story = await SaleStory.start(lane.url, 'maimai');
  });
  afterAll(async () => {
    await story.gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  interface Applied {
    readonly id: string;
    readonly state: string;
    readonly reason: string | null;
  }
  const apply = (who: Who, filled: Record<string, string>) => {
    const fields = Object.entries(filled).map(([code, value]) => ({ code, value }));
    const evidence = ['https://papers.example/licence.pdf'];
    const input = { plan: 'entrepreneur', fields, evidence, idempotencyKey: fresh('key') };
    return story.gateway.run<Applied>(who, 'apply-for-plan', { input });
  };
  const review = (application: string, decision: 'APPROVE' | 'REJECT', reason?: string) =>
    story.gateway.run<Applied>(OPERATIONS, 'review-plan-application', { input: { application, decision, reason } });
  const buyEntrepreneur = (who: Who) => story.sell('open-card', { member: who.subject, plan: 'entrepreneur' });

  test.each([
    ['sales', ['business'], 'business', 5_800],
    ['human-resources', ['recruiting', 'vip'], 'recruiting', 36_800],
    ['manager', ['vip'], 'vip', 188_000],
    ['founder', ['entrepreneur'], 'entrepreneur', 1_680_000],
  ])('%s suits %j', async (profession, suitable, plan, price) => {
    const who = await story.member({ tags: [profession] });
    const me = await story.gateway.run<{ planQuotes: { plan: { code: string }; suits: boolean }[] }>(
      who,
      'plan-quotes',
    );
    expect(me.planQuotes.filter(({ suits }) => suits).map(({ plan: { code } }) => code)).toEqual(suitable);
    expect((await story.quoteOf(who, plan)).price.amount).toBe(price);
  });

  test('all share a core, each has a pack of its own', async () => {
    const packs: Record<string, string[]> = {};
    for (const plan of ['business', 'recruiting', 'vip', 'entrepreneur']) {
      const who = await story.member({ tags: ['founder'] });
      if (plan === 'entrepreneur') await review((await apply(who, GOOD)).id, 'APPROVE');
      await story.open(who, plan);
      const { body } = await story.gateway.ask<{ me: { cards: Entitled[] } }>(who, ENTITLED);
      const [core, ...pack] = body.data!.me.cards[0]!.benefits.map(({ benefit: { code } }) => code);
      expect([core, pack.shift()]).toEqual(['find-people', 'fast-contact']);
      packs[plan] = pack;
      expect(outcomeOf(await story.redeem(who, 'fast-contact'))).toBe('ISSUED');
      const claims = [];
      for (const item of CLAIMABLE) claims.push(outcomeOf(await story.redeem(who, item)));
      expect(claims).toEqual(CLAIMABLE.map((item) => (pack.includes(item) ? 'ISSUED' : 'NOT_ELIGIBLE')));
    }
    expect(packs).toEqual({
      business: ['customer-search'],
      recruiting: ['directed-post', 'fast-exposure'],
      vip: ['directed-post', 'profile-badge'],
      entrepreneur: ['founders-dinner', 'profile-badge'],
    });
  });

  test('a month ends, and with it the pack', async () => {
    const { who } = await story.holder('recruiting');
    expect(outcomeOf(await story.redeem(who, 'directed-post'))).toBe('ISSUED');
    story.gateway.clock.advance(32 * DAY);
    expect(outcomeOf(await story.redeem(who, 'directed-post'))).toBe('CARD_NOT_ACTIVE');
  });

  test.each([
    ['a company of exactly two years', { companyAgeYears: '2' }],
    ['a record', { cleanRecord: 'false' }],
    ['a revenue of one yuan too little', { revenue: '19999999' }],
  ])('%s does not pass the entry test', async (_what, change) => {
    const who = await story.member({ tags: ['founder'] });
    const { state, reason } = await apply(who, { ...GOOD, ...change });
    expect([state, reason]).toEqual(['REJECTED', expect.stringContaining('older than 2 years')]);
    expect(await buyEntrepreneur(who)).toBe('APPLICATION_NEEDED');
  });

  test('a founder applies with papers, staff looks at them, and the card is opened', async () => {
    const who = await story.member({ tags: ['founder'] });
    expect(await story.priceOf(who, 'entrepreneur')).toBe('APPLICATION_NEEDED');
    const first = await apply(who, GOOD);
    expect(first.state).toBe('PENDING');
    expect((await apply(who, GOOD)) as object).toMatchObject({ code: 'CONFLICT' });
    expect(await buyEntrepreneur(who)).toBe('APPLICATION_NEEDED');

    interface Listed {
      readonly edges: readonly { readonly member: string; readonly node: Applied & { evidence: string[] } }[];
    }
    const waiting = await story.gateway.run<Listed>(AUDITOR, 'plan-applications', { state: 'PENDING' });
    const mine = waiting.edges.find(({ member }) => member === who.subject)!;
    expect(mine.node).toMatchObject({ id: first.id, evidence: ['https://papers.example/licence.pdf'] });
    expect(await review(first.id, 'REJECT', 'The licence cannot be read.')).toMatchObject({ state: 'REJECTED' });

    const second = await apply(who, GOOD);
    expect(await review(second.id, 'APPROVE')).toMatchObject({ state: 'APPROVED', reviewedBy: 'operations:olga' });
    expect(await story.priceOf(who, 'entrepreneur')).toBe('list 1680000');
    expect(await buyEntrepreneur(who)).toBe('list 1680000');
    expect(outcomeOf(await story.redeem(who, 'founders-dinner'))).toBe('ISSUED');
    interface Me {
      readonly planApplications: readonly Applied[];
    }
    const { planApplications } = await story.gateway.run<Me>(who, 'plan-quotes');
    expect(planApplications.map(({ state }) => state)).toEqual(['APPROVED', 'REJECTED']);
  });

  test('an approval that is not used for 60 days has run out', async () => {
    const who = await story.member({ tags: ['founder'] });
    await review((await apply(who, GOOD)).id, 'APPROVE');
    story.gateway.clock.advance(60 * DAY);
    expect(await buyEntrepreneur(who)).toBe('APPLICATION_NEEDED');
  });
});
