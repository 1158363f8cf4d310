// Connectors by manifest, at a partner on loopback: what they send, and what they make of each kind of answer.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call, connectorOf, ISSUE, ISSUED, NOW } from '../../../test/support/declarative-scene';
import { type Scripted, ScriptedPartner } from '../../../test/support/scripted-partner';

const EXPIRES = ISSUE.expiresAt;
let partner: ScriptedPartner;

beforeAll(async () => {
  partner = await ScriptedPartner.open();
});
afterAll(() => partner.close());

function teaHouse(changes: object = {}): object {
  const coupon = { state: '= body.state', partnerRef: '= body.id', code: '= body.code', usedAt: '= body.usedAt' };
  return {
    kind: 'HTTP',
    slug: 'tea-house',
    name: 'Tea house',
    baseUrl: `${partner.url}/api`,
    settings: { shop: 'main street' },
    idempotency: { honoured: true, header: 'Idempotency-Key' },
    errors: [
      { status: [404], means: 'ABSENT' },
      {
        status: [409],
        test: "= body.error = 'sold out'",
        means: 'DECLINED',
        reason: 'OUT_OF_STOCK',
        message: '= body.error',
      },
      { status: [202], means: 'PENDING' },
      { status: ['5xx'], test: "= body.error = 'lost'", means: 'UNKNOWN', message: '= body.error' },
      { status: [410], means: 'ANSWER' },
    ],
    operations: {
      availability: {
        requests: [{ method: 'GET', path: '/stock', query: { offer: '= offerRefs', shop: '= settings.shop' } }],
        answer: '= [body.stock.{"offerRef": id, "left": left}]',
      },
      issue: {
        requests: [
          {
            method: 'POST',
            path: '/offers/{offerRef}/coupons',
            headers: { 'X-Shop': '= settings.shop' },
            body: {
              id: '= redemptionUuid',
              until: '= $fromMillis(expiresAt)',
              cents: '= faceValue.amount',
              fixed: [1, '= 2'],
            },
          },
        ],
        answer: { partnerRef: '= body.id', code: '= body.code', link: '= body.link', expiresAt: '= body.until' },
      },
      status: { requests: [{ method: 'GET', path: '/coupons/{redemptionId}' }], answer: coupon },
      cancel: {
        requests: [{ method: 'DELETE', path: '/coupons/{partnerRef}' }],
        answer: { state: "= status = 410 ? 'CANCELLED' : body.state", partnerRef: '= body.id' },
      },
      cardStatus: {
        requests: [{ method: 'GET', path: '/cards/{memberRef}' }],
        answer: { state: '= body.state', validUntil: '= body.until' },
      },
    },
    ...changes,
  };
}

describe('what is sent', () => {
  test('is made of the templates', async () => {
    partner.play(() => ({ status: 201, body: { id: 'r-9', code: 'TEA-1' } }));
    await connectorOf(teaHouse()).issue({ ...ISSUE, offerRef: 'green tea/à ?#' }, call());
    expect(partner.received).toEqual([
      {
        method: 'POST',
        path: '/api/offers/green%20tea%2F%C3%A0%20%3F%23/coupons',
        headers: expect.objectContaining({
          'content-type': 'application/json',
          accept: 'application/json',
          'x-shop': 'main street',
          'idempotency-key': ISSUE.redemptionId,
        }),
        body: JSON.stringify({
          id: '019bd5c0-a1b2-7c3d-8e4f-5a6b7c8d9e00',
          until: '2026-01-16T08:00:00.000Z',
          cents: 1500,
          fixed: [1, 2],
        }),
      },
    ]);
  });

  test('has a query with a value for each item of a list', async () => {
    partner.play(() => ({ body: { stock: { id: 'latte', left: 3 } } }));
    await connectorOf(teaHouse()).availability(['latte', 'a&b'], call());
    expect(partner.received[0]?.path).toBe('/api/stock?offer=latte&offer=a%26b&shop=main+street');
  });
});

