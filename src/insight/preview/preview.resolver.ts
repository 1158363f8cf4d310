// What a planned program would change for the members that there are, hung on the answer of planProgram by this room.
import { GraphQLError } from 'graphql';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Arg, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { ProgramChangesType, ProgramChangesView } from '../../program/program.resolver';
import { Allow } from '../../request/policy';
import { MoneyType } from '../../request/shared.type';
import type { PreviewService } from './preview.service';
import type { WorstCost } from './program-preview';

const OPERATORS = ['OPERATIONS', 'ADMIN'] as const;
const MEMBERS_MAX = 20_000;

@Allow(...OPERATORS)
@ObjectType('LevelMove', { simpleResolvers: true, description: 'Members whom the program moves to another level.' })
export class LevelMoveType {
  @Field(() => String, { nullable: true, description: 'The code of the level; null for none.' })
  from!: string | null;
  @Field(() => String, { nullable: true, description: 'The code of the level; null for none.' })
  to!: string | null;
  @Field(() => Int)
  members!: number;
}

@Allow(...OPERATORS)
@ObjectType('BenefitChange', { simpleResolvers: true, description: 'Members for whom a benefit changes.' })
export class BenefitChangeType {
  @Field({ description: 'The code of the benefit.' })
  benefit!: string;
  @Field(() => Int, { description: 'Members who lose it.' })
  lost!: number;
  @Field(() => Int, { description: 'Members who may use it less often in a year.' })
  reduced!: number;
  @Field(() => Int, { description: 'Members who may use it more often in a year.' })
  raised!: number;
  @Field(() => Int, { description: 'Members who gain it.' })
  gained!: number;
}

@Allow(...OPERATORS)
@ObjectType('WorstCost', { simpleResolvers: true, description: 'What the members may cost, every quota used up.' })
export class WorstCostType {
  @Field(() => MoneyType, { description: "By the counted benefits of the members' levels, in a year." })
  levels!: MoneyType;
  @Field(() => Int, {
    description: 'Members whose level has a benefit that costs and has no quota: without any limit.',
  })
  unlimited!: number;
  @Field(() => MoneyType, { description: 'The caps of all running cards, were each sold anew.' })
  cards!: MoneyType;
}

@Allow(...OPERATORS)
@ObjectType('ProgramPreview', {
  simpleResolvers: true,
  description: 'What the program would change for the members that there are.',
})
export class ProgramPreviewType {
  @Field(() => GraphQLSafeInt)
  members!: number;
  @Field(() => GraphQLSafeInt, {
    description: 'How many were looked at, evenly spread; all counts are scaled up to all.',
  })
  seen!: number;
  @Field(() => [LevelMoveType], { description: 'The most members first.' })
  moves!: LevelMoveType[];
  @Field(() => [BenefitChangeType])
  benefits!: BenefitChangeType[];
  @Field(() => WorstCostType, { description: 'By the program in force.' })
  before!: WorstCostType;
  @Field(() => WorstCostType)
  after!: WorstCostType;
}

@Resolver(() => ProgramChangesType)
export class ProgramPreviewResolver {
  constructor(private readonly previews: PreviewService) {}

  @Allow(...OPERATORS)
  @FieldResolver(() => ProgramPreviewType, { nullable: true, description: 'Null for what was applied already.' })
  async preview(
    @Root() changes: ProgramChangesView,
    @Arg('members', () => Int, { defaultValue: 2_000, description: 'How many to look at, 1 to 20000.' }) most: number,
  ): Promise<ProgramPreviewType | null> {
    if (most < 1 || most > MEMBERS_MAX) {
      const message = `members is ${most}; allowed is 1 to ${MEMBERS_MAX}.`;
      throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
    }
    if (!changes.planned) return null;
    const { currency } = changes.planned.program;
    const { moves, before, after, ...rest } = await this.previews.preview(changes.planned, most);
    const money = (amount: number) => ({ amount, currency });
    const shown = ({ levels, unlimited, cards }: WorstCost): WorstCostType => {
      return { levels: money(levels), unlimited, cards: money(cards) };
    };
    return {
      members: rest.members,
      seen: rest.seen,
      benefits: [...rest.benefits],
      moves: moves.map(({ from, to, members }) => ({ from: from ?? null, to: to ?? null, members })),
      before: shown(before),
      after: shown(after),
    };
  }
}
