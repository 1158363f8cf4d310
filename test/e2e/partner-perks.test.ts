// Perks whose partners have an API: what each partner says is shown with its age, and none can spoil another's perks.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { type Connector, confirmed, type RemoteAvailability, unknown } from '../../src/partner-port/connector';
import { type GuardedApi, guardConnector } from '../../src/partner-port/guarded-connector';
import { GuardedTransport } from '../../src/partner-port/guarded-transport';
import { NOON, TestGateway, type Who } from '../support/gateway';
import { offer, programText } from '../support/gateway-program';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const PARTNERS = ['brewer', 'florist', 'hanger', 'liar', 'absent', 'stranger', 'silent'];
const byApi = (code: string, partner: string, more: object = {}) =>
  offer(code, { partner, fulfilment: 'PARTNER_API', unitCost: 0, card: 'NONE', ...more });
const OFFERS = [
  offer('own', { unitCost: 0, card: 'NONE' }),
  byApi('latte', 'brewer', { offerRef: 'SKU-1' }),
  byApi('mocha', 'brewer', { stock: 9 }),
  byApi('rose', 'florist'),
  byApi('swing', 'hanger'),
  byApi('tale', 'liar'),
  byApi('ghost', 'absent'),
  byApi('riddle', 'stranger'),
  byApi('secret', 'silent'),
];

