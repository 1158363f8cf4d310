// API types of partners and their keys, as they themselves and staff see them.

import { GraphQLDateTimeISO } from 'graphql-scalars';
import { createUnionType, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { PARTNER_SCOPES, type PartnerScope } from '../../kernel/actor';
import { connectionOf } from '../../request/connection';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import { enumOf, RefusalType } from '../../request/shared.type';
import { PartnerConnectorType } from './connector.type';
import { CREDENTIAL_STATES, type CredentialState } from './credential';
import { PARTNER_STATES, type PartnerState } from './partner';

export const PartnerStates = enumOf(PARTNER_STATES);
registerEnumType(PartnerStates, {
  name: 'PartnerState',
  description: 'Of a partner. Only one that is approved has live offers and keys that are accepted.',
});
export const PartnerScopes = enumOf(PARTNER_SCOPES);
registerEnumType(PartnerScopes, { name: 'PartnerScope', description: "What a partner's key is for." });
const CredentialStates = enumOf(CREDENTIAL_STATES);
registerEnumType(CredentialStates, { name: 'PartnerCredentialState' });

@Allow('ANONYMOUS', STAFF)
@ObjectType('PartnerApplication', { simpleResolvers: true, description: 'A registration, as its maker sees it.' })
export class PartnerApplicationType {
  @Field(() => ID, { description: 'Of the application, and of the partner once it is approved.' })
  id!: string;
  @Field({ description: 'The code of the partner once it is approved.' })
  code!: string;
  @Field()
  name!: string;
  @Field(() => PartnerStates)
  state!: PartnerState;
  @Field({ description: 'Why it is in this state; empty when nobody said.' })
  reason!: string;
  @Field(() => GraphQLDateTimeISO)
  appliedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'Since when it is in this state.' })
  changedAt!: Date;
}

@Allow('ANONYMOUS', STAFF)
@ObjectType('PartnerRegistration', { simpleResolvers: true })
export class PartnerRegistrationType {
  @Field(() => PartnerApplicationType)
  application!: PartnerApplicationType;
  @Field({ description: 'Shown this once; look at the application with it.' })
  claimSecret!: string;
}

@Allow('PARTNER', STAFF)
@ObjectType('PartnerCredential', { simpleResolvers: true, description: 'A key, without the key.' })
export class PartnerCredentialType {
  @Field(() => ID)
  id!: string;
  @Field({ description: 'The part of the key that is no secret.' })
  prefix!: string;
  @Field()
  label!: string;
  @Field(() => [PartnerScopes])
  scopes!: PartnerScope[];
  @Field(() => CredentialStates)
  state!: CredentialState;
  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
  @Allow(STAFF)
  @Field()
  createdBy!: string;
  @Field(() => GraphQLDateTimeISO, { description: 'Exclusive.' })
  endsAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'A minute late at most; null when never.' })
  lastUsedAt!: Date | null;
  @Field(() => ID, { nullable: true, description: 'The credential that it was rotated to.' })
  replacedBy!: string | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  revokedAt!: Date | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true })
  revokedBy!: string | null;
}

@Allow('PARTNER', STAFF)
@ObjectType('NewPartnerCredential', { simpleResolvers: true })
export class NewPartnerCredentialType {
  @Field({ description: 'Send it as `Authorization: Bearer KEY`. Shown this once and kept nowhere.' })
  key!: string;
  @Field(() => PartnerCredentialType)
  credential!: PartnerCredentialType;
}

@Allow(STAFF)
@ObjectType('PartnerChange', { simpleResolvers: true })
export class PartnerChangeType {
  @Field()
  kind!: string;
  @Field(() => GraphQLDateTimeISO)
  madeAt!: Date;
  @Field()
  madeBy!: string;
  @Field()
  reason!: string;
}

@Allow('PARTNER', STAFF)
@ObjectType('PartnerAccount', { simpleResolvers: true, description: 'A partner, as it and staff see it.' })
export class PartnerAccountType {
  @Field(() => ID)
  id!: string;
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => PartnerStates)
  state!: PartnerState;
  @Field({ description: 'Why it is in this state; empty when nobody said.' })
  reason!: string;
  @Field(() => String, { nullable: true, description: 'Null for a partner of the program file.' })
  contact!: string | null;
  @Field(() => String, { nullable: true })
  website!: string | null;
  @Field()
  description!: string;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Null for a partner of the program file.' })
  appliedAt!: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Since when it is in this state.' })
  changedAt!: Date | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true })
  changedBy!: string | null;
  @NeedsScope('CREDENTIALS')
  @Field(() => [PartnerCredentialType], { description: 'The newest first.' })
  credentials!: PartnerCredentialType[];
  @NeedsScope('CONNECTOR')
  @Field(() => PartnerConnectorType, { nullable: true, description: 'How its API is reached; null without one.' })
  connector!: PartnerConnectorType | null;
  @Allow(STAFF)
  @Field(() => [PartnerChangeType], { description: 'Who did what, the latest fifty, the newest first.' })
  history!: PartnerChangeType[];
}

export const PartnerAccountConnectionType = connectionOf('PartnerAccount', () => PartnerAccountType, {
  who: STAFF,
  order: 'Those that registered themselves, the newest first.',
});

export const PartnerRegistrationResult = createUnionType({
  name: 'PartnerRegistrationResult',
  types: () => [PartnerRegistrationType, RefusalType] as const,
});
export const PartnerAccountResult = createUnionType({
  name: 'PartnerAccountResult',
  types: () => [PartnerAccountType, RefusalType] as const,
});
export const NewPartnerCredentialResult = createUnionType({
  name: 'NewPartnerCredentialResult',
  types: () => [NewPartnerCredentialType, RefusalType] as const,
});
export const PartnerCredentialResult = createUnionType({
  name: 'PartnerCredentialResult',
  types: () => [PartnerCredentialType, RefusalType] as const,
});
