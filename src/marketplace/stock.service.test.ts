// The stock of offers follows the program: raised, lowered, retired, brought back; once, whoever does it and when.
import { offer, programText } from '../../test/support/gateway-program';
import { expectBooks, House, openHouse } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import type { Catalogue } from '../program/catalogue';

/** An offer that anybody may take, with this stock; none of it when undefined. */
const withStock = (stock?: number, more: object = {}) =>
  programText({ offers: [offer('o', { card: 'NONE', unitCost: 0, stock, ...more }), offer('steady', { stock: 7 })] });
const withoutOffer = () => programText({ offers: [offer('steady', { stock: 7 })] });

eachDatabase((lane) => {
  let house: House;
  let other: House;
  beforeAll(async () => {
    const door = lane.name === 'mysql' ? await lane.openAnother() : lane.database;
    house = await openHouse(lane.database, { program: withStock(10) });
    other = await openHouse(door, { clock: house.clock, program: null });
  });
  afterEach(async () => {
    expect([...house.errors, ...other.errors]).toEqual([]);
    await expectBooks(lane.database);
  });

  const left = async (by = house): Promise<number | undefined> => {
    await by.stock.look(by.catalogue.current());
    const found = by.catalogue.current().offerByCode('o');
    return found && by.stock.left(found)?.left;
  };
  const take = async (count: number): Promise<void> => {
    const memberId = await house.member();
    for (let at = 0; at < count; at += 1) await house.claim(memberId, 'o');
  };
  /** Brings the offer to this stock, nothing of it taken, as a scene for the next test. */
  const scene = async (stock: number): Promise<void> => {
    await house.apply(withoutOffer());
    await house.apply(withStock(1_000_000));
    const taken = 1_000_000 - (await left())!;
    await house.apply(withStock(taken + stock));
    expect(await left()).toBe(stock);
    granted = taken + stock;
  };
  let granted = 0;

  test('follows the program up and down, and never below what was taken', async () => {
    await scene(10);
    await take(4);
    expect(await left()).toBe(6);
    await house.apply(withStock(granted + 2));
    expect(await left()).toBe(8);
    await house.apply(withStock(granted - 5));
    expect(await left()).toBe(1);
    // Four of the ten are taken, so eight fewer leave none; and raised to one fewer again there are five.
    await house.apply(withStock(granted - 8));
    expect(await left()).toBe(0);
    expect(await house.redeem(await house.member(), 'o')).toMatchObject({ code: 'OUT_OF_STOCK' });
    await house.apply(withStock(granted - 1));
    expect(await left()).toBe(5);
  });

  test('an offer that leaves the program and comes back has what is left, or its new stock', async () => {
    await scene(6);
    await house.apply(withoutOffer());
    expect(await left()).toBeUndefined();
    await house.apply(withStock(granted));
    expect(await left()).toBe(6);
    await take(2);
    await house.apply(withoutOffer());
    await house.apply(withStock(granted + 1));
    expect(await left()).toBe(5);
  });

  test('a change of anything else leaves the stock alone', async () => {
    await scene(6);
    await take(1);
    await house.apply(withStock(granted, { title: 'Another title' }));
    expect(await left()).toBe(5);
  });

  test('an offer without stock is not counted', async () => {
    await scene(6);
    await house.apply(withStock());
    expect(await left()).toBeUndefined();
    await take(3);
    await house.apply(withStock(granted));
    expect(await left()).toBe(6);
  });

  test('two processes that align the same version grant it once', async () => {
    await scene(6);
    const submit = jest.spyOn(house.ledger, 'submit');
    // Given a program that is applied by one while the other has seen it as well.
    await house.programs.apply(withStock(granted + 4), 'test');
    await Promise.all([other.catalogue.refresh(), house.catalogue.refresh()]);
    expect([await left(), await left(other)]).toEqual([10, 10]);
    // And a process that starts later changes nothing.
    const late = await openHouse(lane.database, { clock: house.clock, program: null });
    expect(await left(late)).toBe(10);
    submit.mockRestore();
  });

  describe('of two versions that meet', () => {
    let older: Catalogue;
    let newer: Catalogue;
    beforeEach(async () => {
      await scene(6);
      // Given two more versions, of which no process has aligned any.
      jest.spyOn(house.stock, 'align').mockResolvedValue();
      await house.apply(withStock(granted + 100));
      older = house.catalogue.current();
      await house.apply(withStock(granted + 10));
      newer = house.catalogue.current();
      jest.restoreAllMocks();
    });

    test('the newer one counts, when the older one comes late', async () => {
      await house.stock.align(newer, older);
      await other.stock.align(older, newer);
      expect(await left()).toBe(16);
    });

    test('the newer one counts, when both had looked at the same sums', async () => {
      const sums = house.ledger.contraSums.bind(house.ledger);
      jest.spyOn(house.ledger, 'contraSums').mockImplementationOnce(async () => {
        const found = await sums();
        await other.stock.align(older, newer);
        return found;
      });
      await house.stock.align(newer, older);
      expect(await left()).toBe(16);
    });

    test('the newer one counts, when the older one was about to be written', async () => {
      const submit = other.ledger.submit.bind(other.ledger);
      jest.spyOn(other.ledger, 'submit').mockImplementationOnce(async (...chain) => {
        await house.stock.align(newer, older);
        return submit(...chain);
      });
      await other.stock.align(older, newer);
      expect(await left()).toBe(16);
    });

    test('the newer one counts, when both run at once', async () => {
      await Promise.all([other.stock.align(older, newer), house.stock.align(newer, older)]);
      expect(await left()).toBe(16);
    });
  });

  test('the board tells how old it is', async () => {
    await scene(6);
    await house.stock.look(house.catalogue.current());
    const looked = house.now;
    house.clock.advance(5_000);
    await take(1);
    const found = house.catalogue.current().offerByCode('o')!;
    expect(house.stock.left(found)).toEqual({ left: 6, asOf: looked });
    await house.stock.look(house.catalogue.current());
    expect(house.stock.left(found)).toEqual({ left: 5, asOf: house.now });
  });
});