const json = (body: unknown) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const head = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}`;
  return `HTTP/1.1 200 OK\r\n${head}\r\n\r\n${text}`;
};

/** A partner on loopback: `answer` says what to write for the ids asked for; nothing means silence. */
class Partner {
  readonly asked: string[][] = [];
  answer: (refs: string[]) => unknown = (refs) => refs.map((offerRef) => ({ offerRef, available: true }));
  api!: GuardedApi;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => {
    this.sockets.add(socket.on('error', () => {}));
    socket.on('data', (request) => {
      const refs = /^GET \/\?refs=(\S+)/.exec(request.toString('latin1'))?.[1]?.split(',') ?? [];
      this.asked.push(refs);
      const said = this.answer(refs);
      if (said !== undefined) socket.write(json(said));
    });
  });

  async start(transport: GuardedTransport): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
    this.api = guardConnector(connectorAt(url, transport), { budgets: { availability: 20_000 } }, systemClock);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }
}

function connectorAt(url: string, transport: GuardedTransport): Connector {
  const other = async () => unknown('NOT_TRIED', 'not in this test');
  return {
    operations: new Set(['availability', 'issue']),
    availability: async (refs, { signal }) => {
      const reply = await transport.send({ method: 'GET', url: `${url}?refs=${refs.join(',')}`, headers: {}, signal });
      if (reply.kind === 'NO_REPLY') return unknown(reply.cause, reply.message);
      try {
        return confirmed(JSON.parse(reply.body) as RemoteAvailability[]);
      } catch {
        return unknown('UNREADABLE', 'no JSON');
      }
    },
    issue: other,
    status: other,
    cancel: other,
  };
}

interface Perk {
  readonly title: string;
  readonly remainingForMe: number | null;
  readonly availability: { source: string; asOf: string };
  readonly usability: { usable: boolean; reasons: { code: string }[] };
}
interface Home {
  readonly externalId: string;
  readonly perks: { edges: { node: Perk }[] };
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  let transport: GuardedTransport;
  let who: Who;
  let brewer: Partner;
  let florist: Partner;
  let others: Partner[];
  const apis = new Map<string, GuardedApi>();
  const codeOf = (id: Id) =>
    PARTNERS.find((code) => gateway.gateway.catalogue.current().partnerByCode(code)?.id === id) ?? '';

  beforeEach(async () => {
    transport = new GuardedTransport({ policy: { allowHttp: true, allow: new Set(['127.0.0.1']) } });
    const [hanger, liar, absent, silent] = [new Partner(), new Partner(), new Partner(), new Partner()];
    brewer = new Partner();
    florist = new Partner();
    hanger.answer = () => undefined;
    liar.answer = () => '<html>it works!</html>';
    others = [hanger, liar, absent, silent];
    const named = { brewer, florist, hanger, liar, absent, silent };
    for (const [code, partner] of Object.entries(named)) {
      await partner.start(transport);
      apis.set(code, partner.api);
    }
    apis.set('silent', { ...silent.api, operations: new Set(['issue']) });
    await absent.stop();
    const program = programText({ partners: PARTNERS, offers: OFFERS });
    const partners = { apiOf: (id: Id) => apis.get(codeOf(id)) };
    gateway = await TestGateway.start({ url: lane.url, program, partners });
    gateway.clock.set(NOON);
    who = await new Story(gateway).member();
  });
  afterEach(async () => {
    await gateway.stop();
    await transport.close();
    for (const partner of [brewer, florist, ...others]) await partner.stop();
    await expectBooksInOrder(lane.database);
  });

  async function home(): Promise<Map<string, Perk>> {
    const { body } = await gateway.ask<{ me: Home }>(who, HOME);
    expect(body.errors).toBeUndefined();
    expect(body.data!.me.externalId).toBe(who.subject);
    return new Map(body.data!.me.perks.edges.map(({ node }) => [node.title.replace('Offer ', ''), node]));
  }

  const HOME = `query Home { me { externalId perks { edges { node {
    title remainingForMe availability { source asOf } usability { usable reasons { code } } } } } } }`;
  const sourcesOf = (perks: ReadonlyMap<string, Perk>) =>
    Object.fromEntries([...perks].map(([code, { availability }]) => [code, availability.source]));

  test('a partner that hangs, one that lies and one that is not there take nothing from the others', async () => {
    const perks = await home();
    expect(sourcesOf(perks)).toEqual({
      own: 'LIVE',
      latte: 'LIVE',
      mocha: 'CACHED',
      rose: 'LIVE',
      swing: 'UNAVAILABLE',
      tale: 'UNAVAILABLE',
      ghost: 'UNAVAILABLE',
      riddle: 'UNAVAILABLE',
      secret: 'LIVE',
    });
    expect([...perks.values()].every(({ usability }) => usability.usable)).toBe(true);
    expect([brewer.asked, florist.asked]).toEqual([[['SKU-1', 'mocha']], [['rose']]]);
    expect(others[3]!.asked).toEqual([]);
  });

  test('a request after the first does not wait for the one that hangs', async () => {
    await home();
    const hanging = others[0]!;
    const before = hanging.asked.length;
    expect(sourcesOf(await home())).toMatchObject({ latte: 'LIVE', swing: 'UNAVAILABLE' });
    // The first call to it is still open, so the second request came and went meanwhile.
    expect([before, hanging.asked.length, hanging.api.health().running]).toEqual([1, 1, 1]);
  });

  test('what the partner has no more of is out of stock, and what it has little of is counted', async () => {
    brewer.answer = () => [
      { offerRef: 'SKU-1', available: false },
      { offerRef: 'mocha', available: true, left: 2 },
    ];
    florist.answer = () => [{ offerRef: 'rose', available: true, left: 0 }];
    const perks = await home();
    const soldOut = { usable: false, reasons: [{ code: 'OUT_OF_STOCK' }] };
    expect(perks.get('latte')).toMatchObject({ remainingForMe: 0, usability: soldOut });
    expect(perks.get('rose')).toMatchObject({ remainingForMe: 0, usability: soldOut });
    expect(perks.get('mocha')).toMatchObject({ remainingForMe: 2, usability: { usable: true } });
  });

  test('what was known is shown with its age while it is asked for again', async () => {
    await home();
    gateway.clock.advance(60_000);
    florist.answer = () => [{ offerRef: 'rose', available: false }];
    const asOf = new Date(NOON).toISOString();
    expect((await home()).get('rose')).toMatchObject({
      availability: { source: 'CACHED', asOf },
      usability: { usable: true },
    });
    const told = async (): Promise<Perk> => {
      const rose = (await home()).get('rose')!;
      return rose.availability.source === 'LIVE' ? rose : told();
    };
    expect(await told()).toMatchObject({ usability: { usable: false, reasons: [{ code: 'OUT_OF_STOCK' }] } });
    expect(florist.asked).toHaveLength(2);
  });
});
