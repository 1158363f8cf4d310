// The signing secrets of partners: shown once, sealed at rest, and changed with an overlap.
import type { Sql } from '../database/sql';
import { DAY, type Instant } from '../kernel/clock';
import { type Id, namedId, newId, ZERO_ID } from '../kernel/id';
import { newSigningSecret } from '../partner-port/signature';
import { addSecret, deleteSecrets, endSecret, readSecrets } from './endpoint.store';
import type { WebhookDirection } from './webhook';

/** How long the old secret is good beside its successor. */
export const SECRET_OVERLAP_MS = DAY;
const GOOD_AT_MOST = 2;

/** Seals a text for its owner, so that it opens for nobody else. */
export interface SecretSealer {
  seal(ownerId: Id, text: string): Buffer;
  /** Throws when it was sealed for another owner, under another key, or was changed. */
  open(ownerId: Id, sealed: Buffer): string;
}

export interface NewSecret {
  /** `whsec_…`; nobody is ever shown it again. */
  readonly secret: string;
  /** Until when the one before it is good; absent for the first one. */
  readonly previousEndsAt?: Instant;
}

interface SecretKey {
  readonly partnerId: Id;
  readonly direction: WebhookDirection;
}

export class WebhookSecrets {
  /** Fits nothing that anybody signs. */
  private readonly decoy: Buffer;

  constructor(private readonly sealer: SecretSealer) {
    this.decoy = sealer.seal(ZERO_ID, newSigningSecret());
  }

  /** Those that are good now, the newest first; at most two. */
  async good(sql: Sql, key: SecretKey, now: Instant): Promise<string[]> {
    const stored = await readSecrets(sql, { ...key, now });
    return stored.map(({ sealed }) => this.sealer.open(ownerOf(key), sealed));
  }

  /** As `good`, filled up to two, so that who has none, or does not exist, takes the same time to check. */
  async goodWithDecoys(sql: Sql, key: SecretKey, now: Instant): Promise<string[]> {
    const good = await this.good(sql, key, now);
    while (good.length < GOOD_AT_MOST) good.push(this.sealer.open(ZERO_ID, this.decoy));
    return good;
  }

  /** A secret for a partner that has none in this direction; else nothing. */
  async first(tx: Sql, key: SecretKey, now: Instant): Promise<string | undefined> {
    const good = await readSecrets(tx, { ...key, now, lock: true });
    return good.length > 0 ? undefined : this.add(tx, key, now);
  }

  /** A new secret. The one before it ends after the overlap; any older one ends now. */
  async rotate(tx: Sql, key: SecretKey, now: Instant): Promise<NewSecret> {
    const [current, ...older] = await readSecrets(tx, { ...key, now, lock: true });
    for (const { id } of older) await endSecret(tx, { ...key, id }, now);
    const previousEndsAt = current && now + SECRET_OVERLAP_MS;
    if (current) await endSecret(tx, { ...key, id: current.id }, now + SECRET_OVERLAP_MS);
    await deleteSecrets(tx, { ...key, endedBy: now });
    return { secret: await this.add(tx, key, now), previousEndsAt };
  }

  forget(tx: Sql, key: SecretKey): Promise<void> {
    return deleteSecrets(tx, key);
  }

  private async add(tx: Sql, key: SecretKey, now: Instant): Promise<string> {
    const secret = newSigningSecret();
    await addSecret(tx, { ...key, id: newId(now), sealed: this.sealer.seal(ownerOf(key), secret), createdAt: now });
    return secret;
  }
}

/** Of the partner and of the direction, so that a row moved to another of either does not open. */
function ownerOf({ partnerId, direction }: SecretKey): Id {
  return namedId('webhook secret', partnerId, direction);
}
