// Adjustments on both databases: a transfer beside what stood there, once for each source, with its reason.
import { agreed, BEA, balancesOf, draft, partnerActor, termsOf } from '../../../test/support/agreement-scene';
import { plan, programText } from '../../../test/support/gateway-program';
import { expectBooks, type House, must, openHouse, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { LEADS, settlementOf, VIEWS } from '../../../test/support/settlement-scene';
import type { SettlementSide } from '../settlement-side';
import type { AdjustmentRequest } from './adjustment.service';

const PROGRAM = programText({ plans: [plan('plus')] });

eachDatabase((lane) => {
  let house: House;
  let room: SettlementSide;
  beforeAll(async () => {
    house = await openHouse(lane.database, { program: PROGRAM });
    room = settlementOf(house);
  });
  afterEach(async () => {
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const requestOf = (agreementId: string, more: Partial<AdjustmentRequest> = {}): AdjustmentRequest => ({
    agreementId,
    item: 2,
    side: 'PARTNER',
    quantity: 4,
    value: 1_200,
    reason: 'Four were missing in the feed.',
    source: { kind: 'feed', id: unique('line') },
    at: house.now,
    actor: BEA,
    ...more,
  });
  const sumsOf = async (id: string) => {
    const { items, imbalance, roomLeft, overdrawn } = await balancesOf(house, id);
    return { items: items.map(({ given }) => [given.quantity, given.value]), imbalance, roomLeft, overdrawn };
  };

  test('adds to what a side gave, takes from it, and moves the room as a delivery does', async () => {
    const items = [VIEWS, { ...LEADS, ceiling: { per: 'MONTH' as const, quantity: 10 } }];
    const id = await agreed(house, termsOf(items, { allowedImbalance: { theirsAhead: 1_000 } }));
    const first = must(await room.adjustments.adjust(requestOf(id)));
    expect(first).toMatchObject({ agreementId: id, item: 2, quantity: 4, value: 1_200, madeBy: 'bd:bea' });
    expect(await sumsOf(id)).toEqual({
      items: [
        [0, 0],
        [4, 1_200],
      ],
      imbalance: 1_200,
      roomLeft: 0,
      overdrawn: 200,
    });
    must(await room.adjustments.adjust(requestOf(id, { quantity: -1, value: -300 })));
    must(await room.adjustments.adjust(requestOf(id, { item: 1, side: 'OPERATOR', quantity: 0, value: 50 })));
    expect(await sumsOf(id)).toMatchObject({
      items: [
        [0, 50],
        [3, 900],
      ],
      imbalance: 850,
      roomLeft: 150,
      overdrawn: 0,
    });
    expect((await balancesOf(house, id)).items[1]!.ceilings).toMatchObject([{ used: 3, left: 7 }]);
    // Only pieces were wrong.
    must(await room.adjustments.adjust(requestOf(id, { quantity: 2, value: 0 })));
    expect((await sumsOf(id)).items[1]).toEqual([5, 900]);
  });

  test('made once for what it comes from, also when it is asked in parallel', async () => {
    const id = await agreed(house, termsOf([VIEWS, LEADS]));
    const request = requestOf(id);
    const made = await Promise.all([1, 2, 3].map(() => room.adjustments.adjust(request)));
    expect(new Set(made.map((one) => must(one).id)).size).toBe(1);
    house.clock.advance(60_000);
    expect(must(await room.adjustments.adjust(request))).toEqual(made[0]);
    expect((await sumsOf(id)).items[1]).toEqual([4, 1_200]);
    for (const other of [
      { quantity: 5 },
      { value: 1 },
      { reason: 'Another.' },
      { item: 1, side: 'OPERATOR' as const },
    ]) {
      expect(await room.adjustments.adjust({ ...request, ...other })).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    }
    // The same source may speak of another agreement.
    const another = await agreed(house, termsOf([VIEWS, LEADS]));
    must(await room.adjustments.adjust({ ...request, agreementId: another }));
    expect(await room.adjustments.list({}, { agreementId: id, limit: 10 })).toEqual([made[0]]);
    expect(await room.adjustments.list({ partnerId: null }, { agreementId: id, limit: 10 })).toEqual([]);
    expect(await room.adjustments.find({ partnerId: partnerActor(house).partnerId }, must(made[0]!).id)).toEqual(
      made[0],
    );
  });

  test('what cannot be is refused, and nothing moves', async () => {
    const id = await agreed(house, termsOf([VIEWS, LEADS]));
    const cases: readonly (readonly [Partial<AdjustmentRequest>, string])[] = [
      [{ reason: ' ' }, 'reason'],
      [{ quantity: 0, value: 0 }, 'quantity'],
      [{ quantity: 1.5 }, 'quantity'],
      [{ quantity: 1_000_000_001 }, 'quantity'],
      [{ value: 1_000_000_000_001 }, 'value'],
      [{ quantity: 1, value: -1 }, 'value'],
      [{ source: { kind: '=Sum', id: '1' } }, 'source.kind'],
      [{ source: { kind: 'feed', id: '' } }, 'source.id'],
      [{ item: 9 }, 'item'],
      [{ side: 'OPERATOR' }, 'item'],
      [{ agreementId: '0'.repeat(32) }, 'agreement'],
      [{ agreementId: await draft(house, termsOf([VIEWS, LEADS])) }, 'agreement'],
    ];
    for (const [more, field] of cases) {
      expect([field, await room.adjustments.adjust(requestOf(id, more))]).toMatchObject([field, { field }]);
    }
    expect((await sumsOf(id)).items[1]).toEqual([0, 0]);
  });
});
