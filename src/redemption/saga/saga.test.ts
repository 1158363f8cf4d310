// The saga of a partner's coupon, on both databases: each answer of the partner, in each state, and what is left of it.
import { FakePartner } from '../../../test/support/fake-partner';
import { expectBooks, House, must, openHouse, outcomeOf, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { SAGA_PROGRAM } from '../../../test/support/saga-program';
import { DAY, SECOND } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { available } from '../../ledger/account';
import { declined } from "../../partner-port/connector";
import type { Redemption } from '../redemption';

eachDatabase((lane) => {
  let house: House;
  let partner: FakePartner;
  beforeAll(async () => {
    await openHouse(lane.database, { program: SAGA_PROGRAM });
  });
  beforeEach(async () => {
    partner = new FakePartner();
    house = await openHouse(lane.database, { program: null, partners: partner });
  });
  afterEach(async () => {
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const standing = async (memberId: Id, item: string) => {
    const all = [await house.ledger.balancesOf(memberId), await house.ledger.balancesOf(house.item(item).itemId)];
    return Object.fromEntries(
      all.flatMap((balances) =>
        [...balances].map(([account, one]) => [account, [available(one), one.debitsPending, one.creditsPending]]),
      ),
    );
  };
  const find = async (id: Id): Promise<Redemption> => (await house.redemptions.find(id))!;
  const rich = async (): Promise<Id> => {
    const { memberId } = await house.holder();
    await house.give(memberId, 'POINTS', 100);
    return memberId;
  };
  /** Lets so much time go by, step by step as it becomes due. */
  const pass = async (milliseconds: number, stride = SECOND): Promise<void> => {
    for (let gone = 0; gone < milliseconds; gone += stride) {
      house.clock.advance(stride);
      await house.runSaga();
    }
  };
  const items = async (redemptionId: Id) =>
    (await house.saga.items({ limit: 100 })).filter((item) => item.redemptionId === redemptionId).map(({ kind }) => kind);

  describe('a claim', () => {
    test('that the partner confirms is issued, with its code and link, and the cost is posted', async () => {
      const memberId = await rich();
      const { id } = await house.claim(memberId, 'espresso');
      const issued = await find(id);
      expect(issued).toMatchObject({ status: 'ISSUED', expiresAt: house.now + 30 * DAY, itemVersion: 1 });
      expect(issued.atPartner).toMatchObject({ offerRef: 'partner-espresso', dueStep: 'EXPIRE' });
      expect(house.redemptions.codeOf(issued)).toMatch(/^CODE-/);
      expect(house.redemptions.linkOf(issued)).toMatch(/^https:\/\/partner.example/);
      expect(partner.requests).toMatchObject([
        { redemptionId: id, offerRef: 'partner-espresso', faceValue: { amount: 50, currency: 'CNY' } },
      ]);
      expect(partner.requests[0]!.memberRef).not.toContain(memberId);
      // Posted, and what will be saved still waits for the use.
      expect(Object.values(await standing(memberId, 'espresso'))).toEqual(
        expect.arrayContaining([
          [980, 0, 0],
          [0, 0, 50],
        ]),
      );
    });

    test('that the partner declines is refused, takes nothing, and is answered so again', async () => {
      const memberId = await rich();
      const before = await standing(memberId, 'ticket');
      partner.next('issue', declined('OUT_OF_STOCK', 'none left'));
      const key = unique('key');
      expect(outcomeOf(await house.redeem(memberId, 'ticket', { key }))).toBe('PARTNER_DECLINED');
      expect(outcomeOf(await house.redeem(memberId, 'ticket', { key }))).toBe('PARTNER_DECLINED');
      expect(await standing(memberId, 'ticket')).toMatchObject(before);
      expect(partner.calls).toEqual(['issue']);
    });
  });
});
