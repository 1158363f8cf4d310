// Draws at the API: what is open, drawing, what was drawn, and the audit of a drawing.

import { Arg, Ctx, createUnionType, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { fromGlobalId } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';
import { checkText } from '../../members/input-checks';
import type { MemberService } from '../../members/member.service';
import { MemberType } from '../../members/member.type';
import { MemberView } from '../../members/member.view';
import { leftOn } from '../../members/member-accounts';
import { namedMember } from '../../members/named-member';
import type { Catalogue } from '../../program/catalogue';
import { isWithin } from '../../program/catalogue-engagement';
import { type Connection } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { OncePerRequest } from '../../request/once';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import { READERS } from '../reward/reward.type';
import type { DrawService } from './draw.service';
import { DrawAuditType, DrawingConnectionType, DrawingType, DrawRequest, MemberDrawType } from './draw.type';
import { DRAWING_CURSOR, drawingPage, toAuditType, toDrawingType, toDrawType } from './draw.view';
import { chanceAccount } from './draw-accounts';

const DrawResult = createUnionType({ name: 'DrawResult', types: () => [DrawingType, RefusalType] as const });
/** Comes after every id that there is. */
const NEWEST = 'f'.repeat(32);

@Resolver(() => MemberType)
export class DrawResolver {
  constructor(
    private readonly service: DrawService,
    private readonly members: MemberService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @OncePerRequest()
  @Allow('MEMBER', 'SERVER')
  @Mutation(() => DrawResult, { description: 'Takes a chance and draws. Once in a request.' })
  async draw(@Arg('input') input: DrawRequest, @Ctx() context: RequestContext): Promise<object> {
    const fault = checkText('idempotencyKey', input.idempotencyKey) ?? checkText('draw', input.draw);
    if (fault) return toRefusalType(fault);
    const memberId = await namedMember(this.members, context.actor!, input.member);
    if (isRefusal(memberId)) return toRefusalType(memberId);
    const { draw, idempotencyKey } = input;
    const drawn = await this.service.draw(context.actor!, { memberId, draw, idempotencyKey });
    if (isRefusal(drawn)) return toRefusalType(drawn);
    const given = await this.service.givenFor([drawn]);
    return { __typename: 'Drawing', ...toDrawingType(drawn, given, this.catalogue()) };
  }

  @Allow(READERS)
  @Query(() => DrawAuditType, {
    nullable: true,
    description: 'A drawing, computed again; null unless the actor may see it.',
  })
  async auditDrawing(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<DrawAuditType | null> {
    const drawingId = fromGlobalId('drawing', id);
    const audit = drawingId === undefined ? undefined : await this.service.audit(drawingId);
    const { role, memberId } = context.actor!;
    if (!audit || (role === 'MEMBER' && audit.drawing.memberId !== memberId)) return null;
    return toAuditType(audit);
  }

  @Allow(READERS)
  @FieldResolver(() => [MemberDrawType], { description: 'The draws that are open now.' })
  async draws(@Root() member: MemberView): Promise<MemberDrawType[]> {
    const { rows, catalogue, now } = member.standing;
    const open = catalogue.draws.filter((draw) => isWithin(draw, now));
    return Promise.all(
      open.map(async (draw) => ({
        draw: toDrawType(draw, catalogue),
        chances: leftOn(rows.balances, chanceAccount(rows.member.id, draw.number)),
        seedHash: await this.service.seedHashOf(draw.id),
      })),
    );
  }

  @Allow(READERS)
  @FieldResolver(() => DrawingConnectionType, { description: 'What the member has drawn, the newest first.' })
  async drawings(
    @Root() member: MemberView,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'The endCursor of the page before.' })
    after?: string | null,
  ): Promise<Connection<DrawingType>> {
    const size = pageSize(first);
    const before = afterKey(DRAWING_CURSOR, after, /^[0-9a-f]{32}$/) ?? NEWEST;
    const { rows, catalogue } = member.standing;
    const found = await this.service.drawingsOf(rows.member.id, { before, limit: size + 1 });
    return drawingPage(found, size, { given: await this.service.givenFor(found), catalogue });
  }
}
