// Claims on both databases: what they take, what refuses them, and what the same key answers.
import { expectBooks, type House, must, openHouse, outcomeOf, SHOP, tally, unique } from '../../test/support/house';
import { changedProgram, HOUSE_PROGRAM } from '../../test/support/house-program';
import { eachDatabase } from '../../test/support/lanes';
import { DAY } from '../kernel/clock';
import { type Id, newId } from '../kernel/id';
import { available } from '../ledger/account';
import { ACCOUNT_KINDS } from '../ledger/chart';
import type { Card } from '../members/member';
import {
  cardCapAccount,
  classCapAccount,
  leftOn,
  monthCapAccount,
  partnerCapAccount,
  pointsAccount,
} from '../members/member-accounts';
import type { Redemption } from './redemption';

eachDatabase((lane) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(lane.database);
    await house.fillPool('latte', 50);
  });
  afterEach(async () => {
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const refOf = ({ memberId, terms }: Card) => ({ memberId, termId: terms[0]!.id, currency: 'CNY' });
  const capLeft = async (card: Card): Promise<number> =>
    leftOn((await house.rows(card.memberId)).balances, cardCapAccount(refOf(card)));
  /** Claims an item until it is refused, and answers how often it was not, and why then. */
  const claimAll = async (memberId: Id, item: string, card?: Id): Promise<[number, string]> => {
    for (let count = 0; ; count += 1) {
      const outcome = await house.redeem(memberId, item, { card });
      if (outcomeOf(outcome) !== 'ISSUED') return [count, outcomeOf(outcome)];
    }
  };
  const contraSum = async (kind: number, holder: Id): Promise<number> => {
    let sum = 0;
    for (const [account, { creditsPosted, debitsPosted }] of await house.ledger.contraSums()) {
      if (account.startsWith(holder + kind.toString(16).padStart(4, '0'))) sum += creditsPosted - debitsPosted;
    }
    return sum;
  };

  test('a benefit becomes a coupon with a code of our own', async () => {
    const { memberId, card } = await house.holder();
    const gift = await house.claim(memberId, 'gift');
    expect(gift).toMatchObject({
      ...house.item('gift'),
      memberId,
      cardId: card.id,
      termId: card.terms[0]!.id,
      status: 'ISSUED',
      costBasis: 'ISSUE',
      cost: 40,
      coPay: 0,
      faceValue: 100,
      points: 0,
      claimedAt: house.now,
      expiresAt: house.now + 60 * DAY,
    });
    expect(house.redemptions.codeOf(gift)).toMatch(/^[0-9A-Z]{16}$/);
    // The answer is what the row says.
    expect(await house.redemptions.find(gift.id)).toEqual(gift);
    expect(await house.wallet(memberId)).toEqual([gift]);
    expect(await capLeft(card)).toBe(960);
  });

  test('a perk of a pool hands its codes out one after the other, each once', async () => {
    const fresh = (await house.pools.state(house.item('latte').itemId))!.loaded;
    const codes = await house.fillPool('latte', 30);
    const { memberId } = await house.holder();
    const claims = await Promise.all(Array.from({ length: fresh + 10 }, () => house.redeem(memberId, 'latte')));
    const held = claims.filter((claim): claim is Redemption => outcomeOf(claim) === 'ISSUED');
    const handedOut = new Set(held.map((claim) => house.redemptions.codeOf(claim)));
    expect(handedOut.size).toBe(held.length);
    const seqs = held.map(({ poolSeq }) => poolSeq!).sort((left, right) => left - right);
    expect(seqs).toEqual(seqs.map((_seq, at) => seqs[0]! + at));
    expect(codes).toEqual(expect.arrayContaining([...handedOut].slice(fresh)));
    expect(held[0]!.partnerId).toBe(house.catalogue.current().partnerByCode('brewer')!.id);
  });

  describe('each limit refuses when it is used up, and none of the others is touched by that', () => {
    test.each<[string, string, string, number, string]>([
      ['a quota of the term', 'plus', 'gift', 1, 'QUOTA_EXHAUSTED'],
      ['a quota of the week', 'plus', 'deal', 1, 'QUOTA_EXHAUSTED'],
      ['a quota of the day', 'plus', 'daily', 2, 'QUOTA_EXHAUSTED'],
      ['a limit of the day', 'plus', 'cup', 2, 'MEMBER_LIMIT_REACHED'],
      ['the cap of the card', 'plus', 'plain', 10, 'CARD_CAP_REACHED'],
      ['the cap of a month', 'tight', 'ride', 20, 'SUB_CAP_REACHED'],
      ['the cap of a partner', 'tight', 'latte', 7, 'SUB_CAP_REACHED'],
      ['the pool', 'plus', 'film', 0, 'OUT_OF_STOCK'],
    ])('%s', async (_title, plan, item, times, code) => {
      const { memberId, card } = await house.holder(plan);
      await house.fillPool('latte', 10);
      expect(await claimAll(memberId, item)).toEqual([times, code]);
      const left = await capLeft(card);
      expect(outcomeOf(await house.redeem(memberId, item))).toBe(code);
      expect(await capLeft(card)).toBe(left);
    });

    test('the cap of a class, over months', async () => {
      const { memberId } = await house.holder('tight');
      expect(await claimAll(memberId, 'ride')).toEqual([20, 'SUB_CAP_REACHED']);
      house.clock.advance(31 * DAY);
      expect(await claimAll(memberId, 'ride')).toEqual([10, 'SUB_CAP_REACHED']);
    });

    test('the cap of a single use, which only a co-pay can pass', async () => {
      const { memberId } = await house.holder('single');
      expect(must(await house.quote(memberId, 'tour'))).toMatchObject({ cost: 50, coPay: 40 });
      expect(outcomeOf(await house.redeem(memberId, 'tour'))).toBe('CO_PAY_REQUIRED');
      for (const time of [1, 2, 3]) {
        const { cost, coPay } = await house.claim(memberId, 'tour', { maxCoPay: 40, key: unique(`time-${time}`) });
        expect([cost, coPay]).toEqual([50, 40]);
      }
    });

    test('the stock of an offer, shared by all', async () => {
      const holders = await Promise.all([1, 2, 3].map(() => house.holder()));
      const claims = await Promise.all(
        Array.from({ length: 9 }, (_, at) => house.redeem(holders[at % 3]!.memberId, 'ticket')),
      );
      expect(tally(claims)).toEqual({ ISSUED: 5, OUT_OF_STOCK: 4 });
    });

    test('points', async () => {
      const memberId = await house.member();
      await house.give(memberId, 'POINTS', 150);
      expect(await claimAll(memberId, 'beans')).toEqual([1, 'INSUFFICIENT_POINTS']);
      await house.give(memberId, 'POINTS', 1_000);
      expect(await claimAll(memberId, 'beans')).toEqual([1, 'MEMBER_LIMIT_REACHED']);
      expect(leftOn((await house.rows(memberId)).balances, pointsAccount(memberId))).toBe(950);
    });

    test('a limit for ever outlives years', async () => {
      const memberId = await house.member();
      expect(await claimAll(memberId, 'once')).toEqual([1, 'MEMBER_LIMIT_REACHED']);
      house.clock.advance(3 * 365 * DAY);
      expect(await claimAll(memberId, 'once')).toEqual([0, 'MEMBER_LIMIT_REACHED']);
    });
  });

  test('a quota comes back with the next period, the next term has caps and quotas of its own', async () => {
    const { memberId, card } = await house.holder();
    expect(await claimAll(memberId, 'daily')).toEqual([2, 'QUOTA_EXHAUSTED']);
    house.clock.advance(DAY);
    expect(await claimAll(memberId, 'daily')).toEqual([2, 'QUOTA_EXHAUSTED']);
    await house.claim(memberId, 'gift');
    const renewed = must(await house.cards.renew({ cardId: card.id, orderId: unique('order') })).card;
    house.clock.set(renewed.terms[1]!.startsAt);
    const gift = await house.claim(memberId, 'gift');
    expect(gift.termId).toBe(renewed.terms[1]!.id);
    const second = cardCapAccount({ ...refOf(card), termId: gift.termId! });
    expect(leftOn((await house.rows(memberId)).balances, second)).toBe(960);
  });

  test('every sub-cap is drawn on with the cap, and the sums by partner and plan say so', async () => {
    const { memberId, card } = await house.holder('tight');
    await house.fillPool('latte', 1);
    await house.claim(memberId, 'latte');
    await house.claim(memberId, 'ride');
    const { balances } = await house.rows(memberId);
    const ref = refOf(card);
    const brewer = house.catalogue.current().partnerByCode('brewer')!;
    const month = house.catalogue.current().time.periodAt('MONTH', house.now);
    const left = [
      cardCapAccount(ref),
      classCapAccount(ref, 'PARTNER'),
      classCapAccount(ref, 'SERVICE'),
      monthCapAccount(ref, month),
      partnerCapAccount(ref, brewer.number),
    ].map((account) => leftOn(balances, account));
    expect(left).toEqual([970, 230, 290, 170, 130]);
  });

  test("a privilege card draws on its own cap and on its parent's", async () => {
    const { memberId, card: parent } = await house.holder();
    const pet = await house.open(memberId, 'pet', { parentCardId: parent.id });
    await house.claim(memberId, 'snack');
    await house.claim(memberId, 'wash');
    expect([await capLeft(pet), await capLeft(parent)]).toEqual([190, 890]);
    // Nine plain perks leave the parent with less than a snack costs.
    expect(await claimAll(memberId, 'plain')).toEqual([8, 'CARD_CAP_REACHED']);
    await house.claim(memberId, 'snack');
    const refused = await house.redeem(memberId, 'snack');
    expect(refused).toMatchObject({ code: 'CARD_CAP_REACHED', message: expect.stringContaining('parent') });
    expect([await capLeft(pet), await capLeft(parent)]).toEqual([140, 40]);
    must(await house.cards.close(parent.id));
    expect(await house.redeem(memberId, 'wash')).toMatchObject({ code: 'CARD_NOT_ACTIVE' });
  });

  test('a cost that no card bears is counted all the same', async () => {
    const memberId = await house.member();
    await house.give(memberId, 'GROWTH', 1_000);
    const before = await contraSum(ACCOUNT_KINDS.COST, '0'.repeat(32));
    await house.claim(memberId, 'lounge');
    expect(await contraSum(ACCOUNT_KINDS.COST, '0'.repeat(32))).toBe(before + 25);
  });

  describe('a co-pay', () => {
    test('is asked for when the card covers a part only, and paid up to what was said', async () => {
      const { memberId, card } = await house.holder();
      const first = await house.claim(memberId, 'suite');
      await house.claim(memberId, 'suite');
      expect([first.cost, first.coPay]).toEqual([400, 0]);
      expect(must(await house.quote(memberId, 'suite'))).toMatchObject({ cost: 200, coPay: 200, refusals: [] });
      expect(await house.redeem(memberId, 'suite')).toMatchObject({ code: 'CO_PAY_REQUIRED' });
      expect(await house.redeem(memberId, 'suite', { maxCoPay: 199 })).toMatchObject({ code: 'CO_PAY_REQUIRED' });
      const paid = await house.claim(memberId, 'suite', { maxCoPay: 250 });
      expect([paid.cost, paid.coPay]).toEqual([200, 200]);
      expect(await house.redemptions.find(paid.id)).toEqual(paid);
      expect(await capLeft(card)).toBe(0);
      // With nothing left the member pays it all.
      const whole = await house.claim(memberId, 'suite', { maxCoPay: 400 });
      expect([whole.cost, whole.coPay]).toEqual([0, 400]);
    });

    test('is none where the item does not allow it', async () => {
      const { memberId } = await house.holder();
      expect(await claimAll(memberId, 'plain')).toEqual([10, 'CARD_CAP_REACHED']);
      const outcome = await house.redeem(memberId, 'plain', { maxCoPay: 100 });
      expect(outcome).toMatchObject({ code: 'CARD_CAP_REACHED' });
    });

    test('of a batch is decided one by one', async () => {
      const { memberId, card } = await house.holder();
      const claims = await Promise.all([1, 2, 3, 4].map(() => house.claim(memberId, 'suite', { maxCoPay: 400 })));
      expect(claims.map(({ cost }) => cost).sort((left, right) => right - left)).toEqual([400, 400, 200, 0]);
      for (const { cost, coPay } of claims) expect(cost + coPay).toBe(400);
      expect(await capLeft(card)).toBe(0);
    });
  });

  describe('a key', () => {
    test('with the same content answers the first redemption, at once and later', async () => {
      const { memberId, card } = await house.holder();
      const key = unique('key');
      const answers = await Promise.all([1, 2, 3].map(() => house.claim(memberId, 'ride', { key })));
      house.clock.advance(DAY);
      answers.push(await house.claim(memberId, 'ride', { key }));
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(await house.wallet(memberId)).toHaveLength(1);
      const balance = (await house.rows(memberId)).balances.get(cardCapAccount(refOf(card)))!;
      expect([available(balance), balance.debitsPending]).toEqual([990, 10]);
    });

    test('answers the redemption as it is by now', async () => {
      const { memberId } = await house.holder();
      const key = unique('key');
      const { id } = await house.claim(memberId, 'ride', { key });
      must(await house.use(id));
      expect(await house.claim(memberId, 'ride', { key })).toMatchObject({ id, status: 'USED' });
    });

    test.each([
      ['another item', { item: 'free' }],
      ['another card', { card: true }],
      ['another co-pay', { maxCoPay: 1 }],
    ])('with %s is refused', async (_title, change: { item?: string; card?: boolean; maxCoPay?: number }) => {
      const { memberId, card } = await house.holder();
      const key = unique('key');
      await house.claim(memberId, 'ride', { key });
      const { item = 'ride', maxCoPay } = change;
      const outcome = await house.redeem(memberId, item, { key, maxCoPay, card: change.card ? card.id : undefined });
      expect(outcome).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH', field: 'idempotencyKey' });
      expect(await house.wallet(memberId)).toHaveLength(1);
    });

    test('of another actor or member is another key', async () => {
      const [one, two] = [await house.holder(), await house.holder()];
      const key = unique('key');
      const ids = [
        await house.claim(one.memberId, 'ride', { key }),
        await house.claim(two.memberId, 'ride', { key }),
        await house.claim(one.memberId, 'ride', { key, as: { role: 'SERVER', subject: 'other-shop' } }),
        await house.claim(one.memberId, 'ride', { key, as: { role: 'MEMBER', subject: SHOP.subject } }),
      ].map(({ id }) => id);
      expect(new Set(ids).size).toBe(4);
    });

    test('keeps its refusal, by rule or by limit, also when what stood in the way is gone', async () => {
      const memberId = await house.member();
      const [byRule, byLimit] = [unique('key'), unique('key')];
      expect(outcomeOf(await house.redeem(memberId, 'golden', { key: byRule }))).toBe('NOT_ELIGIBLE');
      expect(outcomeOf(await house.redeem(memberId, 'beans', { key: byLimit }))).toBe('INSUFFICIENT_POINTS');
      await house.give(memberId, 'GROWTH', 1_000);
      await house.give(memberId, 'POINTS', 1_000);
      expect(outcomeOf(await house.redeem(memberId, 'golden', { key: byRule }))).toBe('NOT_ELIGIBLE');
      expect(outcomeOf(await house.redeem(memberId, 'beans', { key: byLimit }))).toBe('INSUFFICIENT_POINTS');
      expect(outcomeOf(await house.redeem(memberId, 'golden'))).toBe('ISSUED');
      expect(outcomeOf(await house.redeem(memberId, 'beans'))).toBe('ISSUED');
    });

    test('is not used up by input that is malformed or names nothing', async () => {
      const { memberId } = await house.holder();
      const key = unique('key');
      const wanted = { ...house.item('ride'), memberId, idempotencyKey: key };
      const ask = (change: object) => house.redemptions.redeem(SHOP, { ...wanted, ...change });
      expect(await ask({ maxCoPay: -1 })).toMatchObject({ code: 'INVALID_INPUT', field: 'maxCoPay' });
      expect(await ask({ maxCoPay: 2 ** 53 })).toMatchObject({ code: 'INVALID_INPUT', field: 'maxCoPay' });
      expect(await ask({ itemId: newId(0) })).toMatchObject({ code: 'NOT_FOUND', field: 'item' });
      expect(await ask({ cardId: newId(0) })).toMatchObject({ code: 'NOT_FOUND', field: 'card' });
      expect(await ask({ memberId: newId(0) })).toMatchObject({ code: 'NOT_FOUND', field: 'member' });
      expect(await ask({})).toMatchObject({ status: 'ISSUED' });
    });

    test.each(['', ' ', 'a\n', 'x'.repeat(129)])('%j is refused', async (key) => {
      const { memberId } = await house.holder();
      const refused = await house.redeem(memberId, 'ride', { key });
      expect(refused).toMatchObject({ code: 'INVALID_INPUT', field: 'idempotencyKey' });
    });
  });

  describe('a program that changes', () => {
    afterEach(() => house.apply(HOUSE_PROGRAM));

    test('stops an offer at once, and brings it back', async () => {
      const { memberId } = await house.holder();
      const item = house.item('cup');
      await house.apply(changedProgram('offers', 'cup', undefined));
      const ask = () => house.redemptions.redeem(SHOP, { ...item, memberId, idempotencyKey: unique('key') });
      expect(await ask()).toMatchObject({ code: 'OFFER_NOT_LIVE' });
      await house.apply(HOUSE_PROGRAM);
      expect(await ask()).toMatchObject({ status: 'ISSUED' });
    });

    test('sells later terms with another cap; a term that was sold keeps its own', async () => {
      const { card: old } = await house.holder();
      await house.apply(changedProgram('plans', 'plus', { costCap: 900 }));
      const { card } = await house.holder();
      expect([await capLeft(old), await capLeft(card)]).toEqual([1_000, 900]);
    });

    test('while claims are under way neither lets one through twice nor loses one', async () => {
      const { memberId } = await house.holder();
      const claims: Promise<Redemption | object>[] = [];
      for (const unitCost of [100, 90, 80, 70]) {
        claims.push(...Array.from({ length: 5 }, () => house.redeem(memberId, 'plain')));
        await house.apply(changedProgram('offers', 'plain', { unitCost }));
      }
      const outcomes = (await Promise.all(claims)) as Redemption[];
      const spent = outcomes.reduce((sum, { cost = 0 }) => sum + cost, 0);
      const wallet = await house.wallet(memberId);
      expect(wallet.reduce((sum, { cost }) => sum + cost, 0)).toBe(spent);
      expect(spent).toBeLessThanOrEqual(1_000);
      expect(spent).toBeGreaterThan(900);
    });
  });

  test('lists are pages, newest first, of one partner or of all', async () => {
    const { memberId } = await house.holder();
    const claims: Redemption[] = [];
    for (const item of ['cup', 'plain', 'free', 'cup', 'suite']) {
      house.clock.advance(1);
      claims.unshift(await house.claim(memberId, item));
    }
    expect((await house.wallet(memberId)).map(({ id }) => id)).toEqual(claims.map(({ id }) => id));
    const second = await house.redemptions.walletOf({ memberId, before: claims[1]!.id, limit: 2 });
    expect(second.map(({ id }) => id)).toEqual([claims[2]!.id, claims[3]!.id]);
    const brewer = house.catalogue.current().partnerByCode('brewer')!.id;
    const ofBrewer = await house.redemptions.list({ partnerId: brewer }, { limit: 3 });
    expect(ofBrewer.map(({ id }) => id)).toEqual([claims[1]!.id, claims[3]!.id, claims[4]!.id]);
    const all = await house.redemptions.list({}, { limit: 2, before: claims[0]!.id });
    expect(all.map(({ id }) => id)).toEqual([claims[1]!.id, claims[3]!.id]);
    expect(await house.redemptions.list({ partnerId: null }, { limit: 3 })).toEqual([]);
  });
});