describe('issue', () => {
  const request = async (answer: Scripted) => {
    partner.play(() => answer);
    return await connectorOf(teaHouse()).issue(ISSUE, call());
  };

  test.each<[string, Scripted, object]>([
    ['a code', { body: { id: 'r-9', code: 'TEA-1' } }, { partnerRef: 'r-9', code: 'TEA-1' }],
    ['numbers for texts', { body: { id: 7, code: 12345 } }, { partnerRef: '7', code: '12345' }],
    [
      'a link',
      { body: { id: 'r', link: 'https://tea.example/c/1' } },
      { partnerRef: 'r', link: 'https://tea.example/c/1' },
    ],
    [
      'an earlier end',
      { body: { id: 'r', code: 'c', until: '2026-01-15T20:00:00+08:00' } },
      { expiresAt: NOW + 14_400_000 },
    ],
    ['a later end than asked', { body: { id: 'r', code: 'c', until: EXPIRES + 1 } }, { expiresAt: EXPIRES }],
  ])('is confirmed with %s', async (_what, answer, value) => {
    expect(await request(answer)).toMatchObject({ kind: 'CONFIRMED', value });
  });

  test.each<[string, Scripted, object]>([
    ['a rule', { status: 409, body: { error: 'sold out' } }, { reason: 'OUT_OF_STOCK', message: 'sold out' }],
    ['an offer that is not there', { status: 404 }, { reason: 'NOT_FOUND' }],
  ])('is declined by %s', async (_what, answer, outcome) => {
    expect(await request(answer)).toMatchObject({ kind: 'DECLINED', ...outcome });
  });

  test.each<[string, Scripted, string]>([
    ['neither code nor link', { body: { id: 'r-9' } }, 'UNREADABLE'],
    ['no id', { body: { code: 'TEA-1' } }, 'UNREADABLE'],
    ['an empty id', { body: { id: '', code: 'TEA-1' } }, 'UNREADABLE'],
    ['an id that is a list', { body: { id: ['a', 'b'], code: 'TEA-1' } }, 'UNREADABLE'],
    ['a code with a line break', { body: { id: 'r', code: 'a\nb' } }, 'UNREADABLE'],
    ['a link that runs', { body: { id: 'r', link: 'javascript:alert(1)' } }, 'UNREADABLE'],
    ['a link with a user', { body: { id: 'r', link: 'https://tea.example@evil.example/' } }, 'UNREADABLE'],
    ['a time without an offset', { body: { id: 'r', code: 'c', until: '2026-01-15T20:00:00' } }, 'UNREADABLE'],
    ['a text', { body: '"yes"' }, 'UNREADABLE'],
    ['no body', { status: 200 }, 'UNREADABLE'],
    ['a page', { headers: { 'content-type': 'text/html' }, body: '<p>welcome</p>' }, 'UNREADABLE'],
    ['half of it', { body: '{"id":"r-9","code":' }, 'UNREADABLE'],
    ['a thousand brackets', { body: '['.repeat(1_000) + ']'.repeat(1_000) }, 'UNREADABLE'],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example' } }, 'UNREADABLE'],
    ['another conflict', { status: 409, body: { error: 'busy' } }, 'UNREADABLE'],
    ['no leave', { status: 403, body: {} }, 'UNAUTHORIZED'],
    ['too many requests', { status: 429 }, 'PARTNER_ERROR'],
    ['a fault', { status: 500, body: '<p>oops</p>' }, 'PARTNER_ERROR'],
    ['a fault by a rule', { status: 500, body: { error: 'lost' } }, 'PARTNER_ERROR'],
    ['work that goes on', { status: 202 }, 'PENDING'],
    ['a broken connection', { isBroken: true }, 'BROKEN_OFF'],
  ])('is unknown after %s', async (_what, answer, cause) => {
    expect(await request(answer)).toMatchObject({ kind: 'UNKNOWN', cause, sent: true });
  });

  test('was not sent when nobody listens', async () => {
    const gone = await ScriptedPartner.open();
    const connector = connectorOf(teaHouse({ baseUrl: gone.url }));
    await gone.close();
    expect(await connector.issue(ISSUE, call())).toMatchObject({ kind: 'UNKNOWN', cause: 'UNREACHABLE', sent: false });
  });
});

