// What a member saved, told from its accounts: used, still to be used, by month, over cards and terms.
import { type House, must, openHouse, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { DAY } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { savingsOf } from './savings';

eachDatabase((lane) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(lane.database);
  });

  const savings = async (memberId: Id) => {
    const catalogue = house.catalogue.current();
    const { term, ...sums } = savingsOf({ rows: await house.rows(memberId), catalogue, now: house.now });
    return { ...sums, termId: term?.id, price: term?.price };
  };
  const use = async (memberId: Id, ...items: string[]) => {
    for (const item of items) must(await house.use((await house.claim(memberId, item)).id));
  };

  test('nothing, for who has nothing', async () => {
    expect(await savings(await house.member())).toEqual({ thisMonth: 0, total: 0, potential: 0 });
  });

  test('is the worth of what was used; what is issued may still be saved; what is cancelled is not', async () => {
    const { memberId, card } = await house.holder();
    await use(memberId, 'ride', 'gift');
    const [one, two] = [await house.claim(memberId, 'ride'), await house.claim(memberId, 'plain')];
    const sold = { termId: card.terms[0]!.id, price: 400, brokeEvenAt: undefined };
    expect(await savings(memberId)).toEqual({ thisMonth: 130, total: 130, potential: 280, ...sold });
    must(await house.cancel(one.id));
    expect(await savings(memberId)).toMatchObject({ total: 130, potential: 250 });
    must(await house.use(two.id));
    expect(await savings(memberId)).toMatchObject({ total: 380, potential: 0, brokeEvenAt: undefined });
    await use(memberId, 'ride');
    expect(await savings(memberId)).toMatchObject({ total: 410, brokeEvenAt: house.now });
  });

  test('of a month begin anew with the next, in the zone of the program', async () => {
    const { memberId } = await house.holder();
    const { time } = house.catalogue.current();
    const nextMonth = time.nextPeriodAt('MONTH', house.now)!;
    house.clock.set(nextMonth - 1);
    await use(memberId, 'free');
    expect(await savings(memberId)).toMatchObject({ thisMonth: 50, total: 50 });
    house.clock.set(nextMonth);
    expect(await savings(memberId)).toMatchObject({ thisMonth: 0, total: 50 });
    await use(memberId, 'daily', 'daily');
    expect(await savings(memberId)).toMatchObject({ thisMonth: 18, total: 68 });
  });

  test('of all cards and of none count together; the price is that of the running membership', async () => {
    const { memberId, card } = await house.holder();
    await house.give(memberId, 'POINTS', 100);
    const pet = await house.open(memberId, 'pet', { parentCardId: card.id });
    await use(memberId, 'free', 'wash', 'beans');
    expect(await savings(memberId)).toMatchObject({ total: 50 + 200 + 60, price: 400 });
    expect((await house.cards.find(pet.id))!.card.terms[0]!.brokeEvenAt).toBe(house.now);
    // A next term has to pay for itself anew.
    const renewed = must(await house.cards.renew({ cardId: card.id, orderId: unique('order') })).card;
    house.clock.set(renewed.terms[1]!.startsAt);
    expect(await savings(memberId)).toMatchObject({ total: 310, termId: renewed.terms[1]!.id, brokeEvenAt: undefined });
    house.clock.advance(400 * DAY);
    expect(await savings(memberId)).toMatchObject({ total: 310, price: undefined });
  });

  test('a closed card has no price to reach', async () => {
    const { memberId, card } = await house.holder();
    await use(memberId, 'ride');
    must(await house.cards.close(card.id));
    expect(await savings(memberId)).toMatchObject({ total: 30, price: undefined });
  });

  test('are the sum of what the redemptions say', async () => {
    const { memberId } = await house.holder();
    for (const [at, item] of ['ride', 'free', 'daily', 'cup', 'suite', 'suite', 'suite'].entries()) {
      const { id } = await house.claim(memberId, item, { maxCoPay: 1_000 });
      if (at % 3 !== 1) must(await house.use(id));
    }
    const wallet = await house.wallet(memberId);
    const worth = (status: string) =>
      wallet.filter((one) => one.status === status).reduce((sum, one) => sum + one.faceValue - one.coPay, 0);
    const { total, thisMonth } = await savings(memberId);
    expect([total, thisMonth]).toEqual([worth('USED'), worth('USED')]);
  });
});
