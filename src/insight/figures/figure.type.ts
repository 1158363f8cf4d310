// API types of what figures have in common: exact shares, the list of rolled-up figures, and one figure over time.
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Role } from '../../kernel/actor';
import { Allow, STAFF } from '../../request/policy';
import { enumOf } from '../../request/shared.type';
import { FIGURE_NAMES, FIGURES, type FigureKind, type FigureName, SALE_KINDS, type SaleKind } from './figure';

/** Who sees what cards earn. BD sees what is used, and not what it costs. */
export const FIGURE_READERS: readonly Role[] = ['OPERATIONS', 'ADMIN', 'AUDITOR'];

export const FigureNames = enumOf(FIGURE_NAMES);
registerEnumType(FigureNames, {
  name: 'FigureName',
  description: 'What is counted by day. Days are those of the time zone of the program, amounts in the minor unit.',
  valuesConfig: Object.fromEntries(FIGURE_NAMES.map((name) => [name, { description: `${FIGURES[name].words}.` }])),
});

export const FigureKinds = enumOf(['FLOW', 'STANDING'] as const);
registerEnumType(FigureKinds, {
  name: 'FigureKind',
  valuesConfig: {
    FLOW: { description: 'What happened in a period.' },
    STANDING: { description: 'What stood at the end of the last day of a period.' },
  },
});

export const SaleKinds = enumOf(Object.keys(SALE_KINDS) as SaleKind[]);
registerEnumType(SaleKinds, {
  name: 'SaleKind',
  valuesConfig: {
    NEW: { description: 'The member never had a term of the plan before.' },
    RENEWAL: { description: 'It begins until 30 days after the end of the last term of the plan that the member had.' },
    WIN_BACK: { description: 'It begins later than that.' },
  },
});

export const FigureSteps = enumOf(['DAY', 'MONTH'] as const);
registerEnumType(FigureSteps, { name: 'FigureStep', description: 'How long each period of a series is.' });

@Allow(STAFF)
@ObjectType('Fraction', {
  simpleResolvers: true,
  description: 'An exact share, not rounded: numerator ÷ denominator. Of nothing, the denominator is 0.',
})
export class FractionType {
  @Field(() => GraphQLSafeInt)
  numerator!: number;
  @Field(() => GraphQLSafeInt)
  denominator!: number;
}

@Allow(...FIGURE_READERS)
@ObjectType('FigurePoint', { simpleResolvers: true })
export class FigurePointType {
  @Field({ description: '`2026-11-22`, or `2026-11` for a month.' })
  period!: string;
  @Field(() => GraphQLSafeInt, { description: 'A count, or an amount in the minor unit.' })
  value!: number;
}

@Allow(...FIGURE_READERS)
@ObjectType('FigureSeries', { simpleResolvers: true, description: 'A figure, period by period.' })
export class FigureSeriesType {
  @Field(() => FigureNames)
  figure!: FigureName;
  @Field(() => FigureKinds)
  kind!: FigureKind;
  @Field({ description: 'What is counted, in words.' })
  words!: string;
  @Field(() => [FigurePointType], { description: 'Every period of the span, the first one first.' })
  points!: FigurePointType[];
}
