// The resolvers of partners, put together.
import type { Catalogue } from '../../program/catalogue';
import { ConnectorResolver } from './connector.resolver';
import { CredentialResolver } from './credential.resolver';
import { PartnerResolver } from './partner.resolver';
import type { PartnerSide } from './partner-side';
import { RegistrationResolver } from './registration.resolver';

export const PARTNER_RESOLVERS = [
  RegistrationResolver,
  PartnerResolver,
  CredentialResolver,
  ConnectorResolver,
] as const;

type Instance = readonly [(typeof PARTNER_RESOLVERS)[number], object];

export function partnerResolvers(side: PartnerSide, catalogue: () => Catalogue): readonly Instance[] {
  const { partners, credentials, connectors, directory } = side;
  return [
    [RegistrationResolver, new RegistrationResolver(partners)],
    [PartnerResolver, new PartnerResolver(partners, credentials, connectors, catalogue)],
    [CredentialResolver, new CredentialResolver(credentials, catalogue)],
    [ConnectorResolver, new ConnectorResolver(connectors, directory, catalogue)],
  ];
}
