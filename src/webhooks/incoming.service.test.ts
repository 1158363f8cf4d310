// What partners tell the gateway: only what is proved counts, once, in any order, and about their own only.
import { createHash } from 'node:crypto';
import { type House, must, openHouse, unique } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import { DAY, MINUTE } from '../kernel/clock';
import { type Id, newId } from '../kernel/id';
import type { RemoteAvailability, RemoteRedemption } from '../partner-port/connector';
import { newSigningSecret, SIGNATURE_TOLERANCE_MS, signatureHeaders } from '../partner-port/signature';
import { type IncomingOptions, IncomingService, type Reception } from './incoming.service';
import { PruneWebhooksJob, RECEIVED_KEPT_MS } from './prune-webhooks.job';
import { WebhookService } from './webhook.service';
import { SECRET_OVERLAP_MS, WebhookSecrets } from './webhook-secrets';

interface Sending {
  readonly from?: string;
  readonly secrets?: readonly string[];
  readonly id?: string;
  readonly sentAt?: number;
  readonly headers?: Record<string, string | string[] | undefined>;
  readonly tampered?: string;
}

eachDatabase((lane) => {
  let house: House;
  let secrets: WebhookSecrets;
  let service: WebhookService;
  let incoming: IncomingService;
  let secret: string;
  const learnt: [Id, RemoteRedemption][] = [];
  const stock: [Id, RemoteAvailability, number | undefined][] = [];

  const incomingWith = (more: Partial<IncomingOptions> = {}) =>
    new IncomingService({
      database: lane.database,
      secrets,
      clock: house.clock,
      partnerIdOf: (code) => house.catalogue.current().partnerByCode(code)?.id,
      redemptions: house.redemptions,
      ends: house.ends,
      redemptionNews: {
        learn: async (id, remote) => {
          learnt.push([id, remote]);
          return {};
        },
      },
      stockNews: {
        learn: async (partnerId, availability, toldAt) => {
          stock.push([partnerId, availability, toldAt]);
          return availability.offerRef !== 'nothing';
        },
      },
      ...more,
    });

  beforeAll(async () => {
    house = await openHouse(lane.database);
    await house.fillPool('latte', 50);
    secrets = new WebhookSecrets(house.cipher);
    service = new WebhookService(lane.database, secrets, () => undefined, house.clock);
    incoming = incomingWith();
    secret = must(await service.rotateSecret(partnerId('brewer'), 'INCOMING')).secret;
  });
  beforeEach(() => {
    learnt.length = 0;
    stock.length = 0;
  });

  const partnerId = (code: string) => house.catalogue.current().partnerByCode(code)!.id;

  const send = (type: string, data: object, sending: Sending = {}): Promise<Reception> =>
    sendText(JSON.stringify({ type, timestamp: '2026-03-10T04:00:00Z', data }), sending);

  const sendText = (body: string, sending: Sending = {}): Promise<Reception> => {
    const { from = 'brewer', secrets: signing = [secret], id = unique('msg'), sentAt = house.now } = sending;
    const headers = { ...signatureHeaders(signing, { id, sentAt, body }), ...sending.headers };
    return incoming.receive({ partnerCode: from, headers, body: sending.tampered ?? body });
  };

  const coupon = async () => {
    const { memberId } = await house.holder();
    return (await house.claim(memberId, 'latte')).id;
  };
  const statusOf = async (id: Id) => (await house.redemptions.find(id))!.status;

  test.each(['redemption_', ''])('a use is confirmed, whatever its id is written like (%p)', async (prefix) => {
    const id = await coupon();
    const usedAt = new Date(house.now).toISOString();
    expect(await send('redemption.used', { redemptionId: `${prefix}${id}`, partnerRef: 'X', usedAt })).toEqual({
      kind: 'TAKEN',
    });
    expect(await house.redemptions.find(id)).toMatchObject({ status: 'USED', usedAt: house.now });
  });

  test('the same message again is a duplicate, and another one about the same use changes nothing', async () => {
    const id = await coupon();
    const data = { redemptionId: id, usedAt: null };
    expect(await send('redemption.used', data, { id: 'the-first' })).toEqual({ kind: 'TAKEN' });
    const after = await house.redemptions.find(id);
    const again = { id: 'the-first', sentAt: house.now + MINUTE };
    expect(await send('redemption.used', data, again)).toEqual({ kind: 'DUPLICATE' });
    expect(await send('redemption.used', data)).toEqual({ kind: 'TAKEN' });
    expect(await house.redemptions.find(id)).toEqual(after);
  });

  test('ten at once about one use confirm it once', async () => {
    const id = await coupon();
    const kinds = await Promise.all(Array.from({ length: 10 }, () => send('redemption.used', { redemptionId: id })));
    expect(kinds.map(({ kind }) => kind)).toEqual(Array(10).fill('TAKEN'));
    const uses = (await house.ledger.transfersOf(id)).filter(({ kind }) => kind === 'POST');
    expect(await statusOf(id)).toBe('USED');
    expect(new Set(uses.map((use) => use.pendingId)).size).toBe(uses.length);
  });

  test.each<[string, (id: Id) => Sending, string]>([
    ['another body', () => ({ tampered: '{"type":"redemption.used","data":{}}' }), 'WRONG'],
    ['another secret', () => ({ secrets: [newSigningSecret()] }), 'WRONG'],
    ['another partner', () => ({ from: 'cinema' }), 'WRONG'],
    ['a partner that is none', () => ({ from: 'nobody' }), 'UNKNOWN_PARTNER'],
    ['an old time', () => ({ sentAt: house.now - SIGNATURE_TOLERANCE_MS - 1_000 }), 'TOO_OLD'],
    ['a time to come', () => ({ sentAt: house.now + SIGNATURE_TOLERANCE_MS + 1_000 }), 'TOO_NEW'],
    ['letters after the digits', () => ({ headers: { 'webhook-timestamp': `${house.now}x` } }), 'MALFORMED'],
    ['another id', () => ({ headers: { 'webhook-id': 'other' } }), 'WRONG'],
    ['no signature', () => ({ headers: { 'webhook-signature': undefined } }), 'MISSING'],
    ['two ids', () => ({ headers: { 'webhook-id': ['a', 'b'] } }), 'MALFORMED'],
  ])('%s proves nothing', async (_what, sending, fault) => {
    const id = await coupon();
    const outcome = await send('redemption.used', { redemptionId: id }, sending(id));
    expect(outcome).toEqual({ kind: 'UNPROVED', fault });
    expect(await statusOf(id)).toBe('ISSUED');
  });

  test('a secret that fits outgoing messages does not fit incoming ones', async () => {
    const endpoint = { url: 'https://a.example', eventTypes: [] };
    const outgoing = must(await service.setEndpoint(partnerId('cinema'), endpoint)).secret!;
    must(await service.rotateSecret(partnerId('cinema'), 'INCOMING'));
    const outcome = await send('redemption.used', {}, { from: 'cinema', secrets: [outgoing] });
    expect(outcome).toEqual({ kind: 'UNPROVED', fault: 'WRONG' });
  });

  test('who has no secret is checked against as many as who has two', async () => {
    const good = (code: string) =>
      secrets.goodWithDecoys(lane.database.read, { partnerId: partnerId(code), direction: 'INCOMING' }, house.now);
    expect([(await good('brewer')).length, (await good('cinema')).length]).toEqual([2, 2]);
    // Nobody can sign with what fills the places up.
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const others = await new WebhookSecrets(house.cipher).goodWithDecoys(
      lane.database.read,
      { partnerId: newId(house.now), direction: 'INCOMING' },
      house.now,
    );
    expect((await good('brewer')).map(digest)).not.toContain(digest(others[0]!));
  });

  test("a partner's change of its secret has an overlap", async () => {
    const old = secret;
    const { secret: fresh } = must(await service.rotateSecret(partnerId('brewer'), 'INCOMING'));
    const kinds = async () => [
      (await send('redemption.used', { redemptionId: await coupon() }, { secrets: [old] })).kind,
      (await send('redemption.used', { redemptionId: await coupon() }, { secrets: [fresh] })).kind,
    ];
    expect(await kinds()).toEqual(['TAKEN', 'TAKEN']);
    house.clock.advance(SECRET_OVERLAP_MS);
    expect(await kinds()).toEqual(['UNPROVED', 'TAKEN']);
    secret = fresh;
  });

  test("another partner's redemption is the same as none", async () => {
    const { memberId } = await house.holder();
    const foreign = (await house.claim(memberId, 'latte')).id;
    const cinema = must(await service.rotateSecret(partnerId('cinema'), 'INCOMING')).secret;
    const as = { from: 'cinema', secrets: [cinema] };
    for (const [type, more] of [
      ['redemption.used', {}],
      ['redemption.status', { state: 'CANCELLED' }],
    ] as const) {
      const outcome = await send(type, { redemptionId: foreign, ...more }, as);
      expect(outcome).toMatchObject({ kind: 'REFUSED', refusal: { code: 'NOT_FOUND' } });
      expect(outcome).toEqual(await send(type, { redemptionId: newId(house.now), ...more }, as));
    }
    expect(await statusOf(foreign)).toBe('ISSUED');
    expect(learnt).toEqual([]);
  });

  test('what was refused is not remembered: sent again, it may be taken', async () => {
    const id = await coupon();
    const usedAt = new Date(house.now + 10 * MINUTE).toISOString();
    const sending = { id: 'ahead-of-time' };
    const early = await send('redemption.used', { redemptionId: id, usedAt }, sending);
    expect(early).toMatchObject({ kind: 'REFUSED', refusal: { code: 'INVALID_INPUT', field: 'usedAt' } });
    house.clock.advance(10 * MINUTE);
    expect(await send('redemption.used', { redemptionId: id, usedAt }, sending)).toEqual({ kind: 'TAKEN' });
  });

  test("a partner's clock may be a little ahead", async () => {
    const id = await coupon();
    const usedAt = new Date(house.now + MINUTE).toISOString();
    expect(await send('redemption.used', { redemptionId: id, usedAt })).toEqual({ kind: 'TAKEN' });
    expect(await house.redemptions.find(id)).toMatchObject({ usedAt: house.now });
  });

  test('a use after the end is handed on as news, and refused where nobody listens', async () => {
    const id = await coupon();
    await house.cancel(id, { as: { role: 'OPERATIONS', subject: 'olga' } });
    expect(await send('redemption.used', { redemptionId: id })).toEqual({ kind: 'TAKEN' });
    expect(learnt).toMatchObject([[id, { state: 'USED' }]]);
    const deaf = incomingWith({ redemptionNews: undefined });
    const body = JSON.stringify({ type: 'redemption.used', data: { redemptionId: id } });
    const headers = signatureHeaders([secret], { id: unique('msg'), sentAt: house.now, body });
    expect(await deaf.receive({ partnerCode: 'brewer', headers, body })).toMatchObject({
      kind: 'REFUSED',
      refusal: { code: 'NOT_USABLE', message: 'The coupon is cancelled.' },
    });
  });

  test('how a redemption stands is handed on; half an answer is only a hint', async () => {
    const id = await coupon();
    const expiresAt = new Date(house.now + DAY).toISOString();
    const whole = { state: 'ISSUED', partnerRef: 'P-1', code: 'SECRET', expiresAt, more: 'is ignored' };
    await send('redemption.status', { redemptionId: id, ...whole });
    await send('redemption.status', { redemptionId: id, state: 'ISSUED' });
    await send('redemption.status', { redemptionId: id, state: 'DECLINED', reason: 'OUT_OF_STOCK' });
    expect(learnt.map(([, remote]) => remote)).toEqual([
      {
        state: 'ISSUED',
        issued: { partnerRef: 'P-1', code: 'SECRET', link: undefined, expiresAt: house.now + DAY },
      },
      { state: 'PENDING' },
      { state: 'DECLINED', reason: 'OUT_OF_STOCK' },
    ]);
  });

  test('what is left of an offer is handed on', async () => {
    expect(await send('offer.stock', { offerRef: 'latte-small', left: 0 })).toEqual({ kind: 'TAKEN' });
    const untimed = JSON.stringify({ type: 'offer.stock', data: { offerRef: 'latte-small' } });
    expect(await sendText(untimed)).toEqual({ kind: 'TAKEN' });
    const [brewer, offerRef] = [partnerId('brewer'), 'latte-small'];
    expect(stock).toEqual([
      [brewer, { offerRef, left: 0, available: false }, Date.parse('2026-03-10T04:00:00Z')],
      [brewer, { offerRef, available: true }, undefined],
    ]);
    expect(await send('offer.stock', { offerRef: 'nothing', left: 1 })).toMatchObject({ kind: 'REFUSED' });
  });

  test.each([
    ['no JSON', '{', 'not well-formed JSON'],
    ['an array', '[]', 'Allowed types are'],
    ['another type', '{"type":"redemption.issued","data":{}}', 'Allowed types are redemption.used'],
    ['no data', '{"type":"redemption.used"}', 'data'],
    ['no id', '{"type":"redemption.used","data":{}}', 'data.redemptionId'],
    ['an id that is none', '{"type":"redemption.used","data":{"redemptionId":"SECRET"}}', 'is no id of a redemption'],
    [
      'a time that is none',
      `{"type":"redemption.used","data":{"redemptionId":"${'0'.repeat(32)}","usedAt":1}}`,
      'usedAt',
    ],
    ['a state that is none', `{"type":"redemption.status","data":{"redemptionId":"${'0'.repeat(32)}"}}`, 'data.state'],
    ['a time that is none', '{"type":"offer.stock","timestamp":"noon","data":{"offerRef":"a"}}', 'timestamp'],
    ['less than nothing', '{"type":"offer.stock","data":{"offerRef":"a","left":-1}}', 'data.left'],
    ['too much', '{"type":"offer.stock","data":{"offerRef":"a","left":9007199254740992}}', 'data.left'],
  ])('%s is refused in words', async (_what, body, words) => {
    const outcome = await sendText(body);
    expect(outcome).toMatchObject({ kind: 'UNREADABLE', message: expect.stringContaining(words) });
    expect(JSON.stringify(outcome)).not.toContain('SECRET');
  });

  test('what was received is forgotten in the end, and taken again without harm', async () => {
    const id = await coupon();
    const sending = { id: 'long-ago' };
    await send('redemption.used', { redemptionId: id }, sending);
    house.clock.advance(RECEIVED_KEPT_MS + 1);
    expect(await new PruneWebhooksJob(lane.database, house.clock).run()).toBeGreaterThan(0);
    expect(await send('redemption.used', { redemptionId: id }, sending)).toEqual({ kind: 'TAKEN' });
    expect(await statusOf(id)).toBe('USED');
  });
});
