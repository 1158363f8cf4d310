// Applications for plans at the API: a member applies and sees its own, staff lists and decides.
import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { fromGlobalId, toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import type { RequestContext } from '../../request/context';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, MEMBERS, STAFF } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import { MemberType } from '../member.type';
import { MemberView } from '../member.view';
import { type PlanApplication, validUntil } from './application';
import type { ApplicationService } from './application.service';
import {
  ApplicationStates,
  ApplyForPlanInput,
  PlanApplicationConnectionType,
  PlanApplicationResult,
  PlanApplicationType,
  ReviewPlanApplicationInput,
} from './application.type';

const CURSOR = 'plan-application';
const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
const NO_APPLICATION = refuse('NOT_FOUND', 'There is no such application.', 'application');

@Resolver(() => MemberType)
export class ApplicationResolver {
  constructor(
    private readonly applications: ApplicationService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
  @FieldResolver(() => [PlanApplicationType], { description: 'The newest first, at most 100.' })
  async planApplications(@Root() { standing }: MemberView): Promise<PlanApplicationType[]> {
    const found = await this.applications.of(standing.rows.member.id);
    return found.map((application) => toApplicationType(application, standing.catalogue));
  }

  @Allow(MEMBERS)
  @Mutation(() => PlanApplicationResult, { description: 'Applies for a plan that is sold to who was approved only.' })
  async applyForPlan(@Arg('input') input: ApplyForPlanInput, @Ctx() context: RequestContext): Promise<object> {
    const memberId = context.actor?.memberId;
    if (memberId === undefined) return toRefusalType(NO_MEMBER);
    return this.answer(await this.applications.apply(context.actor!, { ...input, memberId }));
  }

  @Allow(STAFF)
  @Query(() => PlanApplicationConnectionType, {
    name: 'planApplications',
    description: 'Applications for plans of all members, or of one state.',
  })
  async listApplications(
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('state', () => ApplicationStates, { nullable: true }) state?: keyof typeof ApplicationStates | null,
  ): Promise<PlanApplicationConnectionType> {
    const size = pageSize(first);
    const key = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const found = await this.applications.list({ state: state ?? undefined, after: key, limit: size + 1 });
    const shown = found.slice(0, size);
    const members = await this.applications.applicants(shown);
    const edges = shown.map((application) => ({
      cursor: encodeCursor(CURSOR, application.id),
      member: members.get(application.memberId) ?? '',
      node: toApplicationType(application, this.catalogue()),
    }));
    return { edges, pageInfo: { hasNextPage: found.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
  }

  @Allow('OPERATIONS', 'ADMIN')
  @Mutation(() => PlanApplicationResult, { description: 'Approves or rejects an application that waits.' })
  async reviewPlanApplication(
    @Arg('input') input: ReviewPlanApplicationInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const applicationId = fromGlobalId('planApplication', input.application);
    if (applicationId === undefined) return toRefusalType(NO_APPLICATION);
    const review = { applicationId, approve: input.decision === 'APPROVE', reason: input.reason ?? undefined };
    return this.answer(await this.applications.review(context.actor!, review));
  }

  private answer(outcome: PlanApplication | Refusal): object {
    if (isRefusal(outcome)) return toRefusalType(outcome);
    return { __typename: 'PlanApplication', ...toApplicationType(outcome, this.catalogue()) };
  }
}

function toApplicationType(application: PlanApplication, catalogue: Catalogue): PlanApplicationType {
  const { id, planId, state, fields, evidence, appliedAt, reviewedAt, reviewedBy, reason } = application;
  const plan = catalogue.plan(planId);
  const until =
    state === 'APPROVED' && plan?.application ? validUntil({ catalogue }, plan.application, application) : undefined;
  return {
    id: toGlobalId('planApplication', id),
    plan: plan?.code ?? '',
    state,
    fields: Object.entries(fields).map(([code, value]) => ({ code, value: String(value) })),
    evidence,
    appliedAt: new Date(appliedAt),
    reviewedAt: reviewedAt === undefined ? null : new Date(reviewedAt),
    reason: reason ?? null,
    validUntil: until === undefined ? null : new Date(until),
    reviewedBy: reviewedBy ?? null,
  };
}
