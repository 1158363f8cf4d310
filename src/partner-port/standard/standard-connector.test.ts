// The standard connector: what each answer means, what is sent, and that sequences of calls end as a naive model says.
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { loopbackTransport } from '../../../test/support/loopback-transport';
import { simulatedPartner } from '../../../test/support/simulated-partner';
import { type Clock, DAY, ManualClock, systemClock } from '../../kernel/clock';
import { newId } from '../../kernel/id';
import { type Connector, type IssueRequest, OPERATIONS, type Outcome } from '../connector';
import { newSigningSecret, signatureFault } from '../signature';
import type { NoReply, PartnerReply, PartnerRequest } from '../transport';
import { signedBodyOfGet } from './signed-request';
import { standardConnector } from './standard-connector';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const STILL = new ManualClock(NOW);
const ID = newId(NOW);
const SECRET = newSigningSecret();
const call = { signal: AbortSignal.timeout(60_000) };
const REQUEST: IssueRequest = {
  redemptionId: ID,
  offerRef: 'latte',
  memberRef: 'm_1',
  claimedAt: NOW,
  expiresAt: NOW + 7 * DAY,
  faceValue: { amount: 1_800, currency: 'CNY' },
};
const ISSUED = { redemptionId: ID, state: 'ISSUED', partnerRef: 'CC-1', code: 'BREW-1' };
const notFound = { error: { code: 'REDEMPTION_NOT_FOUND', message: 'Never heard of it.' } };
const decline = { redemptionId: ID, reason: 'OUT_OF_STOCK', message: 'Gone.' };

/** A connector to a partner that gives one answer, and what it was sent. */
function answering(status: number, body: unknown, headers: Record<string, string> = {}, clock: Clock = STILL) {
  const sent: PartnerRequest[] = [];
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const reply: PartnerReply = {
    kind: 'REPLY',
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: text,
  };
  return { sent, connector: connectorOver(reply, sent, clock) };
}

function connectorOver(reply: PartnerReply | NoReply, sent: PartnerRequest[] = [], clock: Clock = STILL): Connector {
  return standardConnector(
    { baseUrl: 'https://partner.example/perkgate/', signingSecret: 'signing', operations: OPERATIONS },
    {
      secrets: new Map([['signing', `${SECRET} ${newSigningSecret()}`]]),
      clock,
      transport: {
        send: async (request) => {
          sent.push(request);
          return reply;
        },
      },
    },
  );
}

const brief = (outcome: Outcome<unknown>) => {
  if (outcome.kind === 'CONFIRMED') return outcome.value;
  return outcome.kind === 'DECLINED' ? `DECLINED ${outcome.reason}` : `UNKNOWN ${outcome.cause}`;
};