describe('status', () => {
  const read = async (answer: Scripted, redemption: object = {}) => {
    partner.play(() => answer);
    return await connectorOf(teaHouse()).status({ ...ISSUED, ...redemption }, call());
  };
  const unseen = { partnerRef: undefined };

  test.each<[string, Scripted, object]>([
    ['ABSENT by a rule', { status: 404 }, { state: 'ABSENT' }],
    ['PENDING by a rule', { status: 202 }, { state: 'PENDING' }],
    [
      'ISSUED',
      { body: { state: 'ISSUED', id: 'r-9', code: 'c' } },
      { state: 'ISSUED', issued: { partnerRef: 'r-9', code: 'c' } },
    ],
    ['USED', { body: { state: 'USED', usedAt: NOW } }, { state: 'USED', usedAt: NOW, issued: { partnerRef: 'r-9' } }],
    ['EXPIRED', { body: { state: 'EXPIRED' } }, { state: 'EXPIRED', issued: { partnerRef: 'r-9' } }],
    ['DECLINED', { body: { state: 'DECLINED' } }, { state: 'DECLINED', reason: 'OTHER' }],
  ])('tells %s', async (_state, answer, value) => {
    expect(await read(answer)).toEqual({ kind: 'CONFIRMED', value });
  });

  test.each<[string, Scripted, object]>([
    ['another id', { body: { state: 'ISSUED', id: 'r-10', code: 'c' } }, {}],
    ['a state of its own', { body: { state: 'BURNT' } }, {}],
    ['no state', { body: {} }, {}],
    ['no id where none is known', { body: { state: 'ISSUED', code: 'c' } }, unseen],
    ['no code where none is known', { body: { state: 'ISSUED', id: 'r-9' } }, unseen],
  ])('is unknown after %s', async (_what, answer, redemption) => {
    expect(await read(answer, redemption)).toMatchObject({ kind: 'UNKNOWN', cause: 'UNREADABLE' });
  });
});

describe('the other operations', () => {
  test('cancel reads a status of its own as done', async () => {
    partner.play(() => ({ status: 410 }));
    const outcome = await connectorOf(teaHouse()).cancel(ISSUED, call());
    expect(outcome).toEqual({ kind: 'CONFIRMED', value: { state: 'CANCELLED', issued: { partnerRef: 'r-9' } } });
    expect(partner.received[0]?.headers['idempotency-key']).toBe(`${ISSUE.redemptionId}-cancel`);
  });

  test('cancel sends nothing when its path has no value', async () => {
    partner.play(() => ({ status: 410 }));
    const outcome = await connectorOf(teaHouse()).cancel({ ...ISSUED, partnerRef: undefined }, call());
    expect(outcome).toMatchObject({ kind: 'UNKNOWN', cause: 'NOT_TRIED', sent: false });
    expect(partner.received).toEqual([]);
  });

  test('availability keeps to the offers that were asked for', async () => {
    const stock = [
      { id: 'latte', left: 0 },
      { id: 'mocha', left: 5 },
      { id: 'chai', left: 2 },
    ];
    partner.play(() => ({ body: { stock } }));
    const outcome = await connectorOf(teaHouse()).availability(['latte', 'chai', 'none'], call());
    expect(outcome).toEqual({
      kind: 'CONFIRMED',
      value: [
        { offerRef: 'latte', available: false, left: 0 },
        { offerRef: 'chai', available: true, left: 2 },
      ],
    });
  });

  test.each([-1, 1.5, '3', null])('availability is unknown when %p are left', async (left) => {
    partner.play(() => ({ body: { stock: [{ id: 'latte', left }] } }));
    expect(await connectorOf(teaHouse()).availability(['latte'], call())).toMatchObject({ cause: 'UNREADABLE' });
  });

  test('availability by single offers tells what it could find out', async () => {
    const operations = {
      availability: {
        perOffer: true,
        requests: [{ method: 'GET', path: '/stock/{offerRef}' }],
        answer: { left: '= body.left' },
      },
    };
    const connector = connectorOf(teaHouse({ operations }));
    partner.play(({ path }) => {
      if (path.endsWith('/gone')) return { status: 404 };
      return path.endsWith('/bad') ? { status: 500 } : { body: { left: 4 } };
    });
    const found = await connector.availability(['latte', 'gone', 'bad', 'latte'], call());
    expect(found).toMatchObject({ kind: 'CONFIRMED' });
    expect('value' in found && [...found.value].sort((a, b) => a.offerRef.localeCompare(b.offerRef))).toEqual([
      { offerRef: 'gone', available: false },
      { offerRef: 'latte', available: true, left: 4 },
    ]);
    expect(partner.received).toHaveLength(3);
    expect(await connector.availability(['bad'], call())).toMatchObject({ kind: 'UNKNOWN', cause: 'PARTNER_ERROR' });
  });

  test.each<[Scripted, object]>([
    [
      { body: { state: 'ACTIVE', until: EXPIRES } },
      { kind: 'CONFIRMED', value: { state: 'ACTIVE', validUntil: EXPIRES } },
    ],
    [{ status: 404 }, { kind: 'CONFIRMED', value: { state: 'ABSENT' } }],
    [{ body: { state: 'GOLD' } }, { kind: 'UNKNOWN', cause: 'UNREADABLE' }],
  ])('cardStatus of %j', async (answer, outcome) => {
    partner.play(() => answer);
    expect(await connectorOf(teaHouse()).cardStatus('m-1', call())).toMatchObject(outcome);
  });

  test('one that the manifest lacks is not tried', async () => {
    const connector = connectorOf(teaHouse());
    expect(connector.operations.has('catalogue')).toBe(false);
    expect(await connector.catalogue(undefined, call())).toMatchObject({ kind: 'UNKNOWN', cause: 'NOT_TRIED' });
  });
});

