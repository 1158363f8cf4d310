// Registration at the API: a partner registers itself without a token, and looks at its application with its secret.
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { fromGlobalId } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';
import type { RequestContext } from '../../request/context';
import { OncePerRequest } from '../../request/once';
import { Allow, STAFF } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import { RegisterPartnerRequest } from './partner.input';
import type { PartnerService } from './partner.service';
import { PartnerApplicationType, PartnerRegistrationResult } from './partner.type';
import { toApplicationType } from './partner.view';

@Resolver()
export class RegistrationResolver {
  constructor(private readonly partners: PartnerService) {}

  @OncePerRequest()
  @Allow('ANONYMOUS', 'BD', 'OPERATIONS', 'ADMIN')
  @Mutation(() => PartnerRegistrationResult, {
    description: 'Asks to become a partner. No token is needed; staff reviews it. Once in a request.',
  })
  async registerPartner(@Arg('input') input: RegisterPartnerRequest, @Ctx() context: RequestContext): Promise<object> {
    const { code, name, contact, website, description } = input;
    const registration = { code, name, contact, website: website ?? undefined, description: description ?? '' };
    const registered = await this.partners.register(registration, context.actor);
    if (isRefusal(registered)) return toRefusalType(registered);
    const { partner, claimSecret } = registered;
    return { __typename: 'PartnerRegistration', application: toApplicationType(partner), claimSecret };
  }

  @Allow('ANONYMOUS', STAFF)
  @Query(() => PartnerApplicationType, { nullable: true, description: 'Null unless the secret is the right one.' })
  async partnerApplication(
    @Arg('application', () => ID) application: string,
    @Arg('claimSecret') claimSecret: string,
  ): Promise<PartnerApplicationType | null> {
    const id = fromGlobalId('partner', application);
    const found = id === undefined ? undefined : await this.partners.application(id, claimSecret);
    return found ? toApplicationType(found) : null;
  }
}
