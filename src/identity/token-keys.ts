// Where the keys that verify tokens come from: the issuer's published key set, or the demo key.
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { type DemoKey, demoAudience, demoIssuer } from './demo-key';

/** What a token must show to be accepted. */
export interface TokenTrust {
  readonly issuer: string;
  readonly audience?: string;
  /** Only asymmetric signatures: with `none` or `HS*` in the list, a public key would be enough to forge a token. */
  readonly algorithms: readonly string[];
  readonly keys: JWTVerifyGetKey;
}

export interface IssuerSettings {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience?: string;
}

const ISSUER_ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'Ed25519'];
const FETCH_TIMEOUT_MS = 3_000;
const REFETCH_AFTER_MS = 10 * 60_000;
const UNKNOWN_KEY_COOLDOWN_MS = 30_000;

export function trustIssuer(settings: IssuerSettings): TokenTrust {
  const keys = createRemoteJWKSet(new URL(settings.jwksUrl), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: REFETCH_AFTER_MS,
    cooldownDuration: UNKNOWN_KEY_COOLDOWN_MS,
  });
  return { issuer: settings.issuer, audience: settings.audience, algorithms: ISSUER_ALGORITHMS, keys };
}

export function trustDemoKey(key: DemoKey): TokenTrust {
  const keys = createLocalJWKSet({ keys: [key.publicJwk] });
  return { issuer: demoIssuer, audience: demoAudience, algorithms: [key.algorithm], keys };
}

// The faults that lie with the token. Anything else that goes wrong while a token is verified (the key set cannot be
// fetched, is no key set, holds broken keys) is ours or the issuer's, and a retry may help.
const TOKEN_FAULTS: ReadonlySet<string> = new Set([
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
  errors.JWSInvalid.code,
  errors.JWTInvalid.code,
  errors.JWTExpired.code,
  errors.JWTClaimValidationFailed.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
]);

export function isTokenFault(error: unknown): error is errors.JOSEError {
  return error instanceof errors.JOSEError && TOKEN_FAULTS.has(error.code);
}
