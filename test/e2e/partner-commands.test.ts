// `perkgate partner simulate` and `verify`: as a partner's developer runs them, with what they print when things fail.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECK_NAMES } from '../../src/partner-port/contract-suite';
import { newSigningSecret } from '../../src/partner-port/signature';
import { type FaultName } from '../../src/simulator/fault';
import type { Simulator } from '../../src/simulator/simulator';
import { type Ended, lastJson, perkgate, perkgateInside, ServingProcess } from '../support/gateway-process';
import { simulatedPartner } from '../support/simulated-partner';

const folder = mkdtempSync(join(tmpdir(), 'perkgate-partner-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
function file(content: string): string {
  files += 1;
  const path = join(folder, `${files}.yaml`);
  writeFileSync(path, content);
  return path;
}

const manifestFor = (baseUrl: string, operations = '[availability, issue, status, cancel]') =>
  file(`kind: STANDARD
slug: sample
name: Sample Brand
baseUrl: ${baseUrl}
signingSecret: signing
operations: ${operations}
`);

interface Verified {
  readonly ok: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly checks: readonly { readonly name: string; readonly verdict: string; readonly mend?: string }[];
  readonly notes: readonly string[];
}

const failing = ({ checks }: Verified) => checks.filter(({ verdict }) => verdict === 'FAILED').map(({ name }) => name);

function expectFailure({ code, stdout, stderr }: Ended, message: RegExp): void {
  expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
  expect(lastJson(stdout)).toMatchObject({ ok: false, error: expect.stringMatching(message) });
}

describe('verify', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    ({ simulator } = await simulatedPartner());
  });
  afterAll(() => simulator.close());
  afterEach(() => simulator.faults.clear());

  const verify = (manifest: string, ...args: string[]) =>
    perkgateInside(['partner', 'verify', manifest, '--secret', `signing=${simulator.secrets[0]}`, ...args]);
  const found = async (...args: Parameters<typeof verify>) =>
    lastJson((await verify(...args, '--json')).stdout) as unknown as Verified;

  test('passes what is right, with all that can be tried', async () => {
    const manifest = manifestFor(simulator.url, '[availability, issue, status, cancel, catalogue, cardStatus]');
    const use = `${simulator.url}/use/{redemptionId}`;
    const ended = await verify(manifest, '--card-holder', 'card-holder', '--use-url', use);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^check +result +found\n/);
    for (const name of CHECK_NAMES) expect(ended.stdout).toMatch(new RegExp(`^${name} +passes +\\S`, 'm'));
    expect(ended.stdout).toContain(`Sample Brand: ${CHECK_NAMES.length} pass, 0 fail, 0 skipped\n`);
    expect(ended.stdout).toContain('Note: the gateway will not take this base URL in production.');
    expect(ended.stdout).not.toContain('To mend');
  });

  test.each<[FaultName, string, RegExp]>([
    ['unchecked-content', 'issue again with another content', /refuse another content with 422/],
    ['cancel-of-used', 'cancel of a used coupon', /ALREADY_USED/],
  ])('with %s says in words what fails and how to mend it, and exits with 1', async (fault, name, mend) => {
    simulator.faults.set(fault);
    const args = [manifestFor(simulator.url), '--use-url', `${simulator.url}/use/{redemptionId}`] as const;
    const json = await found(...args);
    expect([json.ok, failing(json)]).toEqual([false, [name]]);
    const ended = await verify(...args);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(new RegExp(`^${name} +FAILS +\\S`, 'm'));
    expect(ended.stdout.slice(ended.stdout.indexOf('To mend:'))).toMatch(mend);
  });

  test('with the wrong secret tells to compare the secrets, and prints neither', async () => {
    const wrong = newSigningSecret();
    const ended = await perkgateInside([
      ...['partner', 'verify', manifestFor(simulator.url), '--secret', `signing=${wrong}`],
    ]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('Compare the secret on both sides');
    for (const secret of [wrong, ...simulator.secrets]) expect(ended.stdout + ended.stderr).not.toContain(secret);
  });

  test('tries other kinds of manifests as well, without what only the standard protocol demands', async () => {
    simulator.faults.set('unchecked-signature');
    const issued = `partnerRef: '= body.partnerRef', code: '= body.code'`;
    const state = `state: '= body.state'`;
    const json = await found(
      file(`kind: HTTP
slug: described
name: A described API
baseUrl: ${simulator.url}
idempotency: { honoured: true }
errors:
  - { status: [404], means: ABSENT }
  - { status: [409], means: DECLINED, reason: OTHER, message: '= body.message' }
operations:
  availability:
    requests: [{ method: POST, path: /availability, body: { type: availability, offerRefs: '= offerRefs' } }]
    answer: '= body.availability'
  issue:
    requests:
      - method: POST
        path: /redemptions
        body:
          type: issue
          redemptionId: '= redemptionId'
          offerRef: '= offerRef'
          memberRef: '= memberRef'
          claimedAt: '= $fromMillis(claimedAt)'
          expiresAt: '= $fromMillis(expiresAt)'
          faceValue: '= faceValue'
    answer: { ${issued} }
  status:
    requests: [{ method: GET, path: '/redemptions/{redemptionId}' }]
    answer: { ${state}, ${issued} }
  cancel:
    requests:
      - method: POST
        path: '/redemptions/{redemptionId}/cancel'
        body: { type: cancel, redemptionId: '= redemptionId' }
    answer: { ${state}, ${issued} }
`),
    );
    expect(failing(json)).toEqual([]);
    expect(json).toMatchObject({ ok: true, partner: 'described', passed: 11 });
  });

  test('takes secrets from a file, and names those that are missing', async () => {
    const manifest = manifestFor(simulator.url);
    const secrets = file(`\nsigning=${simulator.secrets[0]}\nother=1\n`);
    const ended = await perkgateInside(['partner', 'verify', manifest, '--secrets-file', secrets, '--json']);
    expect([ended.code, lastJson(ended.stdout)]).toMatchObject([0, { ok: true, failed: 0 }]);
    const missing = await perkgateInside(['partner', 'verify', manifest, '--json']);
    expectFailure(missing, /names secrets that are not given; add --secret signing=VALUE/);
  });

  test.each<[string[], RegExp]>([
    [['signing=plain'], /The secret signing is no signing secret: whsec_ and at least 24 bytes in base64/],
    [[`signing=whsec_${'A'.repeat(33)}`], /The secret signing is no signing secret/],
  ])('with the secrets %j fails with one line', async (pairs, message) => {
    const manifest = manifestFor(simulator.url);
    const ended = await perkgateInside(['partner', 'verify', manifest, '--json', '--secret', ...pairs]);
    expectFailure(ended, message);
    expect(ended.stderr).not.toContain('AAAA');
  });

  test('an offer that can be no id is not tried', async () => {
    expectFailure(await verify(manifestFor(simulator.url), '--json', '--offer', 'a\nb'), /1 to 128 characters/);
  });

  test('skips the rest when nobody is there, and says so', async () => {
    const json = await found(manifestFor('http://127.0.0.1:1'));
    expect(json).toMatchObject({ ok: false, passed: 0, failed: 1, skipped: CHECK_NAMES.length - 1 });
    expect(json.checks[0]?.mend).toMatch(/Start the server/);
  });

  test('tells every fault of a manifest with its place, and tries nothing', async () => {
    const before = simulator.couponsIssued;
    const path = file(`kind: STANDARD\nslug: a b\nname: A\nbaseUrl: ftp://a\nsigningSecret: s\n`);
    const ended = await verify(path);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/\.yaml:2:7: slug: given .*\n.*\.yaml:4:10: baseUrl: given .*\n2 faults; nothing/);
    expect(simulator.couponsIssued).toBe(before);
  });

  test.each<[string[], RegExp]>([
    [['/nowhere/manifest.yaml'], /The file \/nowhere\/manifest.yaml cannot be read/],
    [['m.yaml', '--budget', '0'], /must be a whole number from 1 to 60000/],
    [['m.yaml', '--secret', 'novalue'], /m.yaml cannot be read/],
    [[], /missing required argument 'manifest'/],
  ])('%j fails with one line', async (args, message) => {
    expectFailure(await perkgateInside(['partner', 'verify', ...args, '--json']), message);
  });
});

