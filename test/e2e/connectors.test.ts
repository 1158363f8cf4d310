// Partners' APIs: set without a deploy, reached within a second from every process, their secrets shown to nobody.
import { PARTNER_SCOPES } from '../../src/kernel/actor';
import { fromGlobalId } from '../../src/kernel/id';
import { newSigningSecret } from '../../src/partner-port/signature';
import { type Simulator, startSimulator } from '../../src/simulator/simulator';
import { AUDITOR, memberOf, operationText, SHOP, TestGateway } from '../support/gateway';
import { programText } from '../support/gateway-program';
import { eachDatabase } from '../support/lanes';
import { BD, PartnerStory, standardManifest } from '../support/partner-story';

const PROGRAM = programText({});
const ALL = [...PARTNER_SCOPES];

eachDatabase((lane) => {
  let simulator: Simulator;
  let gateway: TestGateway;
  let story: PartnerStory;
  let partner: { readonly id: string; readonly code: string };
  let key: string;
  const start = () => {
    const environment = { PARTNER_HOSTS: new URL(simulator.url).host };
    return TestGateway.start({
      url: lane.url,
      program: PROGRAM,
      logLevel: 'trace',
      environment,
      clock: gateway?.clock,
    });
  };
  beforeEach(async () => {
    simulator = await startSimulator({ clock: { now: () => gateway.clock.now() } });
    gateway = await start();
    story = new PartnerStory(gateway);
    partner = await story.approved();
    ({ key } = await story.createKey(partner.id, ALL));
  });
  afterEach(async () => {
    await gateway.stop();
    await simulator.close();
  });

  const set = (manifest: string, secrets: readonly object[] = [], by = key) =>
    story.run<Record<string, unknown>>(by, 'set-connector', { input: { manifest, secrets } });
  const setUp = () => set(standardManifest(simulator.url), [{ name: 'signing', value: simulator.secrets[0] }]);
  const tryOut = () =>
    story.run<{ result: string; words: string }>(key, 'test-connector', { offerRefs: ['sample-coupon'] });
  const apiOf = (of: TestGateway) => of.gateway.directory.apiOf(fromGlobalId('partner', partner.id)!);

  test('a partner sets its connector, and a trial says in words that it is reached', async () => {
    expect(await setUp()).toMatchObject({ __typename: 'PartnerConnector', version: 1, kind: 'STANDARD' });
    expect(await tryOut()).toEqual({
      __typename: 'ConnectorTest',
      result: 'CONFIRMED',
      words: expect.stringContaining('sample-coupon is available'),
    });
    expect(await story.run(key, 'my-partner')).toMatchObject({
      connector: { version: 1, kind: 'STANDARD', secrets: [{ name: 'signing' }] },
    });
  });

  test('a secret is in no answer, no log line and no row', async () => {
    await setUp();
    const wrong = newSigningSecret();
    await set(standardManifest(simulator.url), [{ name: 'signing', value: wrong }]);
    const shown = [
      await tryOut(),
      await story.run(key, 'my-partner'),
      await gateway.run(BD, 'partners', { first: 100 }),
      await gateway.run(AUDITOR, 'partner-health'),
      await set(standardManifest(simulator.url), [{ name: 'signing', value: 'no secret of ours' }]),
      gateway.log,
    ];
    const rows = (await lane.database.read.arrays('SELECT cipher, name FROM partner_secret')).map(([cipher]) =>
      (cipher as Buffer).toString('latin1'),
    );
    const text = JSON.stringify([shown, rows]);
    for (const secret of [simulator.secrets[0]!, wrong]) expect(text).not.toContain(secret.slice(6));
    expect(text).not.toContain('no secret of ours');
  });

  test('a wrong secret, a dead partner and one that talks garbage are told apart in words', async () => {
    await set(standardManifest(simulator.url), [{ name: 'signing', value: newSigningSecret() }]);
    expect(await tryOut()).toMatchObject({ result: 'UNKNOWN', words: expect.stringContaining('UNAUTHORIZED') });
    await setUp();
    simulator.faults.set('garbage');
    expect(await tryOut()).toMatchObject({ result: 'UNKNOWN', words: expect.stringContaining('UNREADABLE') });
    await simulator.close();
    expect(await tryOut()).toMatchObject({ result: 'UNKNOWN', words: expect.stringContaining('UNREACHABLE') });
  });

  test('a new secret alone makes a new version, and what is not named keeps its value', async () => {
    await set(standardManifest(simulator.url), [{ name: 'signing', value: newSigningSecret() }]);
    expect(await setUp()).toMatchObject({ version: 2 });
    expect(await set(standardManifest(simulator.url, { name: 'Renamed' }))).toMatchObject({ version: 3 });
    expect(await tryOut()).toMatchObject({ result: 'CONFIRMED' });
  });

  test.each([
    ['a secret that is missing', () => [], /needs the secrets signing/],
    ['a secret that the manifest does not name', () => [{ name: 'other', value: 'x' }], /names "other"/],
    ['one secret twice', () => [1, 2].map(() => ({ name: 'signing', value: 'whsec_YWJj' })), /twice/],
    ['an empty secret', () => [{ name: 'signing', value: '' }], /1 to 4000 characters/],
    [
      'a signing secret that is no base64',
      () => [{ name: 'signing', value: `whsec_${'A'.repeat(33)}` }],
      /No connector can be made/,
    ],
    ['a secret that is no signing secret', () => [{ name: 'signing', value: 'plain' }], /No connector can be made/],
  ])('%s is refused', async (_what, secrets, message) => {
    expect(await set(standardManifest(simulator.url), secrets())).toMatchObject({
      refusal: 'INVALID_INPUT',
      field: 'secrets',
      message: expect.stringMatching(message),
    });
    expect(await story.run(key, 'my-partner')).toMatchObject({ connector: null });
  });

  test('every fault of a manifest is answered with its place, and nothing is changed', async () => {
    const answer = await set('slug: brand\nkind: STANDARD\nbaseUrl: 7\n');
    expect(answer).toMatchObject({ __typename: 'FaultyManifest', faults: expect.any(Array) });
    expect((answer.faults as object[]).length).toBeGreaterThan(1);
    expect(await story.run(key, 'my-partner')).toMatchObject({ connector: null });
  });

  test.each(['http://127.0.0.1:1/', 'https://10.0.0.1/', 'https://[::ffff:127.0.0.1]/', 'https://localhost/'])(
    'a URL that leads into the network is refused: %s',
    async (url) => {
      const secrets = [{ name: 'signing', value: newSigningSecret() }];
      const answer = await set(standardManifest(url), secrets);
      expect(['Refusal', 'FaultyManifest']).toContain(answer.__typename);
      expect(apiOf(gateway)).toBeUndefined();
    },
  );

  test('a module is for staff to set', async () => {
    const manifest = JSON.stringify({ slug: 'brand', name: 'Brand', kind: 'MODULE', module: 'nothing' });
    expect(await set(manifest)).toMatchObject({ message: expect.stringMatching(/ask the operator for a module/) });
    const input = { partner: partner.id, manifest, secrets: [] };
    const byStaff = await gateway.run<{ message: string }>(BD, 'set-connector', { input });
    expect(byStaff.message).toMatch(/a module must exist/);
  });

  test('needs the scope CONNECTOR, and is not for members, servers and auditors', async () => {
    const narrow = await story.createKey(partner.id, ['OFFERS_WRITE']);
    const input = { manifest: '', secrets: [] };
    expect((await story.ask(narrow.key, operationText('set-connector'), { input })).status).toBe(403);
    for (const who of [memberOf('any'), SHOP, AUDITOR]) {
      expect((await gateway.ask(who, operationText('set-connector'), { input })).status).toBe(403);
    }
  });

  test('its circuit is kept while nothing of it changes, and staff sees how it does', async () => {
    await setUp();
    simulator.faults.set('server-error');
    for (let call = 0; call < 6; call += 1) await tryOut();
    await story.approved();
    const [health] = await gateway.run<Record<string, unknown>[]>(AUDITOR, 'partner-health', { partner: partner.id });
    expect(health).toMatchObject({
      code: partner.code,
      kind: 'STANDARD',
      usable: true,
      circuit: 'OPEN',
      operations: [{ operation: 'availability', unknown: expect.arrayContaining([expect.anything()]) }],
      lastFault: { operation: 'availability', cause: 'PARTNER_ERROR' },
    });
    simulator.faults.set();
    await setUp();
    expect(await tryOut()).toMatchObject({ result: 'CONFIRMED' });
  });

  test('another process reaches it within a second, and no longer once it is removed', async () => {
    const other = await start();
    const until = async (there: boolean) => {
      const begun = performance.now();
      while ((apiOf(other) !== undefined) !== there) {
        expect(performance.now() - begun).toBeLessThan(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    try {
      await setUp();
      await until(true);
      expect(await apiOf(other)!.availability(['sample-coupon'])).toMatchObject({ kind: 'CONFIRMED' });
      expect(await story.run(key, 'remove-connector')).toMatchObject({ kind: 'NONE', secrets: [] });
      await until(false);
      expect(await tryOut()).toMatchObject({ refusal: 'NOT_FOUND' });
    } finally {
      await other.stop();
    }
  });

  test('a suspended partner is still reached, for what it issued before', async () => {
    await setUp();
    await gateway.run(BD, 'suspend-partner', { input: { partner: partner.id, reason: 'complaints' } });
    expect(await apiOf(gateway)!.availability(['sample-coupon'])).toMatchObject({ kind: 'CONFIRMED' });
  });

  test('a row that nothing can be made of harms nobody else', async () => {
    await setUp();
    const broken = await story.approved();
    await lane.database.transaction(async (tx) => {
      const id = Buffer.from(fromGlobalId('partner', broken.id)!, 'hex');
      const columns = ['partner_id', 'version', 'kind', 'manifest', 'set_at', 'set_by'];
      await tx.insertMany('partner_connector', columns, [[id, 1, 'HTTP', 'nonsense', 0, 'test']]);
      await gateway.gateway.catalogue.bump(tx);
    });
    await gateway.gateway.catalogue.refresh();
    expect(await gateway.run(AUDITOR, 'partner-health', { partner: broken.id })).toMatchObject([{ usable: false }]);
    expect(await tryOut()).toMatchObject({ result: 'CONFIRMED' });
  });
});
