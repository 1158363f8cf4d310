// Partners at the API: staff reviews, suspends and lists them; each of them sees itself and nobody else.

import { Arg, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { Actor } from '../../kernel/actor';
import { fromGlobalId, type Id } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { isRefusal, refuse } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import { type Connection, connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, NO_SCOPE, STAFF } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import type { ConnectorService } from './connector.service';
import type { CredentialService } from './credential.service';
import type { PartnerAccount, PartnerState } from './partner';
import { ResumePartnerRequest, ReviewPartnerRequest, SuspendPartnerRequest } from './partner.input';
import type { PartnerService } from './partner.service';
import { PartnerAccountConnectionType, PartnerAccountResult, PartnerAccountType, PartnerStates } from './partner.type';
import { type PartnerParts, programPartnerType, toAccountType } from './partner.view';

const CURSOR = 'partner';
const NO_PARTNER = refuse('NOT_FOUND', 'There is no such partner.', 'partner');

@Resolver()
export class PartnerResolver {
  constructor(
    private readonly partners: PartnerService,
    private readonly credentials: CredentialService,
    private readonly connectors: ConnectorService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(STAFF)
  @Query(() => PartnerAccountConnectionType, {
    name: 'partners',
    description: 'Those that registered, also those that wait for a review; not the ones of the program file.',
  })
  async list(
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('state', () => PartnerStates, { nullable: true }) state?: PartnerState | null,
  ): Promise<Connection<PartnerAccountType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const found = await this.partners.list({ state: state ?? undefined, before, limit: size + 1 });
    const shown = found.slice(0, size);
    const partsOf = await this.partsOf(
      shown.map(({ id }) => id),
      context,
    );
    return connectionPage(found, size, (partner) => ({
      cursor: encodeCursor(CURSOR, partner.id),
      node: toAccountType(partner, partsOf(partner.id)),
    }));
  }

  @NeedsScope(NO_SCOPE)
  @Allow('PARTNER')
  @Query(() => PartnerAccountType, { nullable: true, description: 'The partner that asks.' })
  async myPartner(@Ctx() context: RequestContext): Promise<PartnerAccountType | null> {
    const { partnerId } = context.actor!;
    if (partnerId === undefined) return null;
    const partsOf = await this.partsOf([partnerId], context);
    const registered = await this.partners.find(partnerId);
    if (registered) return toAccountType(registered, partsOf(partnerId));
    const ofProgram = this.catalogue().partner(partnerId);
    return ofProgram ? programPartnerType(ofProgram, partsOf(partnerId)) : null;
  }

  @Allow('BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => PartnerAccountResult, { description: 'Approves or rejects an application.' })
  async reviewPartner(@Arg('input') input: ReviewPartnerRequest, @Ctx() context: RequestContext): Promise<object> {
    return this.change(input, input.decision === 'APPROVE' ? 'APPROVED' : 'REJECTED', 'APPLIED', context);
  }

  @Allow('BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => PartnerAccountResult, { description: 'Takes its offers off the air and refuses its keys.' })
  async suspendPartner(@Arg('input') input: SuspendPartnerRequest, @Ctx() context: RequestContext): Promise<object> {
    return this.change(input, 'SUSPENDED', 'APPROVED', context);
  }

  @Allow('BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => PartnerAccountResult, { description: 'Ends a suspension.' })
  async resumePartner(@Arg('input') input: ResumePartnerRequest, @Ctx() context: RequestContext): Promise<object> {
    return this.change(input, 'APPROVED', 'SUSPENDED', context);
  }

  private async change(
    { partner, reason }: SuspendPartnerRequest,
    to: PartnerState,
    from: PartnerState,
    context: RequestContext,
  ): Promise<object> {
    const partnerId = fromGlobalId('partner', partner);
    if (partnerId === undefined) return toRefusalType(NO_PARTNER);
    const changed = await this.partners.change(context.actor as Actor, { partnerId, from, to, reason });
    return isRefusal(changed) ? toRefusalType(changed) : this.answer(changed, context);
  }

  private async answer(partner: PartnerAccount, context: RequestContext): Promise<object> {
    const partsOf = await this.partsOf([partner.id], context);
    return { __typename: 'PartnerAccount', ...toAccountType(partner, partsOf(partner.id)) };
  }

  private async partsOf(ids: readonly Id[], { now }: RequestContext): Promise<(id: Id) => PartnerParts> {
    const [credentials, changes, connectors] = await Promise.all([
      this.credentials.of(ids),
      this.partners.changes(ids),
      this.connectors.of(ids),
    ]);
    return (id) => ({
      credentials: credentials.get(id) ?? [],
      changes: changes.get(id) ?? [],
      connector: connectors.get(id),
      now,
    });
  }
}