describe('what an answer means', () => {
  const coupon = { partnerRef: 'CC-1', code: 'BREW-1' };
  test.each<[string, number, unknown, unknown]>([
    ['201', 201, ISSUED, coupon],
    ['200 to a repeat', 200, ISSUED, coupon],
    ['200, used meanwhile', 200, { ...ISSUED, state: 'USED', usedAt: '2026-11-24T09:00:00Z' }, coupon],
    ['200, cancelled meanwhile', 200, { ...ISSUED, state: 'CANCELLED' }, 'DECLINED ENDED'],
    ['an earlier end', 201, { ...ISSUED, expiresAt: '2026-11-25T08:00:00Z' }, { ...coupon, expiresAt: NOW + DAY }],
    ['a later end', 201, { ...ISSUED, expiresAt: '2030-01-01T00:00:00Z' }, { ...coupon, expiresAt: NOW + 7 * DAY }],
    ['202', 202, { redemptionId: ID, state: 'PENDING' }, 'UNKNOWN PENDING'],
    ['409', 409, decline, 'DECLINED OUT_OF_STOCK'],
    ['409 for another redemption', 409, { ...decline, redemptionId: 'f'.repeat(32) }, 'UNKNOWN UNREADABLE'],
    ['409 in another form', 409, { reason: 'no' }, 'UNKNOWN UNREADABLE'],
    ['400', 400, { error: { code: 'BAD_REQUEST', message: 'What?' } }, 'DECLINED OTHER'],
    ["400 of somebody's proxy", 400, '<html>', 'UNKNOWN UNREADABLE'],
    ['422', 422, { error: { code: 'IDEMPOTENCY_CONFLICT', message: 'Other.' } }, 'UNKNOWN PARTNER_ERROR'],
    ['404', 404, notFound, 'UNKNOWN PARTNER_ERROR'],
    ['401', 401, {}, 'UNKNOWN UNAUTHORIZED'],
    ['403', 403, {}, 'UNKNOWN UNAUTHORIZED'],
    ['429', 429, {}, 'UNKNOWN PARTNER_ERROR'],
    ['503', 503, '', 'UNKNOWN PARTNER_ERROR'],
    ['302', 302, '', 'UNKNOWN UNREADABLE'],
    ['204', 204, '', 'UNKNOWN UNREADABLE'],
    ['another redemption', 201, { ...ISSUED, redemptionId: 'f'.repeat(32) }, 'UNKNOWN UNREADABLE'],
    ['no partnerRef', 201, { redemptionId: ID, state: 'ISSUED' }, 'UNKNOWN UNREADABLE'],
  ])('issue: %s', async (_what, status, body, wanted) => {
    expect(brief(await answering(status, body).connector.issue(REQUEST, call))).toEqual(wanted);
  });

  test.each<[string, number, unknown, unknown]>([
    ['200', 200, ISSUED, { state: 'ISSUED', issued: coupon }],
    ['200, pending', 200, { redemptionId: ID, state: 'PENDING' }, { state: 'PENDING' }],
    [
      '200, declined',
      200,
      { redemptionId: ID, state: 'DECLINED', reason: 'ENDED' },
      { state: 'DECLINED', reason: 'ENDED' },
    ],
    ['404 of the protocol', 404, notFound, { state: 'ABSENT' }],
    ["404 of somebody's proxy", 404, '<html>not found</html>', 'UNKNOWN UNREADABLE'],
    ['404 with another code', 404, { error: { code: 'NO_SUCH_PATH', message: '' } }, 'UNKNOWN PARTNER_ERROR'],
  ])('status: %s', async (_what, status, body, wanted) => {
    expect(brief(await answering(status, body).connector.status(REQUEST, call))).toEqual(wanted);
  });

  test.each<[string, number, unknown, unknown]>([
    ['200', 200, { ...ISSUED, state: 'CANCELLED' }, { state: 'CANCELLED', issued: coupon }],
    ['200, but issued', 200, ISSUED, 'UNKNOWN UNREADABLE'],
    ['200, but used', 200, { ...ISSUED, state: 'USED' }, 'DECLINED ALREADY_USED'],
    ['409', 409, { ...decline, reason: 'ALREADY_USED' }, 'DECLINED ALREADY_USED'],
    ['404', 404, notFound, { state: 'ABSENT' }],
  ])('cancel: %s', async (_what, status, body, wanted) => {
    expect(brief(await answering(status, body).connector.cancel(REQUEST, call))).toEqual(wanted);
  });

  test('availability: what is missing cannot be had, what was not asked is dropped, nothing stands twice', async () => {
    const [latte, mocha, tea] = [
      { offerRef: 'latte', available: true, left: 3 },
      { offerRef: 'mocha', available: true },
      { offerRef: 'tea', available: true },
    ];
    const { connector } = answering(200, { availability: [tea, latte] });
    expect(brief(await connector.availability(['latte', 'mocha', 'latte'], call))).toEqual([
      latte,
      { offerRef: 'mocha', available: false },
    ]);
    const twice = answering(200, { availability: [mocha, { ...mocha, available: false }] }).connector;
    expect(brief(await twice.availability(['mocha'], call))).toBe('UNKNOWN UNREADABLE');
  });

  test('another content type is unreadable, and what the transport could not do is handed on', async () => {
    const html = answering(200, ISSUED, { 'content-type': 'text/html' }).connector;
    expect(brief(await html.status(REQUEST, call))).toBe('UNKNOWN UNREADABLE');
    const away = connectorOver({ kind: 'NO_REPLY', cause: 'UNREACHABLE', message: 'refused' });
    expect(await away.issue(REQUEST, call)).toMatchObject({ kind: 'UNKNOWN', cause: 'UNREACHABLE', sent: false });
  });

  test('a card: its state, none at all, or that of somebody else', async () => {
    const card = { memberRef: 'm_1', state: 'ACTIVE', validUntil: '2026-11-25T08:00:00Z' };
    const of = (status: number, body: unknown) =>
      answering(status, body).connector.cardStatus!('m_1', call).then(brief);
    expect(await of(200, card)).toEqual({ state: 'ACTIVE', validUntil: NOW + DAY });
    expect(await of(404, { error: { code: 'CARD_NOT_FOUND', message: '' } })).toEqual({ state: 'ABSENT' });
    expect(await of(404, '<html>')).toBe('UNKNOWN UNREADABLE');
    expect(await of(200, { ...card, memberRef: 'm_2' })).toBe('UNKNOWN UNREADABLE');
  });

  test('a catalogue: its pages, and one that leads back to itself', async () => {
    const page = {
      offers: [{ offerRef: 'latte', title: 'Latte', validUntil: '2026-11-25T08:00:00Z' }],
      nextCursor: '50',
    };
    const { connector, sent } = answering(200, page);
    expect(brief(await connector.catalogue!(undefined, call))).toEqual({
      offers: [{ offerRef: 'latte', title: 'Latte', validUntil: NOW + DAY }],
      nextCursor: '50',
    });
    expect(brief(await connector.catalogue!('50', call))).toBe('UNKNOWN UNREADABLE');
    expect(sent.map(({ url }) => url)).toEqual([
      'https://partner.example/perkgate/offers',
      'https://partner.example/perkgate/offers?cursor=50',
    ]);
  });
});

