// API inputs of members and cards, as the operator's server sends them.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { enumOf } from '../request/shared.type';
import type { AdjustedBalance } from './member.service';

const AdjustedBalances = enumOf(['POINTS', 'GROWTH']);
registerEnumType(AdjustedBalances, { name: 'AdjustedBalance' });

@InputType('RegisterMemberInput')
export class RegisterMemberInput {
  @Field({ description: "The operator's own id: 1 to 128 characters, compared byte by byte." })
  externalId!: string;
  @Field({ description: '1 to 128 characters.' })
  nickname!: string;
  @Field(() => String, { nullable: true, description: '`YYYY-MM-DD`.' })
  birthday?: string | null;
  @Field(() => [String], { nullable: true, description: 'Interests, profession and the like; at most 50.' })
  tags?: string[] | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When the person joined; now unless told.' })
  joinedAt?: Date | null;
}

@InputType('OpenCardInput')
export class OpenCardRequest {
  @Field({ description: 'The external id of the member.' })
  member!: string;
  @Field({ description: 'The code of the plan.' })
  plan!: string;
  @Field({ description: 'The payment order: one order opens one term, however often it is sent.' })
  orderId!: string;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Now unless told; the first term begins here.' })
  startsAt?: Date | null;
  @Field(() => ID, { nullable: true, description: 'For a privilege card: the card that it hangs on.' })
  parentCard?: string | null;
  @Field(() => String, { nullable: true, description: "The price that was paid; the member's quote unless told." })
  priceCode?: string | null;
}

@InputType('RenewCardInput')
export class RenewCardRequest {
  @Field(() => ID)
  card!: string;
  @Field({ description: 'The payment order of the new term.' })
  orderId!: string;
  @Field(() => String, { nullable: true, description: "The price that was paid; the member's quote unless told." })
  priceCode?: string | null;
}

@InputType('AdjustBalanceInput')
export class AdjustBalanceRequest {
  @Field({ description: 'The external id of the member.' })
  member!: string;
  @Field(() => AdjustedBalances)
  balance!: AdjustedBalance;
  @Field(() => GraphQLSafeInt, { description: 'Above zero adds, below zero takes.' })
  amount!: number;
  @Field({ description: '1 to 128 characters: the same key adjusts once.' })
  idempotencyKey!: string;
}
