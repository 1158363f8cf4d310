// The demo's brands: their perks are issued by simulated partners, which start with the gateway and forget at its end.
import { readFileSync } from 'node:fs';
import { DemoBrands } from '../../src/demo/demo-brands';
import { ManualClock, MINUTE } from '../../src/kernel/clock';
import { presetPath } from '../../src/program/presets';
import { NOON, TestGateway } from '../support/gateway';
import { plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, outcomeOf, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { BD } from '../support/partner-story';

const PROGRAM = readFileSync(presetPath('jd-plus'), 'utf8');
const KEY = Buffer.alloc(32, 5);
const TURNS = 5;
const COFFEE = 'brewmaro-coffee';

interface ShownPerk {
  readonly title: string;
  readonly availability: { readonly source: string };
  readonly usability: { readonly usable: boolean; readonly reasons: readonly { readonly code: string }[] };
}

eachDatabase((lane) => {
  let clock: ManualClock;
  let brands: DemoBrands;
  let gateway: TestGateway;
  let story: Story;

  const start = async (connect = true): Promise<void> => {
    brands = await DemoBrands.start(clock, KEY);
    const environment = { PARTNER_HOSTS: brands.hosts.join(','), REDEEM_WAIT_MS: '5000' };
    gateway = await TestGateway.start({ url: lane.url, clock, program: PROGRAM, environment });
    if (connect) await brands.connect(gateway.gateway, gateway.url);
    story = new Story(gateway);
  };
  const stop = async (): Promise<void> => {
    await gateway.stop();
    await brands.close();
  };
  beforeEach(async () => {
    clock = new ManualClock(NOON);
    await lane.database.transaction(async (tx) => {
      for (const table of ['partner_connector', 'partner_secret']) await tx.run(`DELETE FROM ${table}`);
    });
  });
  afterEach(async () => {
    await stop();
    await expectBooksInOrder(lane.database);
  });

  const coffeeConnector = async () => {
    const { connectors, catalogue } = gateway.gateway;
    const { id } = catalogue.current().partnerByCode(COFFEE)!;
    return { id, state: (await connectors.of([id])).get(id) };
  };
  const brandUrl = (name: RegExp) => brands.shown.find((brand) => name.test(brand.name))!.url;
  /** What the simulated brand answers to one of the routes that steer it. */
  const steer = async (url: string, method: string, body?: object) => {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(url, { method, ...(body && json) });
    return response.status;
  };

  test('issue their perks, show what they have left, and tell of uses', async () => {
    await start();
    const { who } = await story.holder('plus-year');
    const { perks } = await gateway.run<{ perks: { edges: { node: ShownPerk }[] } }>(who, 'member-home');
    const shown = new Map(perks.edges.map(({ node }) => [node.title, node]));
    expect(shown.get('A latte on the house')).toMatchObject({
      availability: { source: 'LIVE' },
      usability: { usable: true },
    });
    expect(shown.get('A tasting of new beans for two')).toMatchObject({
      availability: { source: 'LIVE' },
      usability: { usable: false, reasons: [{ code: 'OUT_OF_STOCK' }] },
    });
    expect(shown.get('Pawmelia care card for a month')).toMatchObject({ availability: { source: 'LIVE' } });

    const { id, couponCode } = await story.claim(who, 'brewmaro-latte');
    expect(couponCode).toMatch(/^BREW-[0-9A-F]{4}-000001-CODE$/);
    expect(await steer(`${brandUrl(/Brewmaro/)}/use/${id.split('_')[1]}`, 'POST')).toBe(200);
    expect(await gateway.run(who, 'redemption', { id })).toMatchObject({ status: 'USED' });
    expect(outcomeOf(await story.redeem(who, 'brewmaro-tasting'))).toBe('PARTNER_DECLINED');
  });

  test('forget at a restart: no code comes twice, what they do not know is issued again or let go', async () => {
    await start();
    const { who } = await story.holder('plus-year', { tags: ['pet-owner'] });
    const kept = await story.claim(who, 'brewmaro-latte');
    await steer(`${brandUrl(/Pawmelia/)}/faults`, 'PUT', ['issue-then-time-out']);
    const open = await story.claim(who, 'pawmelia-vaccine');
    expect(['HELD', 'UNKNOWN']).toContain(open.status);
    await stop();

    await start();
    // Asked of a redemption that they do not know, brands say so; the gateway asks twice before it has it issued.
    for (let turn = 0; turn < TURNS; turn += 1) {
      clock.advance(MINUTE);
      await gateway.settle();
    }
    expect(await gateway.run(who, 'redemption', { id: open.id })).toMatchObject({ status: 'ISSUED' });
    const { who: other } = await story.holder('plus-year');
    const next = await story.claim(other, 'brewmaro-latte');
    expect(next.couponCode).not.toBe(kept.couponCode);
    expect(await steer(`${brandUrl(/Brewmaro/)}/use/${kept.id.split('_')[1]}`, 'POST')).toBe(409);
    expect(outcomeOf(await story.cancel(who, kept.id))).toBe('CANCELLED');
  });

  test('connected once more write nothing; started beside others take ports of their own', async () => {
    await start();
    const { state } = await coffeeConnector();
    await brands.connect(gateway.gateway, gateway.url);
    expect((await coffeeConnector()).state).toEqual(state);
    const beside = await DemoBrands.start(clock, KEY);
    const both = [...brands.hosts, ...beside.hosts];
    await beside.close();
    expect(new Set(both).size).toBe(4);
    expect(both.every((host) => host.startsWith('127.0.0.1:'))).toBe(true);
  });

  test('leave a connector alone that somebody else set, and partners that are no more', async () => {
    await start(false);
    const { id } = await coffeeConnector();
    const manifest = JSON.stringify({
      kind: 'STANDARD',
      slug: 'own',
      name: 'Own',
      baseUrl: brandUrl(/Brewmaro/),
      signingSecret: 'signing',
    });
    const secrets = [{ name: 'signing', value: `whsec_${Buffer.alloc(24, 1).toString('base64')}` }];
    await gateway.run(BD, 'set-connector', { input: { partner: `partner_${id}`, manifest, secrets } });
    const { state } = await coffeeConnector();
    await brands.connect(gateway.gateway, gateway.url);
    expect(state).toMatchObject({ setBy: 'bd:beatrice' });
    expect((await coffeeConnector()).state).toEqual(state);

    await story.apply(programText({ plans: [plan('plus')] }));
    await expect(brands.connect(gateway.gateway, gateway.url)).resolves.toBeUndefined();
  });
});
