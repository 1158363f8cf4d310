// The audit at the API: entries with their changes, for auditors and administrators.

import { GraphQLDateTimeISO, GraphQLJSON, GraphQLSafeInt } from 'graphql-scalars';
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../request/connection';
import { Allow } from '../request/policy';
import { enumOf } from '../request/shared.type';
import type { AuditKind, AuditOutcome, Json } from './audit-entry';

export const AUDITORS = ['AUDITOR', 'ADMIN'] as const;

const AuditKinds = enumOf(['ASKED', 'ANSWERED'] satisfies AuditKind[]);
registerEnumType(AuditKinds, {
  name: 'AuditKind',
  description: 'ASKED is written before anything happens, ANSWERED after it.',
});
const AuditOutcomes = enumOf(['DONE', 'REFUSED', 'FAILED'] satisfies AuditOutcome[]);
registerEnumType(AuditOutcomes, {
  name: 'AuditOutcome',
  description: 'FAILED: something broke on the way, so it may have happened or not.',
});

@Allow(AUDITORS)
@ObjectType('AuditChange', { simpleResolvers: true, description: 'What was different afterwards.' })
export class AuditChangeType {
  @Field({ description: 'Where in the subject, such as `offer.state`.' })
  field!: string;
  @Field(() => GraphQLJSON, { nullable: true, description: 'Null when there was nothing.' })
  before!: Json;
  @Field(() => GraphQLJSON, { nullable: true, description: 'Null when there is nothing any more.' })
  after!: Json;
}

@Allow(AUDITORS)
@ObjectType('AuditEntry', {
  simpleResolvers: true,
  description: 'Something that staff or a partner asked, or its end.',
})
export class AuditEntryType {
  @Field(() => GraphQLSafeInt, { description: 'From 1, without gaps.' })
  number!: number;
  @Field(() => AuditKinds)
  kind!: AuditKind;
  @Field(() => GraphQLDateTimeISO)
  at!: Date;
  @Field({ description: 'The role of who asked; ANONYMOUS without a token.' })
  role!: string;
  @Field({ description: 'The subject of the token; empty without one.' })
  actor!: string;
  @Field({ description: 'As the log and the answer header have it.' })
  requestId!: string;
  @Field({ description: 'The mutation or command.' })
  action!: string;
  @Field({ description: 'What kind of thing it is about.' })
  subjectType!: string;
  @Field({ description: 'Which one: a global id, an external id or a code; empty while it is not made yet.' })
  subjectKey!: string;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Of an answer: the number of the entry that asked.' })
  asked!: number | null;
  @Field(() => AuditOutcomes, { nullable: true, description: 'Null for what was only asked.' })
  outcome!: AuditOutcome | null;
  @Field(() => String, { nullable: true, description: 'The code of a refusal.' })
  refusal!: string | null;
  @Field(() => GraphQLJSON, { nullable: true, description: 'The arguments of what was asked, without secrets.' })
  args!: Json;
  @Field(() => [AuditChangeType], { description: 'What was different after an answer.' })
  changes!: readonly AuditChangeType[];
  @Field({ description: 'SHA-256 of the entry and of the hash before it, as 64 hexadecimal digits.' })
  hash!: string;
}

export const AuditConnectionType = connectionOf('Audit', () => AuditEntryType, {
  who: AUDITORS,
  order: 'Newest first.',
});

@InputType('AuditFilter', { description: 'All that is given must hold.' })
export class AuditFilterInput {
  @Field(() => String, { nullable: true, description: 'Such as `offer`, `partner`, `member`, `card`, `program`.' })
  subjectType?: string | null;
  @Field(() => String, { nullable: true, description: 'As the entry has it.' })
  subjectKey?: string | null;
  @Field(() => String, { nullable: true, description: 'The subject of the token.' })
  actor?: string | null;
  @Field(() => String, { nullable: true, description: 'The mutation or command.' })
  action?: string | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Inclusive.' })
  from?: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Exclusive.' })
  until?: Date | null;
}
