// Which tokens become an actor, which do not, and how often anybody is asked about it.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { ROLES } from '../kernel/actor';
import { HOUR, ManualClock, MINUTE, SECOND } from '../kernel/clock';
import { Authenticator, KeysUnavailableError, type Subject } from './authenticator';
import { type DemoKey, demoAudience, demoIssuer, issueDemoToken, loadDemoKey } from './demo-key';
import { trustDemoKey, trustIssuer } from './token-keys';
import { TokenRefusedError } from './token-refused';

const START = 1_700_000_000_000;
let folder: string;
let key: DemoKey;
let clock: ManualClock;
let lookups: string[];
let subjects: Record<string, Subject>;
let authenticator: Authenticator;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'perkgate-tokens-'));
  key = await loadDemoKey(join(folder, 'key.json'), new ManualClock(START));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  clock = new ManualClock(START);
  lookups = [];
  subjects = { ada: { memberId: 'a'.repeat(32) }, brand: { partnerId: 'b'.repeat(32) } };
  authenticator = new Authenticator({
    trust: trustDemoKey(key),
    clock,
    findSubject: async (role, subject) => {
      lookups.push(`${role} ${subject}`);
      return subjects[subject];
    },
  });
});

const demoToken = (role: (typeof ROLES)[number], subject: string, lifetimeMs = HOUR) =>
  issueDemoToken(key, { role, subject, lifetimeMs }, clock);

interface Forged {
  readonly claims?: Record<string, unknown>;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: number | null;
  readonly signedBy?: CryptoKey | Uint8Array;
  readonly algorithm?: string;
}

/** A token that differs from a good one in what is given. */
function forge(changes: Forged): Promise<string> {
  const { claims = { role: 'member', sub: 'ada' }, expires = START / SECOND + 60 } = changes;
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg: changes.algorithm ?? 'ES256', kid: key.publicJwk.kid })
    .setIssuer(changes.issuer ?? demoIssuer)
    .setAudience(changes.audience ?? demoAudience);
  if (expires !== null) token.setExpirationTime(expires);
  return token.sign(changes.signedBy ?? key.privateKey);
}

it.each(ROLES)('makes an actor of the role %s', async (role) => {
  const actor = await authenticator.actorOf(await demoToken(role, 'somebody'));
  expect(actor).toEqual({ role, subject: 'somebody' });
  expect(lookups).toEqual(role === 'MEMBER' || role === 'PARTNER' ? [`${role} somebody`] : []);
});

it('finds the member or partner that the subject names', async () => {
  expect(await authenticator.actorOf(await demoToken('MEMBER', 'ada'))).toMatchObject({ memberId: 'a'.repeat(32) });
  expect(await authenticator.actorOf(await demoToken('PARTNER', 'brand'))).toMatchObject({ partnerId: 'b'.repeat(32) });
});

it('remembers a member, asks again for a partner and for a member who was not known', async () => {
  const [ada, brand, late] = await Promise.all([
    demoToken('MEMBER', 'ada'),
    demoToken('PARTNER', 'brand'),
    demoToken('MEMBER', 'late'),
  ]);
  for (const token of [ada, ada, brand, brand, late]) await authenticator.actorOf(token);
  subjects.late = { memberId: 'c'.repeat(32) };
  expect(await authenticator.actorOf(late)).toMatchObject({ memberId: 'c'.repeat(32) });
  await authenticator.actorOf(late);
  expect(lookups).toEqual(['MEMBER ada', 'PARTNER brand', 'PARTNER brand', 'MEMBER late', 'MEMBER late']);
});

it('lets a token go when it expires, remembered or not', async () => {
  const token = await demoToken('OPERATIONS', 'olga', MINUTE);
  await authenticator.actorOf(token);
  clock.advance(MINUTE + 4 * SECOND);
  await expect(authenticator.actorOf(token)).resolves.toBeDefined();
  clock.advance(2 * SECOND);
  await expect(authenticator.actorOf(token)).rejects.toThrow(TokenRefusedError);
});

