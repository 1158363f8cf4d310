// Deliveries on both databases: recorded once, disputed by the other side, ended by giving way, and read from files.
import { Readable } from 'node:stream';
import { agreed, BEA, balancesOf, cups, draft, partnerActor, termsOf } from '../../../test/support/agreement-scene';
import { offer, plan, programText } from '../../../test/support/gateway-program';
import { expectBooks, type House, must, openHouse, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { LEADS, settlementOf, VIEWS } from '../../../test/support/settlement-scene';
import type { Actor } from '../../kernel/actor';
import { DAY, HOUR } from '../../kernel/clock';
import { isRefusal } from '../../kernel/refusal';
import type { SettlementSide } from '../settlement-side';
import type { DeliveryInput } from './delivery';
import { disputedSums } from './disputed-accounts';

const PROGRAM = programText({
  plans: [plan('plus')],
  offers: [offer('seat', { funding: 'EXCHANGE', card: 'NONE', unitCost: 300 })],
});
const CINEMA: Actor = { role: 'PARTNER', subject: 'cinema', partnerId: 'e'.repeat(32) };

eachDatabase((lane) => {
  let house: House;
  let room: SettlementSide;
  let brewer: Actor;
  beforeAll(async () => {
    house = await openHouse(lane.database, { program: PROGRAM });
    room = settlementOf(house);
    brewer = partnerActor(house);
  });
  afterEach(async () => {
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const inputOf = (more: Partial<DeliveryInput> = {}): DeliveryInput => ({
    externalId: unique('slot'),
    item: 'views',
    quantity: 3,
    evidence: [],
    ...more,
  });
  const recordAll = async (actor: Actor, id: string, inputs: readonly DeliveryInput[], source = 'ad-server') =>
    must(await room.deliveries.record(actor, id, source, inputs));
  const record = async (actor: Actor, id: string, input = inputOf()) => must((await recordAll(actor, id, [input]))[0]!);
  const given = async (id: string) => (await balancesOf(house, id)).items.map((item) => item.given);
  const disputed = async (id: string) => Object.fromEntries(disputedSums(await house.ledger.contraSumsOf(id)));

  test('each side records what it gave; once for each source and id, also in parallel', async () => {
    const id = await agreed(house, termsOf([VIEWS, LEADS], { allowedImbalance: { theirsAhead: 1_000 } }));
    const evidence = ['https://ads.example.com/report/7?day=1'];
    const ours = inputOf({ evidence, note: '大厅屏幕', deliveredAt: house.now - HOUR });
    const twins = await Promise.all([1, 2, 3].map(() => recordAll(BEA, id, [ours, ours])));
    const outcomes = twins.flat().map((one) => must(one));
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(outcomes[0]!.delivery).toMatchObject({
      ...{ quantity: 3, value: 6_000, countedQuantity: 3, countedValue: 6_000, state: 'RECORDED', evidence },
      ...{
        side: 'OPERATOR',
        source: 'ad-server',
        note: '大厅屏幕',
        deliveredAt: house.now - HOUR,
        recordedBy: 'bd:bea',
      },
    });
    await record(brewer, id, inputOf({ item: 'leads', quantity: 10 }));
    expect(await given(id)).toEqual([
      { quantity: 3, value: 6_000 },
      { quantity: 10, value: 3_000 },
    ]);
    // The same id from another system, or of the other side, is another one.
    must((await recordAll(BEA, id, [ours], 'screens'))[0]!);
    await record(brewer, id, { ...ours, item: 'leads' });
    expect(await recordAll(BEA, id, [{ ...ours, quantity: 4 }])).toMatchObject([{ code: 'IDEMPOTENCY_MISMATCH' }]);
    expect((await given(id))[0]).toEqual({ quantity: 6, value: 12_000 });
    expect(await room.deliveries.list({ partnerId: brewer.partnerId }, { agreementId: id, limit: 10 })).toHaveLength(4);
    expect(await room.deliveries.list({ partnerId: CINEMA.partnerId }, { agreementId: id, limit: 10 })).toEqual([]);
  });

  test('one that cannot be is refused by itself, and the rest is recorded', async () => {
    const id = await agreed(house, termsOf([cups(house, 'seat'), VIEWS, LEADS]));
    const bad: readonly (readonly [Partial<DeliveryInput>, string])[] = [
      [{ externalId: '' }, 'externalId'],
      [{ externalId: 'a\tb' }, 'externalId'],
      [{ item: 'leads' }, 'item'],
      [{ item: 'nothing' }, 'item'],
      [{ quantity: 0 }, 'quantity'],
      [{ quantity: -1 }, 'quantity'],
      [{ quantity: 1_000_000_000 }, 'quantity'],
      [{ deliveredAt: house.now + HOUR }, 'deliveredAt'],
      [{ deliveredAt: Date.UTC(2025, 11, 1) }, 'deliveredAt'],
      [{ note: 'x'.repeat(501) }, 'note'],
      [{ evidence: ['http://ads.example.com/'] }, 'evidence'],
      [{ evidence: ['https://user:word@ads.example.com/'] }, 'evidence'],
      [{ evidence: ['https://192.168.0.1/'] }, 'evidence'],
      [{ evidence: ['https://localhost/x'] }, 'evidence'],
      [{ evidence: [`https://ads.example.com/${'x'.repeat(500)}`] }, 'evidence'],
      [{ evidence: Array(11).fill('https://ads.example.com/') }, 'evidence'],
    ];
    const outcomes = await recordAll(BEA, id, [inputOf(), ...bad.map(([more]) => inputOf(more)), inputOf()]);
    expect(outcomes.map(isRefusal)).toEqual([false, ...bad.map(() => true), false]);
    for (const [at, [, field]] of bad.entries()) {
      expect(outcomes[at + 1]).toMatchObject({ field: `deliveries.${at + 1}.${field}` });
    }
    // What members redeem counts by itself.
    expect(await recordAll(brewer, id, [inputOf({ item: 'cups' })])).toMatchObject([{ field: 'deliveries.0.item' }]);
    // Nobody records under what is not in force, or another one's.
    const wrong = (actor: Actor, agreement: string, source = 's', inputs = [inputOf()]) =>
      room.deliveries.record(actor, agreement, source, inputs);
    expect(await wrong(CINEMA, id)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await wrong(BEA, await draft(house, termsOf([VIEWS])))).toMatchObject({ code: 'CONFLICT' });
    expect(await wrong(BEA, id, '=Sum')).toMatchObject({ field: 'source' });
    expect(await wrong(BEA, id, 's', [])).toMatchObject({ field: 'deliveries' });
    expect(await wrong(BEA, id, 's', Array(1_001).fill(inputOf()))).toMatchObject({ field: 'deliveries' });
  });

  test('after it was closed, what was given before may still be told', async () => {
    const id = await agreed(house, termsOf([VIEWS]));
    const before = house.now;
    house.clock.advance(HOUR);
    must((await house.exchange.agreements.close(BEA, id, 'Enough.')) ?? true);
    house.clock.advance(DAY);
    const [late, tooLate] = await recordAll(BEA, id, [inputOf({ deliveredAt: before }), inputOf()]);
    expect(must(late!).delivery.state).toBe('RECORDED');
    expect(tooLate).toMatchObject({ field: 'deliveries.1.deliveredAt' });
  });

  test('of one piece nothing is left to reduce', async () => {
    const id = await agreed(house, termsOf([VIEWS]));
    const { delivery } = await record(BEA, id, inputOf({ quantity: 1 }));
    must(await room.disputes.dispute(brewer, delivery.id, 'None came.'));
    const asked = { resolution: 'REDUCED', quantity: 1, reason: 'We looked again.' } as const;
    expect(await room.disputes.resolve(BEA, delivery.id, asked)).toMatchObject({
      field: 'quantity',
      message: 'The delivery counts 1, which cannot be reduced. Withdraw it with WITHDRAWN.',
    });
  });

  test('the other side disputes; it counts and is shown apart until one side gives way', async () => {
    const id = await agreed(house, termsOf([VIEWS, LEADS], { allowedImbalance: { theirsAhead: 2_000 } }));
    const { delivery } = await record(brewer, id, inputOf({ item: 'leads', quantity: 10 }));
    const { dispute, resolve } = {
      dispute: (actor: Actor, reason: string) => room.disputes.dispute(actor, delivery.id, reason),
      resolve: (actor: Actor, resolution: 'ACCEPTED' | 'REDUCED' | 'WITHDRAWN', quantity?: number) =>
        room.disputes.resolve(actor, delivery.id, { resolution, quantity, reason: 'We looked again.' }),
    };
    expect(await dispute(brewer, 'Mine.')).toMatchObject({ code: 'CONFLICT' });
    expect(await dispute(CINEMA, 'Not mine.')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await dispute(BEA, '')).toMatchObject({ field: 'reason' });
    expect(await resolve(BEA, 'ACCEPTED')).toMatchObject({ code: 'CONFLICT' });
    // When two of us dispute it at once, then one dispute is open.
    const twice = await Promise.all([dispute(BEA, 'Six came.'), dispute(BEA, 'Six came.')]);
    expect(twice.some((one) => !isRefusal(one))).toBe(true);
    expect(must(await dispute(BEA, 'Six came.'))).toMatchObject({
      delivery: { state: 'DISPUTED', disputes: 1, countedQuantity: 10 },
      disputes: [{ number: 1, reason: 'Six came.', openedBy: 'bd:bea', resolved: undefined }],
    });
    expect(await dispute(BEA, 'Five came.')).toMatchObject({ code: 'CONFLICT' });
    expect(await disputed(id)).toEqual({ 2: { quantity: 10, value: 3_000 } });
    expect(await balancesOf(house, id)).toMatchObject({ received: 3_000, overdrawn: 1_000 });
    // Each side can only give way.
    expect(await resolve(BEA, 'REDUCED', 6)).toMatchObject({ code: 'CONFLICT', field: 'resolution' });
    expect(await resolve(brewer, 'ACCEPTED')).toMatchObject({ code: 'CONFLICT', field: 'resolution' });
    for (const quantity of [undefined, 0, 10, 1.5]) {
      expect(await resolve(brewer, 'REDUCED', quantity)).toMatchObject({ field: 'quantity' });
    }
    expect(await resolve(brewer, 'WITHDRAWN', 3)).toMatchObject({ field: 'quantity' });
    const reduced = await Promise.all([resolve(brewer, 'REDUCED', 8), resolve(brewer, 'REDUCED', 8)]);
    expect(reduced.some((one) => !isRefusal(one))).toBe(true);
    expect(must(await resolve(brewer, 'REDUCED', 8))).toMatchObject({
      delivery: { state: 'REDUCED', quantity: 10, countedQuantity: 8, countedValue: 2_400 },
      disputes: [{ resolved: { resolution: 'REDUCED', quantity: 8, by: 'partner:brewer' } }],
    });
    expect(await disputed(id)).toEqual({});
    expect((await given(id))[1]).toEqual({ quantity: 8, value: 2_400 });
    // Not content with that, we say so again, and they withdraw it.
    must(await dispute(BEA, 'Six, and no more.'));
    expect(await disputed(id)).toEqual({ 2: { quantity: 8, value: 2_400 } });
    house.clock.advance(1);
    must(await resolve(brewer, 'WITHDRAWN'));
    expect(await balancesOf(house, id)).toMatchObject({ received: 0, roomLeft: 2_000, overdrawn: 0 });
    expect(await dispute(BEA, 'Again.')).toMatchObject({ code: 'CONFLICT' });
    expect(await resolve(brewer, 'REDUCED', 1)).toMatchObject({ code: 'CONFLICT' });
    const made = await room.adjustments.list({}, { agreementId: id, limit: 10 });
    expect(made.map(({ quantity, value, reason, source }) => [quantity, value, reason, source])).toEqual([
      [-8, -2_400, 'We looked again.', { kind: 'dispute', id: `${delivery.id}-2` }],
      [-2, -600, 'We looked again.', { kind: 'dispute', id: `${delivery.id}-1` }],
    ]);
  });

  test('what is accepted stays, and is disputed no more', async () => {
    const id = await agreed(house, termsOf([VIEWS]));
    const { delivery } = await record(BEA, id);
    must(await room.disputes.dispute(brewer, delivery.id, 'Nobody saw them.'));
    const accept = () => room.disputes.resolve(brewer, delivery.id, { resolution: 'ACCEPTED', reason: 'We did.' });
    expect(must(await accept()).delivery).toMatchObject({ state: 'ACCEPTED', countedQuantity: 3 });
    expect(must(await accept()).delivery.state).toBe('ACCEPTED');
    expect(await room.disputes.dispute(brewer, delivery.id, 'Nobody saw them.')).toMatchObject({ code: 'CONFLICT' });
    expect(await disputed(id)).toEqual({});
    expect(await room.deliveries.list({}, { agreementId: id, state: 'DISPUTED', limit: 5 })).toEqual([]);
    expect(await room.deliveries.list({}, { agreementId: id, state: 'ACCEPTED', limit: 5 })).toHaveLength(1);
  });

  const upload = (id: string, text: string | Buffer, chunk = 64 * 1024) => {
    const bytes = Buffer.from(text as string);
    const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
      bytes.subarray(at * chunk, (at + 1) * chunk),
    );
    return room.deliveryFiles.load(BEA, { agreementId: id, file: Readable.from(chunks) });
  };

  test('a file: what is right is recorded, and every other line is named', async () => {
    const id = await agreed(house, termsOf([VIEWS, LEADS]));
    const lines = [
      '\ufeffexternal_id,item,quantity,delivered_at,evidence,note',
      'a-1,views,3,2026-01-20,,',
      'a-2,views,4,2026-01-21T10:00:00+08:00,https://x.example.com/1 https://x.example.com/2,"大厅, 左侧"',
      '',
      'a-1,views,3,2026-01-20,,',
      'a-1,views,9,2026-01-20,,',
      'a-3,views,many,,,',
      'a-4,views,1',
      'a-5,leads,1,,,',
      `a-6,views,1,,,${'x'.repeat(9_000)}`,
      'a-7,views,1,yesterday,,',
      'a-8,"views,1,,,',
      'a-9,views,5,,,',
    ].join('\n');
    const report = must(await upload(id, lines, 7));
    expect(report).toMatchObject({ lines: 13, recorded: 3, duplicates: 1, blank: 2, faulty: 7 });
    expect(report.faults.map(({ line }) => line)).toEqual([6, 7, 8, 9, 10, 11, 12]);
    expect((await given(id))[0]).toEqual({ quantity: 12, value: 24_000 });
    const second = (await room.deliveries.list({}, { agreementId: id, limit: 9 })).find(
      ({ delivery }) => delivery.externalId === 'a-2',
    )!;
    expect(second.delivery).toMatchObject({ note: '大厅, 左侧', deliveredAt: Date.parse('2026-01-21T02:00:00Z') });
    expect(second.delivery.evidence).toHaveLength(2);
    // The same id from another system is another delivery.
    const ofTwo = ['item,external_id,source,quantity', 'views,b-1,left,1', 'views,b-1,right,1', 'views,b-2,Right,1'];
    expect(must(await upload(id, ofTwo.join('\n')))).toMatchObject({ recorded: 2, faulty: 1 });
    // Sent again, nothing is recorded twice.
    expect(must(await upload(id, lines))).toMatchObject({ recorded: 0, duplicates: 4, blank: 2, faulty: 7 });
    for (const [text, reason] of [
      ['a-1,views,3', 'the first line names the columns'],
      ['external_id,item\n', 'quantity is missing'],
      ['external_id,item,quantity,item\n', 'stands there twice'],
      [Buffer.from([0xff, 0xfe]), 'not UTF-8'],
    ] as const) {
      const refused = await upload(id, text as string);
      expect(isRefusal(refused) && refused.message).toContain(reason);
    }
    expect(must(await upload(id, ''))).toMatchObject({ lines: 0, recorded: 0 });
  });

  test('a long file comes in batches, in bounded memory', async () => {
    const id = await agreed(house, termsOf([VIEWS]));
    const rows = Array.from({ length: 1_200 }, (_, at) => `n-${at},views,1`);
    expect(must(await upload(id, ['external_id,item,quantity', ...rows].join('\n')))).toMatchObject({
      lines: 1_201,
      recorded: 1_200,
    });
    expect((await given(id))[0]).toEqual({ quantity: 1_200, value: 2_400_000 });
  });
});
