// What partners tell of the stock of their offers by webhook, as members see it: in every process, in any order.
import { type Clock, HOUR, MINUTE, SECOND } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { confirmed, type Operation, type PartnerApi, unknown } from '../../src/partner-port/connector';
import { NOON, partnerOf, TestGateway, type Who } from '../support/gateway';
import { offer, programText } from '../support/gateway-program';
import { Story } from '../support/gateway-story';
import { send, type Taken } from '../support/gateway-webhooks';
import { eachDatabase } from '../support/lanes';

const PARTNERS = ['brewer', 'florist', 'baker'];
const byApi = (code: string, partner: string, more: object = {}) =>
  offer(code, { partner, fulfilment: 'PARTNER_API', unitCost: 0, card: 'NONE', ...more });
const PROGRAM = programText({
  partners: PARTNERS,
  offers: [
    byApi('latte', 'brewer', { offerRef: 'SKU-1' }),
    byApi('rose', 'florist'),
    offer('roll', { partner: 'baker', unitCost: 0, card: 'NONE' }),
  ],
});

/** Answers what it is told to of availability, if it has that operation. */
function apiWith(operations: readonly Operation[], left: () => number | undefined): PartnerApi {
  const nothing = async () => unknown('NOT_TRIED', 'not in this test');
  return {
    operations: new Set(operations),
    availability: async (refs) => {
      const count = left();
      if (count === undefined) return unknown('TIMED_OUT', 'too slow');
      return confirmed(refs.map((offerRef) => ({ offerRef, available: count > 0, left: count })));
    },
    issue: nothing,
    status: nothing,
    cancel: nothing,
    catalogue: nothing,
    cardStatus: nothing,
  };
}

interface Perk {
  readonly title: string;
  readonly remainingForMe: number | null;
  readonly availability: { readonly source: string; readonly asOf: string };
  readonly usability: { readonly usable: boolean };
}
interface Home {
  readonly perks: { readonly edges: readonly { readonly node: Perk }[] };
}
const HOME = `{ me { perks { edges { node {
  title remainingForMe availability { source asOf } usability { usable } } } } } }`;

const iso = (clock: Clock, back = 0) => new Date(clock.now() - back).toISOString();

