// The shipped connectors at real servers: vendors' own documents that judge each request, and a shop that runs.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ManualClock, systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/id';
import type { Connector, IssueRequest } from '../../src/partner-port/connector';
import { runContractSuite } from '../../src/partner-port/contract-suite';
import { GuardedTransport } from '../../src/partner-port/guarded-transport';
import { call, connectorOf, ISSUE } from '../support/declarative-scene';
import { OpenapiMock, WHY_NO_DOCUMENTS } from './openapi-mock';
import { shippedManifest } from './real-manifests';
import { whyNotInstalled } from './servers';
import { VendureShop } from './vendure-shop';

const WHY_NOT = whyNotInstalled();
const describeIf = (title: string, whyNot: string | undefined, body: () => void) =>
  whyNot ? describe.skip(`${title}: SKIPPED, ${whyNot}`, body) : describe(title, body);
if (WHY_NOT) process.stderr.write(`SKIPPED: real partners, because ${WHY_NOT}\n`);

const guarded = new GuardedTransport({ policy: { allowHttp: true, allow: new Set(['127.0.0.1']) } });
afterAll(() => guarded.close());

async function askAll(connector: Connector, request: IssueRequest): Promise<void> {
  const { redemptionId, offerRef } = request;
  await connector.availability([offerRef, 'another offer'], call());
  await connector.issue(request, call());
  await connector.status({ redemptionId, offerRef }, call());
  await connector.status({ redemptionId, offerRef, partnerRef: 'known' }, call());
  await connector.cancel({ redemptionId, offerRef }, call());
}

const MOCKS = [
  {
    slug: 'voucherify',
    file: 'voucherify-readOnly-openAPI.json.gz',
    paths: ['/v1/campaigns', '/v1/vouchers'],
    secrets: { appId: 'app-1', appToken: 'token-1' },
    // The document asks for all of its schemes at once, where the vendor takes keys or a token.
    headers: { authorization: 'Bearer token-2' },
    asked: ['GET /v1/campaigns/', 'POST /v1/campaigns/', 'GET /v1/vouchers/', 'POST /v1/vouchers/'],
    wrong: { path: '/v1/vouchers/PG1', body: { type: 'GIFT_VOUCHER', gift: { amount: 'much' } } },
    secretHeaders: { 'x-app-id': 'a', 'x-app-token': 'b' },
  },
  {
    slug: 'square-gift-cards',
    file: 'square-api.json.gz',
    paths: ['/v2/gift-cards', '/v2/locations'],
    secrets: { accessToken: 'token-1' },
    headers: {},
    asked: [
      'GET /v2/locations/',
      'POST /v2/gift-cards',
      'POST /v2/gift-cards/activities',
      'POST /v2/gift-cards/from-gan',
    ],
    wrong: { path: '/v2/gift-cards', body: { location_id: 'main' } },
    secretHeaders: { authorization: 'Bearer a' },
  },
] as const;

for (const { slug, file, paths, secrets, headers, asked, wrong, secretHeaders } of MOCKS) {
  describeIf(`${slug} by the vendor's document`, WHY_NOT ?? WHY_NO_DOCUMENTS, () => {
    let mock: OpenapiMock;
    beforeAll(async () => {
      mock = await OpenapiMock.start(file, paths);
    }, 120_000);
    afterAll(() => mock?.stop());

    test('no request violates it', async () => {
      mock.exchanged.length = 0;
      const connector = connectorOf(shippedManifest(slug, mock.url), secrets, {
        transport: mock.through(guarded, headers),
      });
      await askAll(connector, ISSUE);
      await askAll(connector, { ...ISSUE, offerRef: 'summer & co/1', faceValue: { amount: 1, currency: 'USD' } });
      const sent = mock.exchanged.map(({ request }) => `${request.method} ${new URL(request.url).pathname}`);
      for (const start of asked) expect(sent).toContainEqual(expect.stringContaining(start));
      expect(mock.exchanged.flatMap(({ violations }) => violations)).toEqual([]);
    }, 60_000);

    test('one that does is noticed', async () => {
      mock.exchanged.length = 0;
      await mock.through(guarded, headers).send({
        method: 'POST',
        url: `${mock.url}${wrong.path}`,
        headers: { 'content-type': 'application/json', ...secretHeaders },
        body: JSON.stringify(wrong.body),
        signal: call().signal,
      });
      expect(mock.exchanged.flatMap(({ violations }) => violations)).not.toEqual([]);
    }, 60_000);
  });
}

