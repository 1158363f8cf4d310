// Rewards on both databases: each part once for an occasion, and none of them takes another with it.
import { expectBooks, type House, openHouse, unique } from '../../../test/support/house';
import { changedProgram } from '../../../test/support/house-program';
import { eachDatabase } from '../../../test/support/lanes';
import { freshEachTest } from '../../../test/support/saved-tables';
import { type Id, namedId } from '../../kernel/id';
import {
  cardCapAccount,
  growthAccount,
  leftOn,
  pointsAccount,
  storedValueAccount,
  storedValueBonusAccount,
} from '../../members/member-accounts';
import type { Reward } from '../../program/reward';
import type { Giving } from './reward';

eachDatabase((lane) => {
  freshEachTest(lane);
  let house: House;
  beforeEach(async () => {
    house = await openHouse(lane.database);
  });
  afterEach(async () => {
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const givingOf = (memberId: Id, reward: Reward): Giving => ({
    memberId,
    reward,
    occasion: namedId('test', unique('occasion')),
    reason: 'a test',
  });
  const leftOf = async (memberId: Id) => {
    const { balances } = await house.rows(memberId);
    return { points: leftOn(balances, pointsAccount(memberId)), growth: leftOn(balances, growthAccount(memberId)) };
  };

  test('points and growth are given once, whoever asks how often', async () => {
    const memberId = await house.member();
    const giving = givingOf(memberId, { points: 50, growth: 7 });
    const asked = await Promise.all([1, 2, 3].map(() => house.rewards.give(giving)));
    const later = await house.rewards.give({ ...giving, reward: { points: 1_000 } });
    const given = { points: 50, growth: 7, storedValue: 0, chances: {}, redemptions: [], missed: [] };
    expect([...asked, later]).toEqual(Array(4).fill(given));
    expect(await leftOf(memberId)).toEqual({ points: 50, growth: 7 });
  });

  test('stored value is given as bonus, which is spent like money and never paid back', async () => {
    const memberId = await house.member();
    const giving = givingOf(memberId, { storedValue: 30, draws: { gone: 1 } });
    const given = await house.rewards.give(giving);
    expect(given).toMatchObject({ storedValue: 30, chances: {}, missed: [{ code: 'NOT_FOUND' }] });
    expect(await house.rewards.give(giving)).toEqual(given);
    const { balances } = await house.rows(memberId);
    const left = [storedValueBonusAccount, storedValueAccount].map((of) => leftOn(balances, of(memberId, 'CNY')));
    expect(left).toEqual([30, 0]);
  });

  test('coupons come outside of quota and audience, cost no points, and stand in the wallet', async () => {
    const memberId = await house.member();
    const giving = givingOf(memberId, { points: 5, benefits: ['gift', 'gift'], offers: ['golden', 'beans'] });
    const given = await house.rewards.give(giving);
    expect(given.missed).toEqual([]);
    const wallet = await house.wallet(memberId);
    expect(wallet.map(({ id }) => id).toSorted()).toEqual([...given.redemptions].toSorted());
    expect(wallet.map(({ status, points }) => [status, points])).toEqual(Array(4).fill(['ISSUED', 0]));
    expect(await leftOf(memberId)).toMatchObject({ points: 5 });
    // A second ask gives the same coupons.
    expect(await house.rewards.give(giving)).toEqual(given);
    expect(await house.wallet(memberId)).toHaveLength(4);
  });

  test('a card that entitles bears the cost, and its cap holds', async () => {
    const { memberId, card } = await house.holder();
    const ref = { memberId, termId: card.terms[0]!.id, currency: 'CNY' };
    const given = await house.rewards.give(givingOf(memberId, { benefits: Array(20).fill('gift') }));
    expect(leftOn((await house.rows(memberId)).balances, cardCapAccount(ref))).toBe(200);
    expect(given.redemptions).toHaveLength(20);
    const more = await house.rewards.give(givingOf(memberId, { growth: 1, benefits: Array(6).fill('gift') }));
    expect(more.redemptions).toHaveLength(5);
    expect(more.missed.map(({ code }) => code)).toEqual(['CARD_CAP_REACHED']);
    expect(await leftOf(memberId)).toMatchObject({ growth: 1 });
  });

  test('without a card the operator bears the cost', async () => {
    const memberId = await house.member();
    const { redemptions } = await house.rewards.give(givingOf(memberId, { benefits: ['gift'], offers: ['cup'] }));
    const coupons = await Promise.all(redemptions.map((id) => house.redemptions.find(id)));
    expect(coupons.map((coupon) => [coupon?.cost, coupon?.cardId])).toEqual([
      [40, undefined],
      [4, undefined],
    ]);
  });

  test('stock and limits hold; what was missed once stays missed', async () => {
    const memberId = await house.member();
    const giving = givingOf(memberId, { points: 3, offers: ['film', 'once', 'once'] });
    const given = await house.rewards.give(giving);
    expect(given.redemptions).toHaveLength(1);
    expect(given.missed.map(({ code }) => code)).toEqual(['OUT_OF_STOCK', 'MEMBER_LIMIT_REACHED']);
    await house.fillPool('film', 1);
    expect(await house.rewards.give(giving)).toEqual(given);
    expect(await leftOf(memberId)).toMatchObject({ points: 3 });
  });

  test('what the program no longer has is missed, and the rest is given', async () => {
    const memberId = await house.member();
    await house.apply(changedProgram('offers', 'once', undefined));
    const given = await house.rewards.give(givingOf(memberId, { points: 2, offers: ['once', 'later'] }));
    expect(given.missed.map(({ code }) => code)).toEqual(['NOT_FOUND', 'OFFER_NOT_LIVE']);
    expect(await leftOf(memberId)).toMatchObject({ points: 2 });
  });

  test('a death between the coupons and the end leaves nothing twice', async () => {
    const memberId = await house.member();
    const giving = givingOf(memberId, { points: 9, benefits: ['gift'] });
    const itemId = house.item('gift').itemId;
    const key = namedId('gift', giving.occasion, '0', 'BENEFIT', 'gift');
    await house.redemptions.gift({ memberId, itemKind: 'BENEFIT', itemId, key });
    const given = await house.rewards.give(giving);
    expect((await house.wallet(memberId)).map(({ id }) => id)).toEqual(given.redemptions);
    expect(await leftOf(memberId)).toMatchObject({ points: 9 });
  });

  test('a balance that would grow too large is not given, and said so', async () => {
    const memberId = await house.member();
    const large = 1_000_000_000_000;
    for (let at = 0; at < 2; at += 1) await house.give(memberId, 'POINTS', large);
    const giving = givingOf(memberId, { points: Number.MAX_SAFE_INTEGER, benefits: ['gift'] });
    const given = await house.rewards.give(giving);
    expect(given).toMatchObject({ points: 0, missed: [{ code: 'CONFLICT' }] });
    expect(given.redemptions).toHaveLength(1);
    expect(await house.rewards.give(giving)).toEqual(given);
  });
});
