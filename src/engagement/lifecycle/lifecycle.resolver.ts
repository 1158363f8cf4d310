// Stages and grades at the API: hung on the member, and counted for staff.

import { Arg, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import type { Sql } from '../../database/sql';
import { encodeCursor } from '../../kernel/page';
import { dayText } from '../../kernel/period';
import { MemberType } from '../../members/member.type';
import { MemberView } from '../../members/member.view';
import type { Catalogue } from '../../program/catalogue';
import type { Stage } from '../../program/lifecycle';
import { type Connection, connectionPage } from '../../request/connection';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, SIGNED_IN, STAFF } from '../../request/policy';
import { readCells, readGradeCounts, readStageCounts } from '../rfm/rfm.store';
import type { LifecycleLoader } from './lifecycle.loader';
import { gradesOf } from './lifecycle.service';
import {
  GradeType,
  LifecycleTableType,
  RfmType,
  StageChangeConnectionType,
  type StageChangeType,
  Stages,
} from './lifecycle.type';

const CURSOR = 'stage-change';

@Resolver(() => MemberType)
export class LifecycleResolver {
  constructor(
    private readonly sql: Sql,
    private readonly loader: LifecycleLoader,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(STAFF, 'SERVER')
  @FieldResolver(() => Stages, { nullable: true, description: 'Null while the program has no lifecycle.' })
  stage(@Root() { standing }: MemberView): Stage | null {
    return standing.catalogue.settings.lifecycle ? (standing.rows.member.stage ?? null) : null;
  }

  @Allow(SIGNED_IN)
  @FieldResolver(() => GradeType, { nullable: true, description: 'Null while the program has no grades.' })
  grade(@Root() { standing }: MemberView): GradeType | null {
    const { grade } = standing.rows.member;
    return (grade === undefined ? undefined : gradesOf(standing.catalogue)?.byCodeOf(grade)) ?? null;
  }

  @Allow(STAFF, 'SERVER')
  @FieldResolver(() => RfmType, { description: 'Measures and scores behind the grade.' })
  async rfm(@Root() { standing }: MemberView): Promise<RfmType> {
    const row = await this.loader.rfm(standing.rows.member.id);
    const { currency } = standing.catalogue.settings;
    return {
      lastPurchaseOn: row?.lastDay === undefined ? null : dayText(row.lastDay),
      frequency: row?.frequency ?? 0,
      monetary: { amount: row?.monetary ?? 0, currency },
      r: row?.r ?? 0,
      f: row?.f ?? 0,
      m: row?.m ?? 0,
    };
  }

  @Allow(STAFF, 'SERVER')
  @FieldResolver(() => StageChangeConnectionType, { description: 'Its stages so far, the newest first.' })
  async stageChanges(
    @Root() { standing }: MemberView,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<Connection<StageChangeType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const found = await this.loader.stageChanges({ memberId: standing.rows.member.id, before, limit: size + 1 });
    return connectionPage(found, size, ({ id, from, to, day, programVersion, recordedAt }) => ({
      cursor: encodeCursor(CURSOR, id),
      node: { id, from: from ?? null, to, on: dayText(day), programVersion, recordedAt: new Date(recordedAt) },
    }));
  }

  @Allow(STAFF)
  @Query(() => LifecycleTableType, { description: 'Members by stage, grade and scores, as they were judged last.' })
  async lifecycleTable(): Promise<LifecycleTableType> {
    const { currency } = this.catalogue().settings;
    const [stages, grades, cells] = await Promise.all([
      readStageCounts(this.sql),
      readGradeCounts(this.sql),
      readCells(this.sql),
    ]);
    return {
      stages: stages.map(({ stage, members }) => ({ stage: stage as Stage | null, members })),
      grades: grades.map(({ monetary, ...counted }) => ({ ...counted, monetary: { amount: monetary, currency } })),
      cells: cells.map(({ r, f, m, members }) => ({ r, f, m, members })),
    };
  }
}