it('refuses tokens that are not ours, each for its own reason', async () => {
  const stranger = await generateKeyPair('ES256');
  const now = START / SECOND;
  const good = await forge({});
  const tokens: Record<string, string> = {
    expired: await forge({ expires: now - 60 }),
    'without an end': await forge({ expires: null }),
    'of another issuer': await forge({ issuer: 'https://elsewhere.example' }),
    'for another audience': await forge({ audience: 'payroll' }),
    'by another key': await forge({ signedBy: stranger.privateKey }),
    'signed with the public key as a secret': await forge({
      algorithm: 'HS256',
      signedBy: Buffer.from(JSON.stringify(key.publicJwk)),
    }),
    'not signed': new UnsecuredJWT({ role: 'admin' })
      .setIssuer(demoIssuer)
      .setAudience(demoAudience)
      .setSubject('eve')
      .setExpirationTime(now + 60)
      .encode(),
    'of no role': await forge({ claims: { sub: 'ada' } }),
    'of an unknown role': await forge({ claims: { sub: 'ada', role: 'root' } }),
    'of a role in capitals': await forge({ claims: { sub: 'ada', role: 'ADMIN' } }),
    'without a subject': await forge({ claims: { role: 'admin' } }),
    'with an empty subject': await forge({ claims: { role: 'admin', sub: '' } }),
    'with an endless subject': await forge({ claims: { role: 'member', sub: 'x'.repeat(256) } }),
    'cut short': good.slice(0, -4),
    'changed in its claims': good.replace(/\.[^.]+\./, `.${Buffer.from('{"role":"admin"}').toString('base64url')}.`),
    malformed: 'not-a-token',
    'of 10 kB': 'x'.repeat(10_000),
  };
  await expect(authenticator.actorOf(good)).resolves.toMatchObject({ role: 'MEMBER' });
  for (const [name, token] of Object.entries(tokens)) {
    const outcome = await authenticator.actorOf(token).catch((error: unknown) => error);
    expect([name, outcome]).toEqual([name, expect.any(TokenRefusedError)]);
  }
});

it('passes on what goes wrong while the subject is looked up, and tries again next time', async () => {
  let away = true;
  const flaky = new Authenticator({
    trust: trustDemoKey(key),
    clock,
    findSubject: async () => {
      if (away) throw new RangeError('away');
      return { memberId: 'a'.repeat(32) };
    },
  });
  const token = await demoToken('MEMBER', 'ada');
  await expect(flaky.actorOf(token)).rejects.toThrow(RangeError);
  away = false;
  await expect(flaky.actorOf(token)).resolves.toMatchObject({ memberId: 'a'.repeat(32) });
});

describe('with an issuer that publishes its keys', () => {
  let issuer: Server;
  let privateKey: CryptoKey;
  let fetches: number;
  let healthy: boolean;
  let remote: Authenticator;

  beforeEach(async () => {
    const pair = await generateKeyPair('RS256');
    privateKey = pair.privateKey;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    fetches = 0;
    healthy = true;
    issuer = createServer((_request, response) => {
      fetches += 1;
      response.writeHead(healthy ? 200 : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`;
    remote = new Authenticator({
      trust: trustIssuer({ issuer: 'https://idp', jwksUrl }),
      clock,
      findSubject: async () => undefined,
    });
  });
  afterEach(() => new Promise((resolve) => issuer.close(resolve)));

  const sign = (subject: string, alg: string, signer: CryptoKey | Uint8Array, kid = 'k1') =>
    new SignJWT({ role: 'admin' })
      .setProtectedHeader({ alg, kid })
      .setIssuer('https://idp')
      .setSubject(subject)
      .setExpirationTime(START / SECOND + 60)
      .sign(signer);

  it('accepts its tokens, fetches its keys once, and refuses the demo key', async () => {
    const actors = [];
    for (const subject of ['a', 'b', 'c']) actors.push(await remote.actorOf(await sign(subject, 'RS256', privateKey)));
    expect(actors.map((actor) => `${actor.role} ${actor.subject}`)).toEqual(['ADMIN a', 'ADMIN b', 'ADMIN c']);
    expect(fetches).toBe(1);
    await expect(remote.actorOf(await sign('d', 'ES256', key.privateKey))).rejects.toThrow(TokenRefusedError);
    await expect(remote.actorOf(await sign('e', 'HS256', Buffer.alloc(32, 1)))).rejects.toThrow(TokenRefusedError);
    await expect(remote.actorOf(await sign('f', 'RS256', privateKey, 'k2'))).rejects.toThrow(TokenRefusedError);
  });

  it('tells an issuer that is away from a bad token, and recovers', async () => {
    const token = await sign('a', 'RS256', privateKey);
    healthy = false;
    await expect(remote.actorOf(token)).rejects.toThrow(KeysUnavailableError);
    healthy = true;
    await expect(remote.actorOf(token)).resolves.toMatchObject({ role: 'ADMIN' });
  });
});