describe('what is sent', () => {
  const verify = ({ headers, body, url }: PartnerRequest, secret: string) => {
    const { pathname, search } = new URL(url);
    return signatureFault([secret], headers, body ?? signedBodyOfGet(pathname + search), NOW);
  };

  test('an issue has its id as idempotency key, and the content that the document says', async () => {
    const { connector, sent } = answering(201, ISSUED);
    await connector.issue(REQUEST, call);
    expect(sent).toMatchObject([{ method: 'POST', url: 'https://partner.example/perkgate/redemptions' }]);
    expect(sent[0]?.headers).toMatchObject({ 'idempotency-key': ID, 'content-type': 'application/json' });
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      type: 'issue',
      ...REQUEST,
      claimedAt: '2026-11-24T08:00:00.000Z',
      expiresAt: '2026-12-01T08:00:00.000Z',
    });
  });

  test('each request is signed with every secret of ours, and has an id of its own', async () => {
    const { connector, sent } = answering(200, ISSUED);
    await connector.issue(REQUEST, call);
    await connector.issue(REQUEST, call);
    await connector.status(REQUEST, call);
    await connector.cancel({ ...REQUEST, partnerRef: 'CC-1' }, call);
    await connector.catalogue!('a b/c?', call);
    expect(sent.map((request) => verify(request, SECRET))).toEqual(sent.map(() => undefined));
    expect(sent.map((request) => verify(request, newSigningSecret()))).toEqual(sent.map(() => 'WRONG'));
    for (const { headers } of sent) expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(5);
  });

  test("a partner's library of Standard Webhooks takes it, of a GET as of a POST", async () => {
    const { connector, sent } = answering(200, ISSUED, {}, systemClock);
    await connector.issue(REQUEST, call);
    await connector.status(REQUEST, call);
    const library = new Webhook(SECRET);
    const [post, get] = sent as [PartnerRequest, PartnerRequest];
    expect(library.verify(post.body!, post.headers)).toMatchObject({ type: 'issue', redemptionId: ID });
    const line = `{"method":"GET","path":"/perkgate/redemptions/${ID}"}`;
    expect(library.verify(line, get.headers)).toMatchObject({ method: 'GET' });
    expect(() => library.verify(line.replace('GET', 'PUT'), get.headers)).toThrow();
  });

  test('no more than 100 offers are asked for at once, and for none nothing is sent', async () => {
    const { connector, sent } = answering(200, { availability: [] });
    await connector.availability([], call);
    expect(sent).toEqual([]);
    const offerRefs = Array.from({ length: 201 }, (_, at) => `offer-${at}`);
    expect(await connector.availability(offerRefs, call)).toMatchObject({ value: { length: 201 } });
    expect(sent.map(({ body }) => (JSON.parse(body ?? '') as { offerRefs: string[] }).offerRefs.length)).toEqual([
      100, 100, 1,
    ]);
  });

  test('without the secret nothing is sent', async () => {
    const parts = { secrets: new Map(), clock: new ManualClock(NOW), transport: { send: () => Promise.reject() } };
    const manifest = { baseUrl: 'https://partner.example', signingSecret: 'signing', operations: OPERATIONS };
    const outcome = await standardConnector(manifest, parts).issue(REQUEST, call);
    expect(outcome).toMatchObject({ kind: 'UNKNOWN', cause: 'NOT_TRIED', sent: false });
  });
});

