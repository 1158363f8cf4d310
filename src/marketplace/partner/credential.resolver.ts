// Partners' keys at the API: made by staff for a partner, or by the partner for itself; changed, and taken back.
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { fromGlobalId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import type { RequestContext } from '../../request/context';
import { Allow, NeedsScope } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import type { CredentialService, NewCredential } from './credential.service';
import { CreateCredentialRequest, RevokeCredentialRequest, RotateCredentialRequest } from './partner.input';
import { namedPartner } from './partner.policy';
import { NewPartnerCredentialResult, PartnerCredentialResult } from './partner.type';
import { toCredentialType } from './partner.view';

const NO_CREDENTIAL = refuse('NOT_FOUND', 'There is no such credential.', 'credential');

@Resolver()
export class CredentialResolver {
  constructor(
    private readonly credentials: CredentialService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @NeedsScope('CREDENTIALS')
  @Allow('PARTNER', 'BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => NewPartnerCredentialResult, { description: 'Makes a key, which is shown in this answer only.' })
  async createPartnerCredential(
    @Arg('input') input: CreateCredentialRequest,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const partnerId = namedPartner(context.actor!, input.partner, this.catalogue());
    if (isRefusal(partnerId)) return toRefusalType(partnerId);
    const { label, scopes, endsAt } = input;
    const request = { partnerId, label, scopes, endsAt: endsAt?.getTime() };
    return answer(await this.credentials.create(context.actor!, request), context);
  }

  @NeedsScope('CREDENTIALS')
  @Allow('PARTNER', 'BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => NewPartnerCredentialResult, {
    description: 'Makes a key like the given one, which stays good for a while.',
  })
  async rotatePartnerCredential(
    @Arg('input') { credential, overlapHours }: RotateCredentialRequest,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = fromGlobalId('credential', credential);
    if (id === undefined) return toRefusalType(NO_CREDENTIAL);
    return answer(await this.credentials.rotate(context.actor!, id, overlapHours), context);
  }

  @NeedsScope('CREDENTIALS')
  @Allow('PARTNER', 'BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => PartnerCredentialResult, { description: 'From now on the key is refused.' })
  async revokePartnerCredential(
    @Arg('input') { credential, reason }: RevokeCredentialRequest,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const id = fromGlobalId('credential', credential);
    if (id === undefined) return toRefusalType(NO_CREDENTIAL);
    const revoked = await this.credentials.revoke(context.actor!, id, reason);
    if (isRefusal(revoked)) return toRefusalType(revoked);
    return { __typename: 'PartnerCredential', ...toCredentialType(revoked, context.now) };
  }
}

function answer(made: NewCredential | Refusal, context: RequestContext): object {
  if (isRefusal(made)) return toRefusalType(made);
  const { key, credential } = made;
  return { __typename: 'NewPartnerCredential', key, credential: toCredentialType(credential, context.now) };
}
