// One bounded pass of the daily walk over all members; at its end the census is kept and the guard judges by it.
import type { Database } from '../../database/database';
import { readProgress } from '../../database/progress.store';
import type { Sql } from '../../database/sql';
import { type Clock, DAY, type Instant } from '../../kernel/clock';
import { type Id, ZERO_ID } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';
import type { Judging } from '../../members/level';
import type { MemberRowsStore } from '../../members/member-rows.store';
import type { Catalogue } from '../../program/catalogue';
import { openSubjects, raiseAlert, resolveAlert } from '../alert/alert.store';
import { claimedSince, memberPage, moveWalk, saveCensus } from './census.store';
import { type LevelTally, tallied } from './level-census';
import { crowdedLevels } from './level-guard';

const NAME = 'level-census';
const MEMBERS_A_PASS = 200;

/** A walk over all members, as far as it has come. */
interface Walk {
  readonly day: PeriodNumber;
  readonly after: Id;
  readonly members: number;
  readonly levels: readonly LevelTally[];
  readonly done: boolean;
}

export class LevelCensusJob {
  readonly name = NAME;
  /** The last day of which this process knows that the walk is done, so that it need not ask again. */
  private doneDay: PeriodNumber | undefined;

  constructor(
    private readonly database: Database,
    private readonly memberRows: Pick<MemberRowsStore, 'load'>,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
    private readonly membersAPass = MEMBERS_A_PASS,
  ) {}

  /** Answers how many members it looked at, and one more for the end of the walk; 0 when today's is done. */
  async run(): Promise<number> {
    const [catalogue, now] = [this.catalogue(), this.clock.now()];
    const today = catalogue.time.periodAt('DAY', now);
    if (catalogue.levels.length === 0 || this.doneDay === today) return 0;
    const progress = await readProgress(this.database.read, NAME);
    const last = progress && (JSON.parse(progress.detail) as Walk);
    if (last?.done && last.day >= today) {
      this.doneDay = today;
      return 0;
    }
    const begun: Walk = { day: today, after: ZERO_ID, members: 0, levels: [], done: false };
    const walk = last && !last.done ? last : begun;
    const page = await memberPage(this.database.read, walk.after, this.membersAPass);
    const next = await this.walked(walk, page, { catalogue, now });
    await this.database.transaction(async (tx) => {
      const step = { from: progress?.position, detail: JSON.stringify(next) };
      // Another process whose lease came after ours has taken this step already.
      if (!(await moveWalk(tx, NAME, step, now)) || !next.done) return;
      await conclude(tx, next, catalogue, now);
    });
    return page.length + 1;
  }

  private async walked(walk: Walk, page: readonly Id[], at: Pick<Judging, 'catalogue' | 'now'>): Promise<Walk> {
    const { benefitUseDays, growthWeeks } = at.catalogue.settings.levelGuard;
    const [loaded, users] = await Promise.all([
      Promise.all(page.map((id) => this.memberRows.load(id))),
      claimedSince(this.database.read, page, at.now - benefitUseDays * DAY),
    ]);
    const members = loaded.flatMap((rows): Judging[] => (rows ? [{ rows, ...at }] : []));
    return {
      day: walk.day,
      after: page.at(-1) ?? walk.after,
      members: walk.members + members.length,
      levels: tallied(walk.levels, members, ({ rows }) => users.has(rows.member.id), growthWeeks),
      done: page.length < this.membersAPass,
    };
  }
}

async function conclude(tx: Sql, walk: Walk, catalogue: Catalogue, now: Instant): Promise<void> {
  const { day, members, levels } = walk;
  await saveCensus(tx, { day, takenAt: now, members, levels });
  const findings = crowdedLevels(levels, catalogue.levels, catalogue.settings.levelGuard);
  for (const finding of findings) await raiseAlert(tx, finding, now);
  for (const subject of await openSubjects(tx, 'LEVEL_CROWDED')) {
    if (findings.some((finding) => finding.subject === subject)) continue;
    await resolveAlert(tx, { kind: 'LEVEL_CROWDED', subject }, now);
  }
}