describeIf('a Vendure shop', WHY_NOT, () => {
  let shop: VendureShop;
  let connector: Connector;
  const clock = new ManualClock(0);

  beforeAll(async () => {
    shop = await VendureShop.open();
    clock.set(shop.startedAt);
    const secrets = { username: shop.username, password: shop.password };
    connector = connectorOf(shippedManifest('vendure', shop.adminUrl), secrets, { clock, transport: guarded });
  }, 180_000);
  afterAll(() => shop?.close());

  const request = (changes: Partial<IssueRequest> = {}): IssueRequest => ({
    ...ISSUE,
    redemptionId: newId(clock.now()),
    claimedAt: clock.now() - 60_000,
    expiresAt: clock.now() + 86_400_000,
    offerRef: shop.offer,
    ...changes,
  });

  async function issued(changes: Partial<IssueRequest> = {}) {
    const asked = request(changes);
    const outcome = await connector.issue(asked, call());
    if (outcome.kind !== 'CONFIRMED') throw new Error(JSON.stringify(outcome));
    const { redemptionId, offerRef } = asked;
    return { asked, ...outcome.value, redemption: { redemptionId, offerRef, partnerRef: outcome.value.partnerRef } };
  }

  test('tells which offers it has', async () => {
    const outcome = await connector.availability(['latte', 'mocha'], call());
    expect(outcome).toEqual({
      kind: 'CONFIRMED',
      value: [
        { offerRef: 'latte', available: true },
        { offerRef: 'mocha', available: false },
      ],
    });
  });

  test('issues a coupon that is found by the redemption alone', async () => {
    const { asked, code, partnerRef, redemption, expiresAt } = await issued();
    expect(code).toMatch(/^PG[0-9A-F]{18}$/);
    expect(expiresAt).toBe(asked.expiresAt);
    const seen = await connector.status({ ...redemption, partnerRef: undefined }, call());
    expect(seen).toEqual({ kind: 'CONFIRMED', value: { state: 'ISSUED', issued: { partnerRef, code, expiresAt } } });
  });

  test('knows nothing of a redemption that it was not asked for', async () => {
    const { redemptionId, offerRef } = request();
    const absent = { kind: 'CONFIRMED', value: { state: 'ABSENT' } };
    expect(await connector.status({ redemptionId, offerRef }, call())).toEqual(absent);
    expect(await connector.cancel({ redemptionId, offerRef }, call())).toEqual(absent);
  });

  test('reads an order with the coupon as its use, and takes the coupon once', async () => {
    const { code, redemption } = await issued();
    const total = await shop.buyWith(code!);
    expect(total).toBe(shop.price - shop.discount);
    const used = await connector.status(redemption, call());
    expect(used).toMatchObject({ kind: 'CONFIRMED', value: { state: 'USED', usedAt: expect.any(Number) } });
    await expect(shop.buyWith(code!)).rejects.toThrow('COUPON_CODE_LIMIT_ERROR');
    expect(await connector.cancel(redemption, call())).toMatchObject({ kind: 'DECLINED', reason: 'ALREADY_USED' });
  });

  test('takes no coupon that was cancelled, however often', async () => {
    const { code, redemption } = await issued();
    expect(await connector.cancel(redemption, call())).toMatchObject({ value: { state: 'CANCELLED' } });
    expect(await connector.cancel(redemption, call())).toMatchObject({ value: { state: 'CANCELLED' } });
    expect(await connector.status(redemption, call())).toMatchObject({ value: { state: 'CANCELLED' } });
    await expect(shop.buyWith(code!)).rejects.toThrow('COUPON_CODE_INVALID_ERROR');
  });

  test('tells that a coupon has expired', async () => {
    const { redemption } = await issued({ claimedAt: clock.now() - 7_200_000, expiresAt: clock.now() - 3_600_000 });
    expect(await connector.status(redemption, call())).toMatchObject({ value: { state: 'EXPIRED' } });
  });

  test('keeps the contract', async () => {
    const codeOf = async (redemptionId: string) => {
      const found = await connector.status({ redemptionId, offerRef: shop.offer }, call());
      return found.kind === 'CONFIRMED' && 'issued' in found.value ? found.value.issued.code : undefined;
    };
    const results = await runContractSuite({
      connector,
      clock: systemClock,
      offerRef: shop.offer,
      budget: 20_000,
      use: async (redemptionId) => (await shop.buyWith((await codeOf(redemptionId)) ?? '')) > 0,
    });
    expect(results.filter(({ finding }) => finding.verdict === 'FAILED')).toEqual([]);
    const passing = results.filter(({ finding }) => finding.verdict === 'PASSED').map(({ name }) => name);
    expect(passing).toEqual(expect.arrayContaining(['issue again with the same id', 'cancel of a used coupon']));
  }, 60_000);

  test('refuses a wrong password, and nothing is issued', async () => {
    const stranger = connectorOf(shippedManifest('vendure', shop.adminUrl), {
      username: 'perkgate',
      password: 'wrong',
    });
    expect(await stranger.issue(request(), call())).toMatchObject({ kind: 'UNKNOWN', cause: 'UNAUTHORIZED' });
  });

  test('is asked with a new token when the old one was taken away', async () => {
    const { redemption } = await issued();
    await shop.forgetSessions();
    expect(await connector.status(redemption, call())).toMatchObject({ value: { state: 'ISSUED' } });
  });

  test('answers nothing of use to a transport that loses the answer', async () => {
    const asked = request();
    const secrets = { username: shop.username, password: shop.password };
    const lossy = connectorOf(shippedManifest('vendure', shop.adminUrl), secrets, {
      clock,
      transport: {
        send: async (sent) => {
          const reply = await guarded.send(sent);
          const isLost = sent.body?.includes('createPromotion') ?? false;
          return isLost ? { kind: 'NO_REPLY', cause: 'BROKEN_OFF', message: 'lost' } : reply;
        },
      },
    });
    expect(await lossy.issue(asked, call())).toMatchObject({ kind: 'UNKNOWN', sent: true });
    const { redemptionId, offerRef } = asked;
    const found = await connector.status({ redemptionId, offerRef }, call());
    expect(found).toMatchObject({ value: { state: 'ISSUED', issued: { code: expect.stringMatching(/^PG/) } } });
  });
});