describe('simulate', () => {
  const secret = newSigningSecret();

  test('serves until it is told to stop, as it says; its faults are switched while it runs', async () => {
    const args = ['partner', 'simulate', '--port', '0', '--secret', secret, '--offer', 'latte=40', '--json'];
    const simulating = await ServingProcess.run(args, /partner serves (http:\S+)/);
    try {
      const { url, stdout } = simulating;
      expect(stdout).toContain(secret);
      const manifest = file(stdout.slice(stdout.indexOf('  kind:'), stdout.indexOf('\nTry it')).replace(/^ {2}/gm, ''));
      const verify = ['partner', 'verify', manifest, '--secret', `signing=${secret}`, '--offer', 'latte', '--json'];
      expect(lastJson((await perkgateInside(verify)).stdout)).toMatchObject({ ok: true, failed: 0 });

      const headers = { 'content-type': 'application/json' };
      const switched = await fetch(`${url}/faults`, { method: 'PUT', headers, body: '["stock-out"]' });
      expect(await switched.json()).toEqual({ faults: [{ name: 'stock-out' }] });
      const faulty = lastJson((await perkgateInside(verify)).stdout) as unknown as Verified;
      expect(failing(faulty)).toContain('availability of an offer');
      const ended = await simulating.end('SIGTERM');
      expect([ended.code, ended.stderr]).toEqual([0, '']);
      expect(lastJson(ended.stdout)).toMatchObject({ ok: true, url, redemptions: expect.any(Number) });
    } finally {
      await simulating.remove();
    }
  });

  test('is a brand of partners/ when told so, with its offers, cards and manifest', async () => {
    const args = ['partner', 'simulate', '--brand', 'pet-care', '--port', '0', '--secret', secret];
    const simulating = await ServingProcess.run(args, /partner serves (http:\S+)/);
    try {
      const { stdout } = simulating;
      const manifest = file(stdout.slice(stdout.indexOf('  kind:'), stdout.indexOf('\nTry it')).replace(/^ {2}/gm, ''));
      const more = ['--offer', 'pawmelia-vaccine', '--card-holder', 'm_holder', '--json'];
      const ended = await perkgateInside([
        ...['partner', 'verify', manifest, '--secret', `pet-care-signing=${secret}`, ...more],
      ]);
      const found = lastJson(ended.stdout) as unknown as Verified;
      expect(found).toMatchObject({ ok: true, partner: 'pet-care', failed: 0 });
      expect(found.checks).toContainEqual(expect.objectContaining({ name: 'card of a member', verdict: 'PASSED' }));
    } finally {
      await simulating.end();
    }
  });

  test('on a port that is taken fails with one line', async () => {
    const { simulator } = await simulatedPartner();
    const { port } = new URL(simulator.url);
    expectFailure(
      await perkgate(['partner', 'simulate', '--port', port, '--json']),
      /Cannot listen on port \d+: .*EADDR/,
    );
    await simulator.close();
  });

  test.each<[string[], RegExp]>([
    [['--port', '70000'], /must be a whole number from 0 to 65535/],
    [['--fault', 'explode'], /"explode" is no fault; there are latency, hang/],
    [['--brand', 'nobody'], /--brand is "nobody"; allowed are coffee-chain, pet-care/],
    [['--secret', 'hush'], /--secret must be whsec_/],
    [['--webhook-url', 'ftp://a'], /--webhook-url is "ftp:\/\/a"; it must be an http or https URL/],
  ])('%j fails with one line', async (args, message) => {
    expectFailure(await perkgateInside(['partner', 'simulate', ...args, '--json']), message);
  });
});
