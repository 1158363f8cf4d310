// Levels at the API: set by hand and taken back, and the history of each member's.

import { Arg, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import type { Id } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import { type Connection, connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import { MemberResult } from '../member.resolver';
import type { MemberService } from '../member.service';
import { MemberType } from '../member.type';
import { MemberView } from '../member.view';
import type { MemberRows } from '../member-rows';
import type { LevelService } from './level.service';
import type { StoredChange } from './level.store';
import {
  ClearManualLevelRequest,
  LevelChangeConnectionType,
  type LevelChangeType,
  SetManualLevelRequest,
} from './level.type';

const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
const CURSOR = 'level-history';

@Resolver(() => MemberType)
export class LevelResolver {
  constructor(
    private readonly levels: LevelService,
    private readonly members: Pick<MemberService, 'idOf'>,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow('OPERATIONS', 'ADMIN')
  @Mutation(() => MemberResult, {
    description: 'Sets a level by hand until a time, whatever the growth, which goes on beneath it.',
  })
  async setManualLevel(@Arg('input') input: SetManualLevelRequest, @Ctx() context: RequestContext): Promise<object> {
    const memberId = await this.members.idOf(input.member);
    if (memberId === undefined) return toRefusalType(NO_MEMBER);
    const { level, reason } = input;
    const manual = { memberId, level, reason, until: input.until.getTime(), notedBy: notedBy(context) };
    return this.answer(await this.levels.setManual(manual), context);
  }

  @Allow('OPERATIONS', 'ADMIN')
  @Mutation(() => MemberResult, { description: 'Takes a level back that was set by hand; growth decides again.' })
  async clearManualLevel(
    @Arg('input') input: ClearManualLevelRequest,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const memberId = await this.members.idOf(input.member);
    if (memberId === undefined) return toRefusalType(NO_MEMBER);
    const { reason } = input;
    return this.answer(await this.levels.clearManual(memberId, { reason, notedBy: notedBy(context) }), context);
  }

  @Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
  @FieldResolver(() => LevelChangeConnectionType, { description: 'How the level changed, newest first.' })
  async levelHistory(
    @Root() member: MemberView,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'The endCursor, or the cursor of an edge.' })
    after?: string | null,
  ): Promise<Connection<LevelChangeType>> {
    const size = pageSize(first);
    const key = afterKey(CURSOR, after, /^\d{1,15}$/);
    const before = key === undefined ? undefined : Number(key);
    const { rows, catalogue } = member.standing;
    const found = await this.levels.historyOf({ memberId: rows.member.id, before, limit: size + 1 });
    return connectionPage(found, size, (change) => ({
      cursor: encodeCursor(CURSOR, String(change.seq)),
      node: changeView(change, catalogue),
    }));
  }

  private answer(outcome: MemberRows | Refusal, context: RequestContext): object {
    if (isRefusal(outcome)) return toRefusalType(outcome);
    return new MemberView({ rows: outcome, catalogue: this.catalogue(), now: context.now });
  }
}

function notedBy({ actor }: RequestContext): string {
  return `${actor!.role} ${actor!.subject}`;
}

function changeView(change: StoredChange, catalogue: Catalogue): LevelChangeType {
  const { why, at, programVersion, notedBy: by = null, reason = null } = change;
  const level = (id: Id | undefined) => (id === undefined ? null : (catalogue.level(id)?.view ?? null));
  const { from, to } = change;
  return { from: level(from), to: level(to), why, at: new Date(at), programVersion, notedBy: by, reason };
}