describe('an operation of two requests', () => {
  const steps = [
    { method: 'POST', path: '/cards', body: { id: '= redemptionId' } },
    { method: 'POST', path: '/cards/{replies[0].body.id}/load', body: { amount: '= faceValue.amount' } },
  ];
  const twice = () => {
    const base = teaHouse() as { operations: Record<string, object> };
    const answer = { partnerRef: '= replies[0].body.id', code: '= body.code' };
    return connectorOf({ ...base, operations: { ...base.operations, issue: { requests: steps, answer } } });
  };

  test('carries the first answer into the second', async () => {
    partner.play(({ path }) => ({ body: path.endsWith('/load') ? { code: 'GIFT' } : { id: 'g 1' } }));
    expect(await twice().issue(ISSUE, call())).toEqual({
      kind: 'CONFIRMED',
      value: { partnerRef: 'g 1', code: 'GIFT' },
    });
    expect(partner.received.map(({ path }) => path)).toEqual(['/api/cards', '/api/cards/g%201/load']);
    expect(partner.received.map(({ headers }) => headers['idempotency-key'])).toEqual([
      ISSUE.redemptionId,
      `${ISSUE.redemptionId}-2`,
    ]);
  });

  test('is not "never sent" when only the second was not', async () => {
    partner.play(() => ({ body: { id: null } }));
    expect(await twice().issue(ISSUE, call())).toMatchObject({ kind: 'UNKNOWN', cause: 'UNREADABLE', sent: true });
  });

  test('may have been sent when nobody listens to the second', async () => {
    const base = teaHouse() as { operations: Record<string, object> };
    const answer = { partnerRef: '= body.id', code: '= body.code' };
    const answers = [
      { kind: 'REPLY', status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":"g"}' },
      { kind: 'NO_REPLY', cause: 'UNREACHABLE', message: 'gone' },
    ] as const;
    let at = 0;
    const transport = { send: async () => answers[at++]! };
    const manifest = { ...base, operations: { ...base.operations, issue: { requests: steps, answer } } };
    const outcome = await connectorOf(manifest, {}, { transport }).issue(ISSUE, call());
    expect(outcome).toEqual({ kind: 'UNKNOWN', cause: 'BROKEN_OFF', sent: true, message: 'gone' });
  });

  test('leaves out one that has no need', async () => {
    const base = teaHouse() as { operations: Record<string, object> };
    const requests = [
      { method: 'GET', path: '/cards/{redemptionId}' },
      { method: 'POST', path: '/cards', when: '= replies[0].body.id = null' },
    ];
    const answer = { partnerRef: '= body.id', code: "= replies[1] = null ? 'old' : 'new'" };
    const connector = connectorOf({ ...base, operations: { ...base.operations, issue: { requests, answer } } });
    partner.play(({ method }) => ({ body: { id: method === 'POST' ? 'g' : null } }));
    expect(await connector.issue(ISSUE, call())).toMatchObject({ value: { partnerRef: 'g', code: 'new' } });
    partner.play(() => ({ body: { id: 'g' } }));
    expect(await connector.issue(ISSUE, call())).toMatchObject({ value: { partnerRef: 'g', code: 'old' } });
    expect(partner.received.map(({ method }) => method)).toEqual(['GET']);
  });

  test('ends at the first that fails', async () => {
    partner.play(() => ({ status: 409, body: { error: 'sold out' } }));
    expect(await twice().issue(ISSUE, call())).toMatchObject({ kind: 'DECLINED' });
    expect(partner.received).toHaveLength(1);
  });
});
