// API types of the dashboard: one span of days, and what is asked of it.
import { GraphQLLocalDate } from 'graphql-scalars';
import { createUnionType, Field, ObjectType } from 'type-graphql';
import { Allow, STAFF } from '../../request/policy';
import { RefusalType } from '../../request/shared.type';
import { FigureSeriesType } from './figure.type';
import type { FigureReader } from './figure-reader';

@Allow(STAFF)
@ObjectType('Insight', {
  simpleResolvers: true,
  description:
    'Figures of a span of days, counted as facts come in. Days begin and end in the time zone of the program. Shares ' +
    'are exact fractions; amounts are in the currency of the program, and those in others are left out.',
})
export class InsightType {
  @Field(() => GraphQLLocalDate)
  from!: string;
  @Field(() => GraphQLLocalDate, { description: 'Included.' })
  to!: string;
  @Field({ description: 'Of the program.' })
  timeZone!: string;
  @Field({ description: 'Whether all that has happened is counted; what is not will be within seconds.' })
  complete!: boolean;
  /** What the figures are read by; no field. */
  readonly reader!: FigureReader;
}

export const InsightResult = createUnionType({
  name: 'InsightResult',
  types: () => [InsightType, RefusalType] as const,
});

export const FigureSeriesResult = createUnionType({
  name: 'FigureSeriesResult',
  types: () => [FigureSeriesType, RefusalType] as const,
});
