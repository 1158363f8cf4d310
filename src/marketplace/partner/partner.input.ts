// API inputs of partners and their keys.
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import type { PartnerScope } from '../../kernel/actor';
import { enumOf } from '../../request/shared.type';
import { PartnerScopes } from './partner.type';

const Decisions = enumOf(['APPROVE', 'REJECT']);
registerEnumType(Decisions, { name: 'PartnerDecision' });
export type PartnerDecision = keyof typeof Decisions;

@InputType('RegisterPartnerInput')
export class RegisterPartnerRequest {
  @Field({ description: '3 to 40 of a to z, 0 to 9 and single hyphens; it names the partner for good.' })
  code!: string;
  @Field({ description: '1 to 128 characters; members see it.' })
  name!: string;
  @Field({ description: 'An e-mail address, for staff.' })
  contact!: string;
  @Field(() => String, { nullable: true, description: 'An https URL.' })
  website?: string | null;
  @Field(() => String, { nullable: true, description: 'What you offer, for the review; at most 2,000 characters.' })
  description?: string | null;
}

@InputType('ReviewPartnerInput')
export class ReviewPartnerRequest {
  @Field(() => ID)
  partner!: string;
  @Field(() => Decisions)
  decision!: PartnerDecision;
  @Field({ defaultValue: '', description: 'Needed to reject; the applicant reads it.' })
  reason!: string;
}

@InputType('SuspendPartnerInput')
export class SuspendPartnerRequest {
  @Field(() => ID)
  partner!: string;
  @Field({ description: '1 to 500 characters; the partner reads it.' })
  reason!: string;
}

@InputType('ResumePartnerInput')
export class ResumePartnerRequest {
  @Field(() => ID)
  partner!: string;
  @Field({ defaultValue: '', description: 'The partner reads it.' })
  reason!: string;
}

@InputType('CreatePartnerCredentialInput')
export class CreateCredentialRequest {
  @Field(() => ID, { nullable: true, description: 'For staff; partners make keys for themselves.' })
  partner?: string | null;
  @Field({ description: '1 to 128 characters: where the key is used.' })
  label!: string;
  @Field(() => [PartnerScopes], { description: 'At least one; a key grants what it may do itself at most.' })
  scopes!: PartnerScope[];
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'In a year unless told; two years at most.' })
  endsAt?: Date | null;
}

@InputType('RotatePartnerCredentialInput')
export class RotateCredentialRequest {
  @Field(() => ID)
  credential!: string;
  @Field(() => Int, { defaultValue: 24, description: 'How long the old key is still good: 0 to 720.' })
  overlapHours!: number;
}

@InputType('RevokePartnerCredentialInput')
export class RevokeCredentialRequest {
  @Field(() => ID)
  credential!: string;
  @Field({ defaultValue: '', description: 'For the history; at most 500 characters.' })
  reason!: string;
}
