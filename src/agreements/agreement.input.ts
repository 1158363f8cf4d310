// What staff writes of an agreement, and what that says in the words of this room.
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { fromGlobalId } from '../kernel/id';
import { type Refusal, refuse } from '../kernel/refusal';
import { PARTNER_NAMED } from '../program/named-partner';
import { CostBases } from '../program/words.type';
import { Allow, STAFF } from '../request/policy';
import type { AgreementState, AtCeiling, CeilingPeriod, ExchangeKind, ExchangeSide, Settlement } from './agreement';
import {
  AgreementStates,
  AtCeilings,
  CeilingPeriods,
  ExchangeKinds,
  ExchangeSides,
  Settlements,
} from './agreement.type';
import type { WrittenTerms } from './agreement-terms';

@InputType('AgreementCeilingInput')
export class AgreementCeilingInput {
  @Field(() => CeilingPeriods)
  per!: CeilingPeriod;
  @Field(() => GraphQLSafeInt)
  quantity!: number;
}

@InputType('AgreementItemInput')
export class AgreementItemInput {
  @Field({ description: 'a-z, 0-9 and hyphens; names the item in all revisions.' })
  code!: string;
  @Field(() => ExchangeSides)
  side!: ExchangeSide;
  @Field(() => ExchangeKinds)
  kind!: ExchangeKind;
  @Field({ description: 'What one of it is, such as "cup".' })
  unit!: string;
  @Field(() => GraphQLSafeInt, { description: 'What one is worth, in the minor unit.' })
  unitValue!: number;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'How many in all.' })
  quantity?: number | null;
  @Field(() => AgreementCeilingInput, { nullable: true, description: 'How many in each period.' })
  ceiling?: AgreementCeilingInput | null;
  @Field(() => [ID], { nullable: true, description: 'Offers of the partner, for its PERK_REDEMPTION.' })
  offers?: string[] | null;
  @Field(() => CostBases, { defaultValue: 'ISSUE', description: 'Whether a redemption counts at issue or at use.' })
  countsAt!: 'ISSUE' | 'USE';
  @Field(() => AtCeilings, { defaultValue: 'PAUSE' })
  atCeiling!: AtCeiling;
}

@InputType('AgreementTermsInput')
export class AgreementTermsInput {
  @Field()
  title!: string;
  @Field({ description: 'The first business day, such as 2026-12-01.' })
  startsOn!: string;
  @Field({ description: 'The business day after the last.' })
  endsBefore!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'The business day with which an amendment takes effect; as soon as both have confirmed it unless told.',
  })
  effectiveOn?: string | null;
  @Field(() => [AgreementItemInput])
  items!: AgreementItemInput[];
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'How far the operator may get ahead, in the minor unit. Without limit unless told.',
  })
  oursAhead?: number | null;
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'How far the partner may get ahead, in the minor unit. Without limit unless told.',
  })
  theirsAhead?: number | null;
  @Field(() => Settlements, { defaultValue: 'MONTHLY' })
  settlement!: Settlement;
}

@InputType('AgreementFilter')
export class AgreementFilter {
  @Field(() => AgreementStates, { nullable: true })
  state?: AgreementState | null;
  @Field(() => String, { nullable: true, description: PARTNER_NAMED })
  partner?: string | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true, description: 'The subject of the BD who owns them.' })
  owner?: string | null;
}

@InputType('CreateAgreementInput')
export class CreateAgreementInput {
  @Field({ description: 'a-z, 0-9 and hyphens; no other agreement has it.' })
  code!: string;
  @Field(() => ID, { description: 'Its id, or its code.' })
  partner!: string;
  @Field(() => String, { nullable: true, description: 'The subject of the BD who owns it; who makes it unless told.' })
  owner?: string | null;
  @Field(() => AgreementTermsInput)
  terms!: AgreementTermsInput;
}

@InputType('ReviseAgreementInput')
export class ReviseAgreementInput {
  @Field(() => ID)
  agreement!: string;
  @Field(() => AgreementTermsInput, { description: 'All of them, also those that stay as they are.' })
  terms!: AgreementTermsInput;
}

@InputType('ConfirmAgreementInput')
export class ConfirmAgreementInput {
  @Field(() => ID)
  agreement!: string;
  @Field(() => Int, { description: 'The revision that was looked at; another one is not confirmed by this.' })
  revision!: number;
}

@InputType('CloseAgreementInput')
export class CloseAgreementInput {
  @Field(() => ID)
  agreement!: string;
  @Field({ description: 'As the partner reads it.' })
  reason!: string;
}

/** The terms in the words of this room, or the refusal of an id that names no offer. */
export function writtenTerms(input: AgreementTermsInput): WrittenTerms | Refusal {
  const { title, startsOn, endsBefore, effectiveOn, settlement, oursAhead, theirsAhead } = input;
  const ids = new Map(input.items.flatMap(({ offers }) => offers ?? []).map((id) => [id, fromGlobalId('offer', id)]));
  const stray = [...ids].find(([, id]) => id === undefined);
  if (stray)
    return refuse('NOT_FOUND', 'The partner has no such offer. Name offers that this partner registered.', 'items');
  const items = input.items.map(({ quantity, ceiling, offers, ...item }) => ({
    ...item,
    ...(quantity === null || quantity === undefined ? {} : { quantity }),
    ...(ceiling ? { ceiling: { per: ceiling.per, quantity: ceiling.quantity } } : {}),
    offers: (offers ?? []).map((id) => ids.get(id)!),
  }));
  const allowedImbalance = { ...given('oursAhead', oursAhead), ...given('theirsAhead', theirsAhead) };
  const later = effectiveOn ? { effectiveOn } : {};
  return { title, startsOn, endsBefore, ...later, settlement, allowedImbalance, items };
}

function given(name: string, value: number | null | undefined): Record<string, number> {
  return value === null || value === undefined ? {} : { [name]: value };
}
