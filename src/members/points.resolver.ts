// Points that will be gone soon, hung on the points of a member.
import { GraphQLError } from 'graphql';
import { Arg, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { Allow, SIGNED_IN } from '../request/policy';
import { PointsLotType, PointsType } from './member.type';
import { PointsView } from './member.view';

const DAYS_MAX = 3_660;

@Resolver(() => PointsType)
export class PointsResolver {
  @Allow(SIGNED_IN)
  @FieldResolver(() => [PointsLotType], { description: 'What will be gone within so many days, the first one first.' })
  expiring(
    @Root() points: PointsView,
    @Arg('withinDays', () => Int, { defaultValue: 30, description: `0 to ${DAYS_MAX}.` }) withinDays: number,
  ): PointsLotType[] {
    if (withinDays >= 0 && withinDays <= DAYS_MAX) return points.expiring(withinDays);
    const message = `withinDays is ${withinDays}; allowed is 0 to ${DAYS_MAX}.`;
    throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
  }
}