describe('against a partner', () => {
  test('the secret changes without a gap, whichever side is first', async () => {
    const [old, next] = [newSigningSecret(), newSigningSecret()];
    const ours: Record<string, string> = { 'before it': old, 'during it': `${old} ${next}`, 'after it': next };
    const theirs = [[old], [old, next], [next]];
    const found: Record<string, string[]> = {};
    for (const secrets of theirs) {
      const { simulator, suite } = await simulatedPartner({ secrets });
      for (const [when, value] of Object.entries(ours)) {
        const manifest = { baseUrl: simulator.url, signingSecret: 's', operations: OPERATIONS };
        const parts = { secrets: new Map([['s', value]]), clock: suite.clock, transport: loopbackTransport };
        const outcome = await standardConnector(manifest, parts).status({ ...REQUEST, redemptionId: ID }, call);
        found[when] = [...(found[when] ?? []), outcome.kind];
      }
      await simulator.close();
    }
    expect(found).toEqual({
      'before it': ['CONFIRMED', 'CONFIRMED', 'UNKNOWN'],
      'during it': ['CONFIRMED', 'CONFIRMED', 'CONFIRMED'],
      'after it': ['UNKNOWN', 'CONFIRMED', 'CONFIRMED'],
    });
  });

  test('any sequence of issues, look-ups, uses and cancels ends as a naive model says', async () => {
    const clock = new ManualClock(NOW);
    const offers = [
      { offerRef: 'few', title: 'Few', left: 3 },
      { offerRef: 'many', title: 'Many' },
    ];
    const step = fc.record({
      what: fc.constantFrom('issue', 'status', 'cancel', 'use'),
      redemption: fc.nat(4),
      offerRef: fc.constantFrom('few', 'many', 'none'),
    });
    const { simulator, suite } = await simulatedPartner({ clock, offers });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await simulator.setStock('few', 3);
        const model = new Model(3);
        const ids = Array.from({ length: 5 }, () => newId(NOW));
        for (const { what, redemption, offerRef } of steps) {
          const redemptionId = ids[redemption]!;
          const request = { ...REQUEST, redemptionId, offerRef };
          const found = await didAtPartner(what, request);
          expect([what, found]).toEqual([what, model.does(what, redemptionId, offerRef)]);
        }
      }),
      { numRuns: 60 },
    );
    await simulator.close();

    async function didAtPartner(what: string, request: IssueRequest): Promise<string> {
      if (what === 'use') return (await simulator.use(request.redemptionId)) ? 'USED' : 'NO';
      const outcome: Outcome<object> = await suite.connector[what as 'issue' | 'status' | 'cancel'](request, call);
      if (outcome.kind === 'UNKNOWN') return outcome.cause;
      if (outcome.kind === 'DECLINED') return outcome.reason;
      return 'state' in outcome.value ? String(outcome.value.state) : 'COUPON';
    }
  });
});

/** What a partner should do, with nothing of how: a state and an offer for each id, and a count. */
class Model {
  private readonly states = new Map<string, { state: string; offerRef: string; reason?: string }>();
  private readonly cancelledEarly = new Set<string>();

  constructor(private left: number) {}

  does(what: string, id: string, offerRef: string): string {
    const known = this.states.get(id);
    switch (what) {
      case 'issue':
        return known ? this.again(known, offerRef) : this.first(id, offerRef);
      case 'status':
        return known?.state ?? 'ABSENT';
      case 'use':
        if (known?.state === 'ISSUED') known.state = 'USED';
        return known?.state === 'USED' ? 'USED' : 'NO';
      default:
        return this.cancel(id);
    }
  }

  private first(id: string, offerRef: string): string {
    const none = offerRef === 'none' ? 'NOT_FOUND' : offerRef === 'few' && this.left === 0 ? 'OUT_OF_STOCK' : undefined;
    const reason = this.cancelledEarly.has(id) ? 'ENDED' : none;
    this.states.set(id, { state: reason ? 'DECLINED' : 'ISSUED', offerRef, reason });
    if (!reason && offerRef === 'few') this.left -= 1;
    return reason ?? 'COUPON';
  }

  private again(known: { state: string; offerRef: string; reason?: string }, offerRef: string): string {
    if (known.offerRef !== offerRef) return 'PARTNER_ERROR';
    if (known.reason) return known.reason;
    return known.state === 'CANCELLED' ? 'ENDED' : 'COUPON';
  }

  private cancel(id: string): string {
    const known = this.states.get(id);
    if (!known) {
      this.cancelledEarly.add(id);
      return 'ABSENT';
    }
    if (known.state === 'USED') return 'ALREADY_USED';
    if (known.state === 'ISSUED') {
      known.state = 'CANCELLED';
      if (known.offerRef === 'few') this.left += 1;
    }
    return known.state;
  }
}
