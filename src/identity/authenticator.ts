// From a bearer token to the actor: verified once, then remembered until the token expires.
import { hash } from 'node:crypto';
import { type JWTPayload, jwtVerify } from 'jose';
import { type Actor, ROLES, type Role } from '../kernel/actor';
import { BoundedMap } from '../kernel/bounded-map';
import { type Clock, type Instant, SECOND } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { isTokenFault, type TokenTrust } from './token-keys';
import { TokenRefusedError } from './token-refused';

/** The issuer's keys cannot be had, so no token can be judged; a later attempt may succeed. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export interface Subject {
  readonly memberId?: Id;
  readonly partnerId?: Id;
}

/** Tokens of our own making, which are told from those of the issuer by their form. */
export interface KeyDoor {
  accepts(token: string): boolean;
  actorOf(token: string): Promise<Actor>;
}

export interface AuthenticatorOptions {
  readonly trust: TokenTrust;
  readonly clock: Clock;
  /** The member or partner row that a subject names; asked for members and partners only. */
  findSubject(role: Role, subject: string): Promise<Subject | undefined>;
  /** Absent: only tokens of the issuer are accepted. */
  readonly keys?: KeyDoor;
  /** Verified tokens kept in memory; a member's token takes about 500 bytes. */
  readonly tokensKept?: number;
}

interface Verified {
  readonly role: Role;
  readonly subject: string;
  readonly expiresAt: Instant;
  /** Set once nothing of the actor can change any more while the token is valid. */
  actor?: Actor;
}

const CLOCK_TOLERANCE_SECONDS = 5;
const TOKENS_KEPT = 20_000;
const TOKEN_MAX_LENGTH = 8_192;
const SUBJECT_MAX_LENGTH = 255;

const ROLE_BY_CLAIM: ReadonlyMap<unknown, Role> = new Map(ROLES.map((role) => [role.toLowerCase(), role]));

function claimsOf(payload: JWTPayload): Verified {
  const role = ROLE_BY_CLAIM.get(payload.role);
  if (!role) throw new TokenRefusedError('the claim `role` is none of ours');
  const { sub, exp } = payload;
  if (typeof sub !== 'string' || sub === '' || sub.length > SUBJECT_MAX_LENGTH) {
    throw new TokenRefusedError(`the claim \`sub\` is not a text of 1 to ${SUBJECT_MAX_LENGTH} characters`);
  }
  if (exp === undefined) throw new TokenRefusedError('the claim `exp` is missing');
  return { role, subject: sub, expiresAt: (exp + CLOCK_TOLERANCE_SECONDS) * SECOND };
}

export class Authenticator {
  private readonly verified: BoundedMap<string, Verified>;

  constructor(private readonly options: AuthenticatorOptions) {
    this.verified = new BoundedMap(options.tokensKept ?? TOKENS_KEPT);
  }

  /** Throws TokenRefusedError, KeysUnavailableError, or what `findSubject` throws. */
  async actorOf(token: string): Promise<Actor> {
    if (token.length > TOKEN_MAX_LENGTH) throw new TokenRefusedError('it is longer than any token of ours');
    if (this.options.keys?.accepts(token)) return this.options.keys.actorOf(token);
    // Hashed, so that a memory dump of the gateway is not a list of tokens that still work.
    const key = hash('sha256', token, 'base64');
    const known = this.verified.get(key);
    if (known && this.options.clock.now() < known.expiresAt) return known.actor ?? this.resolve(known);
    if (known) this.verified.delete(key);
    const fresh = await this.verify(token);
    this.verified.set(key, fresh);
    return this.resolve(fresh);
  }

  private async verify(token: string): Promise<Verified> {
    const { trust, clock } = this.options;
    try {
      const { payload } = await jwtVerify(token, trust.keys, {
        issuer: trust.issuer,
        audience: trust.audience,
        algorithms: [...trust.algorithms],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(clock.now()),
      });
      return claimsOf(payload);
    } catch (error) {
      if (error instanceof TokenRefusedError) throw error;
      if (isTokenFault(error)) throw new TokenRefusedError(`${error.code}: ${error.message}`);
      throw new KeysUnavailableError('the key set of the issuer cannot be had', { cause: error });
    }
  }

  // A member's row keeps its id for ever, so a found member is remembered. A partner is looked up again each time, as
  // is a subject that is not known yet: it may be registered the next moment.
  private async resolve(verified: Verified): Promise<Actor> {
    const { role, subject } = verified;
    if (role !== 'MEMBER' && role !== 'PARTNER') {
      verified.actor = Object.freeze({ role, subject });
      return verified.actor;
    }
    const found = await this.options.findSubject(role, subject);
    const actor = Object.freeze({ role, subject, ...found });
    if (role === 'MEMBER' && found?.memberId) verified.actor = actor;
    return actor;
  }
}
