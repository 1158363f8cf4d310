// The door to applications for plans: a member applies with evidence, the check or somebody of the staff decides.
import type { Database } from '../../database/database';
import { type Actor, nameOf } from '../../kernel/actor';
import type { Clock } from '../../kernel/clock';
import { type Id, idToBytes, namedId, newId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueApplication } from '../../program/catalogue-sale';
import { checkProse, checkText } from '../input-checks';
import type { Judging } from '../level';
import { findExternalIds } from '../member.store';
import type { MemberRowsStore } from '../member-rows.store';
import { type ApplicationState, applicationFault, type PlanApplication } from './application';
import {
  applicationsOf,
  decideApplication,
  findByRequest,
  insertApplication,
  latestApplication,
  listApplications,
  readApplication,
} from './application.store';
import { applicationFacts, type FilledIn, readForm } from './application-form';

export interface ApplyInput extends FilledIn {
  readonly memberId: Id;
  /** The code of the plan. */
  readonly plan: string;
  /** 1 to 128 characters; scoped to the actor and the member. */
  readonly idempotencyKey: string;
}

export interface ReviewInput {
  readonly applicationId: Id;
  readonly approve: boolean;
  /** As the member reads it; needed to reject. */
  readonly reason?: string;
}

const REASON_MAX = 500;
const NO_APPLICATION = refuse('NOT_FOUND', 'There is no such application.', 'application');

export class ApplicationService {
  constructor(
    private readonly database: Database,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * Applies for a plan. Who does not meet the check is rejected at once, and told why; the rest is approved or waits
   * for staff, as the plan says. The same request again answers the application as it is by now.
   */
  async apply(actor: Actor, input: ApplyInput): Promise<PlanApplication | Refusal> {
    const fault = checkText('idempotencyKey', input.idempotencyKey);
    if (fault) return fault;
    const { memberId } = input;
    const plan = this.catalogue().planByCode(input.plan);
    if (!plan) return refuse('NOT_FOUND', 'There is no such plan in the program.', 'plan');
    const form = plan.application;
    if (!form) return refuse('CONFLICT', `The plan ${plan.code} is sold without an application.`, 'plan');
    const read = readForm(form, input);
    if (isRefusal(read)) return read;
    const rows = await this.memberRows.load(memberId);
    if (!rows) return refuse('NOT_FOUND', 'There is no such member.', 'member');
    const judging: Judging = { rows, catalogue: this.catalogue(), now: this.clock.now() };
    const application: Omit<PlanApplication, 'id'> = {
      memberId,
      planId: plan.id,
      programVersion: plan.version,
      ...read,
      appliedAt: judging.now,
      ...decided(judging, form, read),
    };
    const key = namedId('apply-for-plan', actor.role, actor.subject, memberId, input.idempotencyKey);
    const fingerprint = namedId(plan.id, JSON.stringify(read.fields), JSON.stringify(read.evidence));
    return this.database.transaction(async (tx) => {
      // Of two requests of one member at once the second waits here, and then finds what the first has done.
      await tx.arrays(`SELECT id FROM member WHERE id = ?${tx.dialect.forUpdate}`, [idToBytes(memberId)]);
      const known = await findByRequest(tx, key);
      if (known) return known.fingerprint === fingerprint ? known.application : MISMATCH;
      const latest = await latestApplication(tx, memberId, plan.id);
      const standing = standingFault(judging, form, latest);
      if (standing) return standing;
      // The last one is told by its id, so that a second one of the same millisecond needs a later id.
      const id = newId(Math.max(judging.now, latest ? timeOf(latest.id) + 1 : 0));
      await insertApplication(tx, { application: { ...application, id }, key, fingerprint });
      return { ...application, id };
    });
  }

  /** Decides on one that waits. Asked again in the same sense, it answers the same. */
  async review(actor: Actor, input: ReviewInput): Promise<PlanApplication | Refusal> {
    const { applicationId, approve, reason } = input;
    if (!approve && reason === undefined) {
      return refuse('INVALID_INPUT', 'reason is missing; say what stands in the way.', 'reason');
    }
    const fault = reason === undefined ? undefined : checkProse('reason', reason, REASON_MAX, 1);
    if (fault) return fault;
    const state = approve ? 'APPROVED' : 'REJECTED';
    return this.database.transaction(async (tx) => {
      const found = await readApplication(tx, applicationId, tx.dialect.forUpdate);
      if (!found) return NO_APPLICATION;
      if (found.state === state) return found;
      if (found.state !== 'PENDING') {
        const message = `The application is ${found.state.toLowerCase()} already; the member may apply again.`;
        return refuse('CONFLICT', message, 'application');
      }
      const reviewed = { ...found, state, reviewedAt: this.clock.now(), reviewedBy: nameOf(actor), reason } as const;
      await decideApplication(tx, reviewed);
      return reviewed;
    });
  }

  /** A member's own, newest first. Authorise before asking. */
  of(memberId: Id): Promise<readonly PlanApplication[]> {
    return applicationsOf(this.database.read, memberId);
  }

  /** For staff, oldest first. */
  list(page: { state?: ApplicationState; after?: Id; limit: number }): Promise<readonly PlanApplication[]> {
    return listApplications(this.database.read, page);
  }

  /** The external ids of who applied, by the member's id. */
  applicants(applications: readonly PlanApplication[]): Promise<ReadonlyMap<Id, string>> {
    return findExternalIds(this.database.read, [...new Set(applications.map(({ memberId }) => memberId))]);
  }
}

const MISMATCH = refuse(
  'IDEMPOTENCY_MISMATCH',
  'The idempotency key was used before with other content. Use a new key for a new request.',
  'idempotencyKey',
);

/** The instant that an id was made for: its first 48 bits. */
function timeOf(id: Id): number {
  return Number.parseInt(id.slice(0, 12), 16);
}

function standingFault(
  judging: Judging,
  form: CatalogueApplication,
  latest: PlanApplication | undefined,
): Refusal | undefined {
  if (latest?.state === 'PENDING') return refuse('CONFLICT', 'An application for this plan is being reviewed.', 'plan');
  if (latest?.state !== 'APPROVED' || applicationFault(judging, form, latest)) return undefined;
  return refuse('CONFLICT', 'The application for this plan was approved already.', 'plan');
}

function decided(
  judging: Judging,
  form: CatalogueApplication,
  read: Pick<PlanApplication, 'fields' | 'evidence'>,
): Pick<PlanApplication, 'state' | 'reviewedAt' | 'reason'> {
  const { check, review } = form;
  if (check && !check.when(applicationFacts(judging, form, read.fields))) {
    return { state: 'REJECTED', reviewedAt: judging.now, reason: check.otherwise };
  }
  return review === 'AUTO' ? { state: 'APPROVED', reviewedAt: judging.now } : { state: 'PENDING' };
}
