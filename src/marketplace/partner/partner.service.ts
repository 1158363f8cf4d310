// The door to partners: they register, staff reviews, and whoever is approved becomes an item of the catalogue.
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import { type Actor, nameOf } from '../../kernel/actor';
import type { Clock } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import type { CatalogueService } from '../../program/catalogue.service';
import {
  claimHash,
  isClaimedBy,
  newClaimSecret,
  type PartnerAccount,
  type PartnerChange,
  type PartnerState,
  transitionFault,
} from './partner';
import {
  appendChange,
  changeState,
  countApplied,
  insertPartner,
  isCodeTaken,
  listPartners,
  type PartnerPage,
  readChanges,
  readClaimHash,
  readPartner,
} from './partner.store';
import { checkReason, type Registration, registrationFault } from './partner-checks';

/** How many applications may wait for a review before nobody without a token can add to them. */
export const APPLICATIONS_WAITING_MAX = 200;
const ITSELF = 'anonymous:itself';
const NO_PARTNER = refuse('NOT_FOUND', 'There is no such partner.', 'partner');

export interface Registered {
  readonly partner: PartnerAccount;
  /** Shown once. */
  readonly claimSecret: string;
}

export interface StateInput {
  readonly partnerId: Id;
  /** What it must be in, so that a review does not end a suspension. */
  readonly from: PartnerState;
  readonly to: PartnerState;
  readonly reason: string;
}

export class PartnerService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
  ) {}

  /** `actor` is a member of staff who registers somebody; absent when a partner registers itself. */
  async register(registration: Registration, actor: Actor | undefined): Promise<Registered | Refusal> {
    const fault = registrationFault(registration);
    if (fault) return fault;
    const { code, name, contact, website, description } = registration;
    const now = this.clock.now();
    const by = actor ? nameOf(actor) : ITSELF;
    const moment = { appliedAt: now, appliedBy: by, changedAt: now, changedBy: by };
    const content = { code, name, contact, website, description };
    const partner: PartnerAccount = { id: newId(now), ...content, ...moment, state: 'APPLIED', version: 1, reason: '' };
    const claimSecret = newClaimSecret();
    const refused = await this.database.transaction(async (tx) => {
      // One after the other, so that neither the code nor the last place is given away twice.
      await this.catalogue.lock(tx);
      if ((await isCodeTaken(tx, code)) || (await this.isOfOther(tx, partner.id, code))) return takenCode(code);
      if (!actor && (await countApplied(tx)) >= APPLICATIONS_WAITING_MAX) return TOO_MANY;
      await insertPartner(tx, partner, claimHash(claimSecret));
      await appendChange(tx, partner.id, { kind: 'APPLIED', madeAt: now, madeBy: by, reason: '' });
      return undefined;
    });
    return refused ?? { partner, claimSecret };
  }

  /** The application, for whoever shows its claim secret; a wrong one and an unknown application look alike. */
  async application(id: Id, claimSecret: string): Promise<PartnerAccount | undefined> {
    const hash = await readClaimHash(this.database.read, id);
    return isClaimedBy(hash, claimSecret) ? readPartner(this.database.read, id) : undefined;
  }

  /** Approves, rejects, suspends or takes back. A reason is asked for, unless the news are good. */
  async change(actor: Actor, { partnerId, from, to, reason }: StateInput): Promise<PartnerAccount | Refusal> {
    const fault = checkReason(reason, to !== 'APPROVED');
    if (fault) return fault;
    const [at, by] = [this.clock.now(), nameOf(actor)];
    const outcome = await this.database.transaction(async (tx) => {
      await this.catalogue.lock(tx);
      const partner = await readPartner(tx, partnerId);
      if (!partner) return NO_PARTNER;
      // Asked again, because the answer was lost or two of staff were at it: it is as it was asked to be.
      if (partner.state === to) return partner;
      const standing = transitionFault(partner.state, from, to);
      if (standing) return standing;
      // Since it applied, the program may have got a partner of this code.
      if (to === 'APPROVED' && (await this.isOfOther(tx, partner.id, partner.code))) return takenCode(partner.code);
      const number = to === 'APPROVED' ? await this.catalogue.nextNumber(tx) : undefined;
      await changeState(tx, partnerId, { to, at, by, reason, number });
      await appendChange(tx, partnerId, { kind: to, madeAt: at, madeBy: by, reason });
      await this.catalogue.bump(tx);
      return (await readPartner(tx, partnerId))!;
    });
    await this.catalogue.refreshSoon();
    return outcome;
  }

  /** Retired ones too: a code that comes back in a program file names the partner that it named before. */
  private async isOfOther(tx: Sql, partnerId: Id, code: string): Promise<boolean> {
    const items = await this.catalogue.loadAll(tx);
    return items.some((item) => item.kind === 'PARTNER' && item.code === code && item.id !== partnerId);
  }

  find(id: Id): Promise<PartnerAccount | undefined> {
    return readPartner(this.database.read, id);
  }

  list(page: PartnerPage): Promise<PartnerAccount[]> {
    return listPartners(this.database.read, page);
  }

  /** Who did what to each of them, the newest first. */
  changes(partnerIds: readonly Id[]): Promise<Map<Id, PartnerChange[]>> {
    return readChanges(this.database.read, partnerIds);
  }
}

const TOO_MANY = refuse(
  'CONFLICT',
  `${APPLICATIONS_WAITING_MAX} applications wait for a review, and no more are taken; try again in a few days.`,
);

function takenCode(code: string): Refusal {
  return refuse('CONFLICT', `The code ${code} is taken by another partner; choose another one.`, 'code');
}
