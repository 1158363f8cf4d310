// An application for a plan: what was filled in, what came of it, and whether a card may be opened with it.
import { type Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import type { CatalogueApplication } from '../../program/catalogue-sale';
import type { Judging } from '../level';
import { addDays } from './term-end';

export const APPLICATION_STATES = ['PENDING', 'APPROVED', 'REJECTED'] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

export type FieldValue = string | number | boolean;

export interface PlanApplication {
  readonly id: Id;
  readonly memberId: Id;
  readonly planId: Id;
  /** The program version of the plan by which it was made. */
  readonly programVersion: number;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Links; nobody but people follows them. */
  readonly evidence: readonly string[];
  readonly state: ApplicationState;
  readonly appliedAt: Instant;
  readonly reviewedAt?: Instant;
  /** `role:subject`; absent when the check decided. */
  readonly reviewedBy?: string;
  /** As the member reads it. */
  readonly reason?: string;
}

/** Until when (exclusive) a card may be opened with it; `undefined`: for ever. */
export function validUntil(
  { catalogue }: Pick<Judging, 'catalogue'>,
  form: Pick<CatalogueApplication, 'validDays'>,
  { reviewedAt, appliedAt }: PlanApplication,
): Instant | undefined {
  return form.validDays === undefined ? undefined : addDays(catalogue.time, reviewedAt ?? appliedAt, form.validDays);
}

/** Why no card may be opened yet with what the member applied with last. */
export function applicationFault(
  judging: Judging,
  form: CatalogueApplication,
  application: PlanApplication | undefined,
): Refusal | undefined {
  const needed = (message: string) => refuse('APPLICATION_NEEDED', message, 'plan');
  if (!application) return needed('This plan is sold to who applied for it. Apply first.');
  if (application.state === 'PENDING') return needed('The application is being reviewed.');
  if (application.state === 'REJECTED') {
    return needed(`The application was rejected: ${application.reason ?? ''} Apply again when that has changed.`);
  }
  const until = validUntil(judging, form, application);
  if (until === undefined || judging.now < until) return undefined;
  return needed(`The approval held until ${judging.catalogue.time.isoDate(until)}. Apply again.`);
}