eachDatabase((lane) => {
  let gateway: TestGateway;
  let who: Who;
  let secrets: readonly string[];
  let floristHas: number | undefined;

  const start = (): Promise<TestGateway> => {
    const apis = new Map([
      ['brewer', apiWith(['issue', 'status', 'cancel'], () => undefined)],
      ['florist', apiWith(['availability', 'issue', 'status', 'cancel'], () => floristHas)],
    ]);
    const codeOf = (id: Id) => PARTNERS.find((code) => gatewayOf().catalogue.current().partnerByCode(code)?.id === id);
    let started: TestGateway | undefined;
    const gatewayOf = () => (started ?? gateway).gateway;
    const partners = { apiOf: (id: Id) => apis.get(codeOf(id) ?? '') };
    return TestGateway.start({ url: lane.url, program: PROGRAM, partners }).then((test) => {
      started = test;
      return test;
    });
  };

  beforeEach(async () => {
    floristHas = 7;
    await lane.database.transaction((tx) => tx.run('DELETE FROM partner_stock'));
    gateway = await start();
    gateway.clock.set(NOON);
    who = await new Story(gateway).member();
    secrets = await Promise.all(['brewer', 'florist', 'baker'].map(secretOf));
  });
  afterEach(() => gateway.stop());

  async function secretOf(code: string): Promise<string> {
    const variables = { direction: 'INCOMING' };
    return (await gateway.run<{ secret: string }>(partnerOf(code), 'rotate-webhook-secret', variables)).secret;
  }

  const tell = (code: string, data: object, timestamp = iso(gateway.clock)): Promise<Taken> =>
    send(gateway, code, JSON.stringify({ type: 'offer.stock', timestamp, data }), { secrets });

  async function perk(title: string, at = gateway): Promise<Perk> {
    const { body } = await at.ask<{ me: Home }>(who, HOME);
    return body.data!.me.perks.edges.map(({ node }) => node).find((node) => node.title.endsWith(title))!;
  }

  test('a partner that is never asked is shown as it told, with the age of its word', async () => {
    expect(await perk('latte')).toMatchObject({ remainingForMe: null, usability: { usable: true } });
    expect(await tell('brewer', { offerRef: 'SKU-1', left: 3 })).toMatchObject({ status: 200 });
    const asOf = iso(gateway.clock);
    expect(await perk('latte')).toMatchObject({ remainingForMe: 3, availability: { source: 'LIVE', asOf } });
    gateway.clock.advance(5 * HOUR);
    expect(await perk('latte')).toMatchObject({ remainingForMe: 3, availability: { source: 'CACHED', asOf } });
    await tell('brewer', { offerRef: 'SKU-1', available: false });
    expect(await perk('latte')).toMatchObject({ remainingForMe: 0, usability: { usable: false } });
    await tell('brewer', { offerRef: 'SKU-1', available: true });
    expect(await perk('latte')).toMatchObject({ remainingForMe: null, usability: { usable: true } });
  });

  test('of messages that come late, twice or from a clock that is ahead, the youngest counts', async () => {
    const [earlier, later] = [iso(gateway.clock, MINUTE), iso(gateway.clock)];
    await tell('brewer', { offerRef: 'SKU-1', left: 0 }, later);
    await tell('brewer', { offerRef: 'SKU-1', left: 9 }, earlier);
    expect(await perk('latte')).toMatchObject({ remainingForMe: 0 });
    await tell('brewer', { offerRef: 'SKU-1', left: 8 }, iso(gateway.clock, -HOUR));
    expect(await perk('latte')).toMatchObject({ remainingForMe: 8 });
    gateway.clock.advance(SECOND);
    await tell('brewer', { offerRef: 'SKU-1', left: 2 });
    expect(await perk('latte')).toMatchObject({ remainingForMe: 2 });
  });

  test('of what a partner answers and what it tells, the younger counts', async () => {
    expect(await perk('rose')).toMatchObject({ remainingForMe: 7 });
    gateway.clock.advance(SECOND);
    await tell('florist', { offerRef: 'rose', left: 0 });
    expect(await perk('rose')).toMatchObject({ remainingForMe: 0, usability: { usable: false } });
    // By a clock of whole seconds that is a little slow, it is younger still than an answer of the same second.
    gateway.clock.advance(10 * SECOND + 400);
    await perk('rose');
    expect(await perk('rose')).toMatchObject({ remainingForMe: 7 });
    gateway.clock.advance(100);
    await tell('florist', { offerRef: 'rose', left: 1 }, iso(gateway.clock, 2_500));
    expect(await perk('rose')).toMatchObject({ remainingForMe: 1 });
    // One that was long on its way is not.
    await tell('florist', { offerRef: 'rose', left: 9 }, iso(gateway.clock, 2_400));
    gateway.clock.advance(10 * SECOND);
    await perk('rose');
    await tell('florist', { offerRef: 'rose', left: 3 }, iso(gateway.clock, 9_000));
    expect(await perk('rose')).toMatchObject({ remainingForMe: 7 });
    // Asked again, since its answer is old by now, it says otherwise.
    gateway.clock.advance(MINUTE);
    floristHas = 5;
    await perk('rose');
    expect(await perk('rose')).toMatchObject({ remainingForMe: 5, availability: { source: 'LIVE' } });
    // While it does not answer, its word fills in for ten minutes.
    floristHas = undefined;
    gateway.clock.advance(HOUR);
    await tell('florist', { offerRef: 'rose', left: 4 });
    expect(await perk('rose')).toMatchObject({ remainingForMe: 4 });
    gateway.clock.advance(HOUR);
    expect(await perk('rose')).toMatchObject({ availability: { source: 'UNAVAILABLE' }, remainingForMe: null });
  });

  test('another process shows it within a second, and so does the next start', async () => {
    const other = await start();
    await tell('brewer', { offerRef: 'SKU-1', left: 6 });
    await other.gateway.toldStock.look();
    expect(await perk('latte', other)).toMatchObject({ remainingForMe: 6 });
    await other.stop();
    const next = await start();
    expect(await perk('latte', next)).toMatchObject({ remainingForMe: 6 });
    await next.stop();
  });

  test('of an offer of another partner, or one that the gateway counts itself, nothing is taken', async () => {
    for (const [code, offerRef] of [
      ['florist', 'SKU-1'],
      ['baker', 'roll'],
      ['brewer', 'sku-1'],
    ] as const) {
      const { status, body } = await tell(code, { offerRef, left: 0 });
      expect([status, body.errors?.[0]?.message]).toEqual([422, 'Your API issues no offer of this offerRef.']);
    }
    expect(await perk('latte')).toMatchObject({ usability: { usable: true } });
    expect(await perk('roll')).toMatchObject({ usability: { usable: true } });
  });
});
