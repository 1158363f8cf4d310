// Connectors at the API: set, tried and removed by a partner for itself or by staff; their health for staff.
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { toGlobalId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { checkText } from '../../members/input-checks';
import type { Catalogue } from '../../program/catalogue';
import { PARTNER_NAMED, partnerNamed } from '../../program/named-partner';
import type { RequestContext } from '../../request/context';
import { OncePerRequest } from '../../request/once';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import type { ConnectorService } from './connector.service';
import {
  PartnerHealthType,
  RemoveConnectorResult,
  SetConnectorRequest,
  SetConnectorResult,
  TestConnectorResult,
} from './connector.type';
import { toHealthType, toTestType } from './connector.view';
import type { ConnectorDirectory, ConnectorHealth } from './connector-directory';
import { namedPartner } from './partner.policy';
import { toConnectorType } from './partner.view';

const OFFERS_TRIED_MAX = 10;
const NO_CONNECTOR = refuse('NOT_FOUND', 'The partner has no connector that can be used; set one first.', 'partner');

@Resolver()
export class ConnectorResolver {
  constructor(
    private readonly connectors: ConnectorService,
    private readonly directory: ConnectorDirectory,
    private readonly catalogue: () => Catalogue,
  ) {}

  @OncePerRequest()
  @NeedsScope('CONNECTOR')
  @Allow('PARTNER', 'BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => SetConnectorResult, {
    description: "Says how a partner's API is reached. In force within a second, without a deploy.",
  })
  async setPartnerConnector(@Arg('input') input: SetConnectorRequest, @Ctx() context: RequestContext): Promise<object> {
    const partnerId = namedPartner(context.actor!, input.partner, this.catalogue());
    if (isRefusal(partnerId)) return toRefusalType(partnerId);
    const { manifest, secrets } = input;
    const outcome = await this.connectors.set(context.actor!, { partnerId, manifest, secrets });
    if (isRefusal(outcome)) return toRefusalType(outcome);
    if ('faults' in outcome) return { __typename: 'FaultyManifest', faults: outcome.faults };
    return { __typename: 'PartnerConnector', ...toConnectorType(outcome) };
  }

  @NeedsScope('CONNECTOR')
  @Allow('PARTNER', 'BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => RemoveConnectorResult, { description: 'The partner has no API any more; its secrets are deleted.' })
  async removePartnerConnector(
    @Ctx() context: RequestContext,
    @Arg('partner', () => ID, { nullable: true, description: 'For staff.' }) partner?: string | null,
  ): Promise<object> {
    const partnerId = namedPartner(context.actor!, partner, this.catalogue());
    if (isRefusal(partnerId)) return toRefusalType(partnerId);
    const outcome = await this.connectors.remove(context.actor!, partnerId);
    if (isRefusal(outcome)) return toRefusalType(outcome);
    return { __typename: 'PartnerConnector', ...toConnectorType(outcome) };
  }

  @OncePerRequest()
  @NeedsScope('CONNECTOR')
  @Allow('PARTNER', 'BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => TestConnectorResult, { description: 'Asks the API for availability once, and says what came of it.' })
  async testPartnerConnector(
    @Ctx() context: RequestContext,
    @Arg('partner', () => ID, { nullable: true, description: 'For staff.' }) partner?: string | null,
    @Arg('offerRefs', () => [String], {
      defaultValue: ['perkgate-test'],
      description: "The partner's own ids, 1 to 10.",
    })
    offerRefs: string[] = [],
  ): Promise<object> {
    const partnerId = namedPartner(context.actor!, partner, this.catalogue());
    if (isRefusal(partnerId)) return toRefusalType(partnerId);
    const fault = checkRefs(offerRefs);
    if (fault) return toRefusalType(fault);
    const api = this.directory.apiOf(partnerId);
    if (!api) return toRefusalType(NO_CONNECTOR);
    return { __typename: 'ConnectorTest', ...toTestType(await api.availability(offerRefs)) };
  }

  @Allow(STAFF)
  @Query(() => [PartnerHealthType], {
    nullable: true,
    description: 'Of every partner with a connector, or of the one that is named; null when it has none.',
  })
  partnerHealth(
    @Arg('partner', () => ID, { nullable: true, description: PARTNER_NAMED }) partner?: string | null,
  ): PartnerHealthType[] | null {
    if (!partner) return this.directory.health().map((health) => this.toType(health));
    const named = partnerNamed(this.catalogue(), partner);
    const health = named && this.directory.healthOf(named.id);
    return health ? [this.toType(health)] : null;
  }

  private toType(health: ConnectorHealth): PartnerHealthType {
    const { partnerId } = health;
    const code = this.catalogue().partner(partnerId)?.code ?? '';
    return toHealthType(health, { globalId: toGlobalId('partner', partnerId), code });
  }
}

function checkRefs(offerRefs: readonly string[]): Refusal | undefined {
  if (offerRefs.length >= 1 && offerRefs.length <= OFFERS_TRIED_MAX) {
    return offerRefs.map((ref) => checkText('offerRefs', ref)).find((fault) => fault !== undefined);
  }
  const message = `offerRefs has ${offerRefs.length} entries; allowed are 1 to ${OFFERS_TRIED_MAX}.`;
  return refuse('INVALID_INPUT', message, 'offerRefs');
}
