// Agreements through the API: written by BD, confirmed by both sides, drawn on by members, and seen by both sides.
import { OPERATIONS, partnerOf, SHOP, TestGateway } from '../support/gateway';
import { plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, outcomeOf, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { BD, PartnerStory } from '../support/partner-story';

const BREWER = partnerOf('brewer');
const CINEMA = partnerOf('cinema');
const PROGRAM = programText({ plans: [plan('plus')] });

interface Shown {
  readonly __typename: string;
  readonly id: string;
  readonly state: string;
  readonly refusal?: string;
  readonly message?: string;
  readonly field?: string;
  readonly inForce: { readonly number: number } | null;
  readonly waiting: { readonly number: number; readonly partner?: object | null } | null;
}
interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Shown }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface Home {
  readonly perks: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
}

const ITEM = { code: 'cups', side: 'PARTNER', kind: 'PERK_REDEMPTION', unit: 'cup', unitValue: 500 };
const SCREENS = { code: 'screens', side: 'OPERATOR', kind: 'EXPOSURE', unit: 'thousand views', unitValue: 2_000 };

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    story = new Story(gateway);
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const partnerId = (code: string) => gateway.gateway.catalogue.current().partnerByCode(code)!.globalId;
  /** A draft of an offer that is funded by exchange, handed in for review. */
  const waitingOffer = async (as = BREWER) => {
    const terms = { title: 'A cup', kind: 'COUPON', unitCost: 300, faceValue: 500, card: 'NONE', funding: 'EXCHANGE' };
    const { id } = await gateway.run<{ id: string }>(as, 'create-offer', { input: { ...terms, code: fresh('offer') } });
    await gateway.run(as, 'submit-offer', { offer: id });
    return id;
  };
  const termsOf = (items: readonly object[], more: object = {}) => ({
    title: 'Cups for screens',
    startsOn: '2026-03-10',
    endsBefore: '2027-03-10',
    items,
    ...more,
  });
  const create = (terms: object, more: object = {}) => {
    const input = { code: fresh('agreement'), partner: partnerId('brewer'), terms, ...more };
    return gateway.run<Shown>(BD, 'create-agreement', { input });
  };
  const confirm = (agreement: string, revision: number, as = BD) =>
    gateway.run<Shown>(as, 'confirm-agreement', { input: { agreement, revision } });
  const approve = (offer: string) =>
    gateway.run<Shown>(BD, 'review-offer', { input: { offer, revision: 1, decision: 'APPROVE' } });

  test('from a draft to a claim: an offer goes live when both sides have agreed what pays for it', async () => {
    const offer = await waitingOffer();
    expect(await approve(offer)).toMatchObject({ refusal: 'CONFLICT', field: 'funding' });
    // Given an agreement with a ceiling and an imbalance.
    const items = [{ ...ITEM, offers: [offer], ceiling: { per: 'DAY', quantity: 2 } }, SCREENS];
    const made = await create(termsOf(items, { theirsAhead: 1_500, oursAhead: 4_000 }));
    expect(made).toMatchObject({ state: 'DRAFT', owner: 'beatrice', partner: 'brewer', waiting: { number: 1 } });
    expect(await confirm(made.id, 1, BREWER)).toMatchObject({ state: 'DRAFT', inForce: null });
    expect(await approve(offer)).toMatchObject({ refusal: 'CONFLICT' });
    expect(await confirm(made.id, 1)).toMatchObject({ state: 'ACTIVE', inForce: { number: 1 }, waiting: null });
    expect(await approve(offer)).toMatchObject({ state: 'LIVE' });
    // When members claim, then they draw on it, and are not told how much is left of it.
    const who = await story.member();
    const claim = async () => {
      const input = { item: offer, idempotencyKey: fresh('key') };
      return outcomeOf(await gateway.run(who, 'redeem', { input }));
    };
    const quote = await gateway.run<{ limits: { kind: string }[] }>(who, 'quote', { item: offer });
    expect(quote.limits).toEqual([]);
    expect([await claim(), await claim(), await claim()]).toEqual(['ISSUED', 'ISSUED', 'EXCHANGE_CEILING_REACHED']);
    gateway.clock.advance(24 * 3_600_000);
    expect([await claim(), await claim()]).toEqual(['ISSUED', 'EXCHANGE_IMBALANCE_REACHED']);
    const shown = await gateway.run<object>(BREWER, 'agreement', { id: made.id });
    expect(shown).toMatchObject({
      state: 'ACTIVE',
      balances: {
        received: { amount: 1_500, currency: 'CNY' },
        given: { amount: 0 },
        imbalance: { amount: 1_500 },
        roomLeft: { amount: 0 },
        items: [
          { item: 'cups', quantity: 3, value: { amount: 1_500 }, ceilings: [{ per: 'DAY', used: 1, left: 1 }] },
          { item: 'screens', quantity: 0, ceilings: [] },
        ],
      },
      revisions: [{ operator: { by: 'bd:beatrice' }, partner: { by: 'partner:brewer' } }],
    });
    // Lists show it as not usable, once the board was read, without telling how much is left.
    await gateway.gateway.exchangeBoard.look(gateway.gateway.catalogue.current());
    const home = await gateway.run<Home>(who, 'member-home');
    expect(home.perks.edges.find(({ node }) => node.id === offer)?.node).toMatchObject({
      remainingForMe: null,
      usability: { usable: false, reasons: [{ code: 'EXCHANGE_IMBALANCE_REACHED' }] },
    });
    // Closed by hand, nothing is drawn on it any more.
    const closing = { input: { agreement: made.id, reason: 'Both want to start over.' } };
    expect(await gateway.run(BD, 'close-agreement', closing)).toMatchObject({ state: 'CLOSED' });
    expect(await claim()).toBe('OFFER_NOT_LIVE');
    expect(await confirm(made.id, 1)).toMatchObject({ state: 'CLOSED' });
  });

  test('what an agreement paid for is listed, summed up, counted by day and exported by its id', async () => {
    const offer = await waitingOffer();
    const items = [{ ...ITEM, offers: [offer] }, SCREENS];
    const long = { startsOn: '2026-01-01', endsBefore: '2028-01-01' };
    const [first, second] = [await create(termsOf(items, long)), await create(termsOf(items, long))];
    await confirm(first.id, 1);
    await confirm(first.id, 1, BREWER);
    await approve(offer);
    const who = await story.member();
    const claim = () =>
      gateway.run<{ id: string }>(who, 'redeem', { input: { item: offer, idempotencyKey: fresh('k') } });
    const claimed = [(await claim()).id];
    gateway.clock.advance(1);
    claimed.push((await claim()).id);
    gateway.clock.advance(1_000);
    await gateway.run(BD, 'close-agreement', { input: { agreement: first.id, reason: 'The next one is better.' } });
    await confirm(second.id, 1);
    await confirm(second.id, 1, BREWER);
    const later = (await claim()).id;
    const listed = async (agreement: string, as = BD) => {
      const { edges } = await gateway.run<Page>(as, 'redemptions', { filter: { agreement } });
      return edges.map(({ node }) => node.id);
    };
    expect(await listed(first.id)).toEqual(claimed.toReversed());
    expect(await listed(second.id, BREWER)).toEqual([later]);
    expect([await listed(first.id, CINEMA), await listed('agreement_of_nobody')]).toEqual([[], []]);
    const filter = { agreement: first.id };
    expect(await gateway.run(BREWER, 'redemption-totals', { filter })).toMatchObject({ redemptions: 2, members: 1 });
    expect(await gateway.run(CINEMA, 'redemption-totals', { filter })).toMatchObject({ redemptions: 0 });
    const day = gateway.gateway.catalogue.current().time.isoDate(gateway.clock.now());
    const impressions = [{ offer, day, shown: 7 }];
    await gateway.run(SHOP, 'record-impressions', { input: { idempotencyKey: fresh('shown'), impressions } });
    const funnel = await gateway.run<{ edges: { node: object }[] }>(BREWER, 'redemption-funnel', { filter });
    expect(funnel.edges.map(({ node }) => node)).toMatchObject([{ offer, claims: 2, issued: 2, impressions: 7 }]);
    expect(await gateway.run(CINEMA, 'redemption-funnel', { filter })).toMatchObject({ edges: [] });
    expect(await gateway.run(BREWER, 'time-to-use', { filter })).toMatchObject({ uses: 0 });
    const headers = { authorization: `Bearer ${await gateway.token(BREWER)}` };
    const file = await fetch(`${gateway.url}/export/redemptions?agreement=${first.id}`, { headers });
    const [header, ...rows] = (await file.text()).trim().split('\r\n');
    expect(header).toContain(',agreement,');
    expect(rows.map((row) => row.split(',')[0])).toEqual(claimed.toReversed());
  });

  test('a partner sees and confirms its own only, and never who owns them', async () => {
    const { id } = await create(termsOf([SCREENS]));
    expect(await gateway.run(CINEMA, 'agreement', { id })).toBeNull();
    expect(await confirm(id, 1, CINEMA)).toMatchObject({ refusal: 'NOT_FOUND' });
    expect(await gateway.run<Page>(CINEMA, 'agreements')).toMatchObject({ edges: [] });
    expect(await gateway.run<Page>(CINEMA, 'agreements', { filter: { partner: 'brewer' } })).toMatchObject({
      edges: [],
    });
    for (const query of [
      '{ agreements { edges { node { owner } } } }',
      '{ agreements(filter: { owner: "x" }) { edges { cursor } } }',
    ]) {
      expect((await gateway.ask(BREWER, query)).body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    // With a key of its own it may, if the key was made for it.
    const partners = new PartnerStory(gateway);
    const brand = await partners.approved();
    const own = await create(termsOf([SCREENS]), { partner: brand.id });
    const [may, may_not] = [
      await partners.createKey(brand.id, ['AGREEMENTS']),
      await partners.createKey(brand.id, ['OFFERS_READ']),
    ];
    const input = { agreement: own.id, revision: 1 };
    expect(await partners.run(may.key, 'confirm-agreement', { input })).toMatchObject({
      state: 'DRAFT',
      waiting: { operator: null, partner: { by: expect.stringContaining('partner:') } },
    });
    const { body } = await partners.ask(may_not.key, '{ agreements { edges { cursor } } }');
    expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('what is written is checked, and says what is allowed', async () => {
    const offer = await waitingOffer();
    const ofCinema = await waitingOffer(CINEMA);
    const cases: readonly (readonly [object, string | null])[] = [
      [termsOf([]), 'items'],
      [termsOf([SCREENS], { startsOn: '2026-02-30' }), 'startsOn'],
      [termsOf([SCREENS], { endsBefore: '2026-03-10' }), 'endsBefore'],
      [termsOf([SCREENS, SCREENS]), 'items[1].code'],
      [termsOf([{ ...SCREENS, unitValue: 0 }]), 'items[0].unitValue'],
      [termsOf([{ ...SCREENS, code: 'No Code' }]), 'items[0].code'],
      [termsOf([{ ...SCREENS, offers: [offer] }]), 'items[0].offers'],
      [termsOf([{ ...ITEM, offers: [offer, offer] }]), 'items.offers'],
      [termsOf([{ ...ITEM, quantity: 1, ceiling: { per: 'EVER', quantity: 1 } }]), 'items[0].ceiling'],
      [termsOf([{ ...ITEM, offers: [ofCinema] }]), 'items'],
      [termsOf([{ ...ITEM, offers: ['redemption_of_somebody'] }]), 'items'],
      [termsOf([SCREENS], { theirsAhead: -1 }), 'allowedImbalance.theirsAhead'],
    ];
    for (const [terms, field] of cases) {
      expect([field, await create(terms)]).toMatchObject([field, { __typename: 'Refusal', field }]);
    }
    expect(await create(termsOf([SCREENS]), { partner: 'partner_of_nobody' })).toMatchObject({ refusal: 'NOT_FOUND' });
    // Asked again with the same content it answers the same; with other content it is another one's code.
    const code = fresh('agreement');
    const one = await create(termsOf([SCREENS]), { code });
    expect((await create(termsOf([SCREENS]), { code })).id).toBe(one.id);
    expect(await create(termsOf([SCREENS], { title: 'Another' }), { code })).toMatchObject({ refusal: 'CONFLICT' });
  });

  test('an item stays what it was, and an offer is paid for by one agreement at a time', async () => {
    const offer = await waitingOffer();
    const one = await create(termsOf([{ ...ITEM, offers: [offer] }, SCREENS]));
    const revise = (terms: object, as = BD) =>
      gateway.run<Shown>(as, 'revise-agreement', { input: { agreement: one.id, terms } });
    expect(await revise(termsOf([{ ...SCREENS, side: 'PARTNER' }]))).toMatchObject({ field: 'items[0].side' });
    expect(await revise(termsOf([SCREENS, { ...ITEM, offers: [offer] }]))).toMatchObject({ waiting: { number: 2 } });
    const { revisions } = await gateway.run<{ revisions: { items: { code: string; number: number }[] }[] }>(
      BD,
      'agreement',
      {
        id: one.id,
      },
    );
    expect(revisions[1]!.items.map(({ code, number }) => [code, number])).toEqual([
      ['screens', 2],
      ['cups', 1],
    ]);
    await confirm(one.id, 2);
    expect(await confirm(one.id, 2, BREWER)).toMatchObject({ state: 'ACTIVE' });
    // What is active is amended: another begin it cannot have, and a later day it can.
    expect(await revise(termsOf([SCREENS], { startsOn: '2026-03-11' }))).toMatchObject({ field: 'startsOn' });
    const later = termsOf([SCREENS, { ...ITEM, offers: [offer], unitValue: 600 }], { effectiveOn: '2027-01-01' });
    expect(await revise(later)).toMatchObject({ state: 'ACTIVE', inForce: { number: 2 }, waiting: { number: 3 } });
    expect(await confirm(one.id, 2)).toMatchObject({ refusal: 'CONFLICT', field: 'revision' });
    expect(await confirm(one.id, 3, CINEMA)).toMatchObject({ refusal: 'NOT_FOUND' });
    await confirm(one.id, 3, BREWER);
    expect(await confirm(one.id, 3)).toMatchObject({
      inForce: { number: 2 },
      waiting: null,
      upcoming: { number: 3, effectiveAt: '2026-12-31T16:00:00.000Z' },
    });
    const rival = await create(
      termsOf([{ ...ITEM, offers: [offer] }], { startsOn: '2027-03-09', endsBefore: '2028-01-01' }),
    );
    await confirm(rival.id, 1, BREWER);
    expect(await confirm(rival.id, 1)).toMatchObject({ refusal: 'CONFLICT' });
    const heir = await create(
      termsOf([{ ...ITEM, offers: [offer] }], { startsOn: '2027-03-10', endsBefore: '2028-01-01' }),
    );
    await confirm(heir.id, 1, BREWER);
    expect(await confirm(heir.id, 1)).toMatchObject({ state: 'AGREED' });
  });

  test('lists by state, partner and owner, a page at a time', async () => {
    const owner = fresh('owner');
    const made = [];
    for (let count = 0; count < 3; count += 1) {
      made.push((await create(termsOf([SCREENS]), { owner })).id);
      gateway.clock.advance(1);
    }
    await gateway.run(BD, 'close-agreement', { input: { agreement: made[1], reason: 'Too many.' } });
    const list = (filter: object, page: object = {}) =>
      gateway.run<Page>(OPERATIONS, 'agreements', { filter: { owner, ...filter }, ...page });
    const idsOf = ({ edges }: Page) => edges.map(({ node }) => node.id);
    expect(idsOf(await list({}))).toEqual(made.toReversed());
    expect(idsOf(await list({ state: 'DRAFT', partner: 'brewer' }))).toEqual([made[2], made[0]]);
    expect(idsOf(await list({ state: 'CLOSED' }))).toEqual([made[1]]);
    expect(idsOf(await list({ state: 'ACTIVE' }))).toEqual([]);
    const first = await list({}, { first: 2 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect(idsOf(await list({}, { first: 2, after: first.pageInfo.endCursor }))).toEqual([made[0]]);
  });
});
