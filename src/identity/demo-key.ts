// Demo mode's own issuer: one signing key in a private file, and tokens made with it.
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Role } from '../kernel/actor';
import { type Clock, SECOND } from '../kernel/clock';
import { newId } from '../kernel/id';
import { readOrCreatePrivateFile } from './private-file';

export const demoIssuer = 'urn:perkgate:demo';
export const demoAudience = 'perkgate';
const ALGORITHM = 'ES256';

export interface DemoKey {
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

async function createKeyFile(clock: Clock): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return `${JSON.stringify({ ...jwk, alg: ALGORITHM, kid: newId(clock.now()) }, null, 2)}\n`;
}

function parseKey(path: string, text: string): JWK {
  try {
    const jwk = JSON.parse(text) as JWK;
    if (jwk.alg === ALGORITHM && jwk.kid && jwk.d && jwk.x && jwk.y) return jwk;
  } catch {
    // The one message below says all there is to say.
  }
  throw new Error(
    `${path} holds no ${ALGORITHM} private key as JWK; remove it and a new one is made at the next start`,
  );
}

/** The key in the file; made with mode 0600 when there is none, so that demo tokens survive a restart. */
export async function loadDemoKey(path: string, clock: Clock): Promise<DemoKey> {
  const jwk = parseKey(path, await readOrCreatePrivateFile(path, () => createKeyFile(clock)));
  const { d: _private, ...publicJwk } = jwk;
  return { algorithm: ALGORITHM, privateKey: (await importJWK(jwk, ALGORITHM)) as CryptoKey, publicJwk };
}

export interface DemoTokenRequest {
  readonly role: Role;
  readonly subject: string;
  readonly lifetimeMs: number;
}

export async function issueDemoToken(key: DemoKey, request: DemoTokenRequest, clock: Clock): Promise<string> {
  const now = Math.floor(clock.now() / SECOND);
  return new SignJWT({ role: request.role.toLowerCase() })
    .setProtectedHeader({ alg: key.algorithm, kid: key.publicJwk.kid, typ: 'JWT' })
    .setIssuer(demoIssuer)
    .setAudience(demoAudience)
    .setSubject(request.subject)
    .setIssuedAt(now)
    .setExpirationTime(now + Math.ceil(request.lifetimeMs / SECOND))
    .sign(key.privateKey);
}
