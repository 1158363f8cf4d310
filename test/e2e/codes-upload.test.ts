// Codes by upload: streamed, by whoever may, into its own offer; what breaks off goes on where it stopped.
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { AUDITOR, memberOf, OPERATIONS, partnerOf, SHOP, TestGateway, type Who } from '../support/gateway';
import { offer, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { PartnerStory } from '../support/partner-story';

const pooled = (code: string, parts: object = {}) =>
  offer(code, { fulfilment: 'CODE_POOL', card: 'NONE', unitCost: 0, ...parts });
const PROGRAM = programText({
  offers: [pooled('latte'), pooled('film', { partner: 'cinema' }), offer('plain')],
});
const BATCH = 5_000;

eachDatabase((lane) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const upload = async (
    body: string | undefined,
    by: Who | string | undefined = partnerOf('brewer'),
    { item = gateway.itemId('latte'), headers = {} }: { item?: string; headers?: Record<string, string> } = {},
  ) => {
    const token = typeof by === 'object' ? await gateway.token(by) : by;
    const authorization: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${gateway.url}/partner/offers/${item}/codes`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/csv', ...authorization, ...headers },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const codes = (count: number) => {
    const head = fresh('C');
    return Array.from({ length: count }, (_value, at) => `${head}-${at}`).join('\n');
  };
  const digestOf = (body: string) => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

  test('a draft gets its codes before it is reviewed, from its own partner only', async () => {
    const money = { unitCost: 0, faceValue: 500 };
    const terms = { title: 'Codes', kind: 'COUPON', fulfilment: 'CODE_POOL', card: 'NONE', ...money };
    const input = { code: fresh('draft').toLowerCase(), ...terms };
    const draft = await gateway.run<{ id: string }>(partnerOf('brewer'), 'create-offer', { input });
    expect(await upload(codes(2), partnerOf('cinema'), { item: draft.id })).toMatchObject({ status: 404 });
    expect(await upload(codes(3), partnerOf('brewer'), { item: draft.id })).toMatchObject({ body: { added: 3 } });
  });

  test('a partner loads codes with a key for it, and members get them', async () => {
    const { globalId } = gateway.gateway.catalogue.current().partnerByCode('brewer')!;
    const { key } = await new PartnerStory(gateway).createKey(globalId, ['CODES_WRITE']);
    const code = fresh('FIRST');
    const answer = await upload(`code\n${code}\n\n${code}\nnot\u0007fit\n`, key);
    expect(answer).toEqual({
      status: 200,
      body: {
        lines: 5,
        added: 1,
        duplicates: 1,
        blank: 2,
        faulty: 1,
        faults: [{ line: 5, reason: 'has control or invisible characters' }],
        resumedAt: 0,
      },
    });
    const story = new Story(gateway);
    expect((await story.claim(await story.member(), 'latte')).couponCode).toBe(code);
  });

  test.each<[string, () => Promise<Who | string>, number, string]>([
    ['nobody', async () => '', 401, 'UNAUTHENTICATED'],
    ['a bad token', async () => 'nonsense', 401, 'UNAUTHENTICATED'],
    ['a member', async () => memberOf('any'), 403, 'FORBIDDEN'],
    ['a server', async () => SHOP, 403, 'FORBIDDEN'],
    ['an auditor', async () => AUDITOR, 403, 'FORBIDDEN'],
    ['another partner', async () => partnerOf('cinema'), 404, 'NOT_FOUND'],
    [
      'a key for other things',
      async () => {
        const { globalId } = gateway.gateway.catalogue.current().partnerByCode('brewer')!;
        return (await new PartnerStory(gateway).createKey(globalId, ['OFFERS_WRITE'])).key;
      },
      403,
      'FORBIDDEN',
    ],
  ])('%s is turned away', async (_who, by, status, code) => {
    const answer = await upload(codes(3), await by());
    expect(answer).toMatchObject({ status, body: { errors: [{ extensions: { code } }] } });
  });

  test('an offer of another partner looks like none, and one without a pool takes no codes', async () => {
    const asked = ['offer_00000000000070008000000000000000', 'nonsense', gateway.itemId('film')];
    for (const item of asked) expect((await upload(codes(1), undefined, { item })).status).toBe(404);
    expect((await upload(codes(1), undefined, { item: gateway.itemId('plain') })).status).toBe(409);
    expect((await upload(codes(1), OPERATIONS, { item: gateway.itemId('film') })).status).toBe(200);
  });

  test('the same codes again add nothing; with their digest, they are not even looked at', async () => {
    const body = codes(100);
    expect((await upload(body)).body).toMatchObject({ added: 100, resumedAt: 0 });
    expect((await upload(body)).body).toMatchObject({ added: 0, duplicates: 100, resumedAt: 0 });
    const headers = { 'content-digest': digestOf(body) };
    expect((await upload(body, undefined, { headers })).body).toMatchObject({ added: 0, duplicates: 100 });
    expect((await upload(body, undefined, { headers })).body).toMatchObject({ added: 0, resumedAt: 100 });
  });

  test('a digest of another body is told, no body is an empty file, and only lines are taken', async () => {
    const wrong = { 'content-digest': digestOf('something else') };
    expect((await upload(codes(2), undefined, { headers: wrong })).status).toBe(422);
    expect((await upload(codes(2), undefined, { headers: { 'content-digest': 'md5=:YQ==:' } })).status).toBe(400);
    expect(await upload(undefined)).toMatchObject({ status: 200, body: { lines: 0, added: 0 } });
    // The message names what is taken here: a form is what a shell sends when nobody says the type.
    for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
      const answer = await upload('{}', undefined, { headers: { 'content-type': type } });
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([
        415,
        expect.stringContaining('Content-Type: text/csv`'),
      ]);
      expect(JSON.stringify(answer.body)).not.toContain('json');
    }
  });

  test('what is larger than any other request may be is taken here, and nowhere else', async () => {
    const body = codes(40_000);
    expect(body.length).toBeGreaterThan(gateway.gateway.config.limits.bodyBytes);
    expect((await upload(body)).body).toMatchObject({ lines: 40_000, added: 40_000 });
    expect((await gateway.post(body)).status).toBe(413);
  }, 60_000);

  test('an upload that breaks off leaves whole batches, and goes on there', async () => {
    const lines = codes(2 * BATCH + 10).split('\n');
    const [body, sent] = [lines.join('\n'), lines.slice(0, BATCH + 2_000).join('\n')];
    const { added } = await brokenOff(sent, digestOf(body));
    expect(added).toBe(BATCH);
    const { body: report } = await upload(body, undefined, { headers: { 'content-digest': digestOf(body) } });
    expect(report).toMatchObject({ lines: lines.length, added: lines.length, duplicates: 0, resumedAt: BATCH });
  }, 60_000);

  /** Sends the text, waits until the first batch is in, and hangs up; answers how many were added by then. */
  async function brokenOff(text: string, digest: string): Promise<{ added: number }> {
    const { id } = gateway.gateway.catalogue.current().offerByCode('latte')!;
    const loaded = async () => (await gateway.gateway.pools.state(id))?.loaded ?? 0;
    const before = await loaded();
    const headers = {
      authorization: `Bearer ${await gateway.token(partnerOf('brewer'))}`,
      'content-type': 'text/csv',
      'content-digest': digest,
      'transfer-encoding': 'chunked',
    };
    const url = `${gateway.url}/partner/offers/${gateway.itemId('latte')}/codes`;
    const request = httpRequest(url, { method: 'POST', headers });
    const hungUp = new Promise((resolve) => request.once('error', resolve));
    request.write(text);
    const begun = performance.now();
    while ((await loaded()) < before + BATCH) {
      expect(performance.now() - begun).toBeLessThan(20_000);
      // The embedded database answers at once, so that nothing else would get its turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    request.destroy(new Error('hung up'));
    await hungUp;
    return { added: (await loaded()) - before };
  }
});
