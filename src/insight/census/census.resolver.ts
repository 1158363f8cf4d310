// The structure of levels as the last census has it, for staff.
import { GraphQLDateTimeISO, GraphQLLocalDate } from 'graphql-scalars';
import { Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { Database } from '../../database/database';
import { LevelType } from '../../members/member.type';
import type { Catalogue } from '../../program/catalogue';
import { Allow, STAFF } from '../../request/policy';
import { lastCensus } from './census.store';
import type { LevelTally } from './level-census';

@Allow(STAFF)
@ObjectType('LevelShare', { simpleResolvers: true, description: 'How many members stand at a level.' })
export class LevelShareType {
  @Field(() => LevelType)
  level!: LevelType;
  @Field(() => Int)
  members!: number;
  @Field(() => Number, { description: 'Their part of all members with a level, 0 to 1.' })
  share!: number;
  @Field(() => Number, {
    nullable: true,
    description: 'The part of them who claimed a benefit or a perk in the days that the guard looks back.',
  })
  benefitUse!: number | null;
  @Field(() => Number, {
    nullable: true,
    description:
      'The part of them who reach the next level in the weeks that the guard looks ahead, at their pace so far.',
  })
  growth!: number | null;
}

@Allow(STAFF)
@ObjectType('LevelCensus', { simpleResolvers: true, description: 'How members stood at the levels on one day.' })
export class LevelCensusType {
  @Field(() => GraphQLLocalDate)
  day!: string;
  @Field(() => GraphQLDateTimeISO)
  takenAt!: Date;
  @Field(() => Int, { description: 'All members, also those without a level.' })
  members!: number;
  @Field(() => [LevelShareType], { description: 'Every level, the lowest first.' })
  levels!: LevelShareType[];
}

@Resolver()
export class CensusResolver {
  constructor(
    private readonly database: Database,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(STAFF)
  @Query(() => LevelCensusType, {
    nullable: true,
    description: 'The last daily census of levels; null before the first.',
  })
  async levelCensus(): Promise<LevelCensusType | null> {
    const census = await lastCensus(this.database.read);
    if (!census) return null;
    const { day, takenAt, members } = census;
    const tallies = new Map(census.levels.map((tally) => [tally.level, tally]));
    const { levels } = this.catalogue();
    const whole = levels.reduce((sum, { code }) => sum + (tallies.get(code)?.members ?? 0), 0);
    const digits = String(day);
    return {
      day: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`,
      takenAt: new Date(takenAt),
      members,
      levels: levels.map(({ code, view }, at) => ({
        level: view,
        ...sharesOf(tallies.get(code), whole, at === levels.length - 1),
      })),
    };
  }
}

function sharesOf(tally: LevelTally | undefined, whole: number, isHighest: boolean) {
  const { members, users, climbers } = tally ?? { members: 0, users: 0, climbers: 0 };
  const part = (count: number, of: number) => (of === 0 ? null : count / of);
  return {
    members,
    share: part(members, whole) ?? 0,
    benefitUse: part(users, members),
    growth: isHighest ? null : part(climbers, members),
  };
}
