// Judges members: moves them through the stages, measures what they buy, and grades them. Each judgement is one
// transaction under the member's lock, and gives the same whenever it is made.
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import type { Clock, Instant } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import type { DayNumber } from '../../kernel/period';
import { eachTried } from '../../kernel/tried';
import type { Catalogue } from '../../program/catalogue';
import type { LifecyclePolicy, RfmPolicy, Thresholds } from '../../program/lifecycle';
import { Grades, NO_SCORES, type Scores, scoresOf } from '../rfm/rfm';
import { readThresholds } from '../rfm/rfm.store';
import {
  addStageChanges,
  dueAtOnce,
  dueMembers,
  firstCards,
  type JudgedRow,
  type Judgement,
  lockJudged,
  NEVER_DUE,
  type StageChangeRow,
  saveJudgements,
  saveRfm,
} from './lifecycle.store';
import { readActivity, readWindow, type WindowFacts } from './member-day.store';
import { type StageChange, stagesSince } from './stage';

/** At most so many members in one transaction. */
const MEMBERS_A_PASS = 200;

/** Writes, with the judgement, what a change of stage sets off. */
export type OnStageChanges = (tx: Sql, changes: readonly StageChangeRow[], catalogue: Catalogue) => Promise<void>;

/** What all judgements of one transaction go by. */
interface Rules {
  readonly catalogue: Catalogue;
  readonly lifecycle?: LifecyclePolicy;
  readonly rfm?: RfmPolicy;
  readonly grades?: Grades;
  readonly thresholds?: Thresholds;
  readonly today: DayNumber;
  readonly now: Instant;
  readonly version: number;
}

/** What was read of one member. */
interface Read {
  readonly row: JudgedRow;
  readonly activity: readonly DayNumber[];
  readonly card?: Instant;
  readonly window?: WindowFacts;
}

export class LifecycleService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
    private readonly onStageChanges: OnStageChanges,
  ) {}

  /** Judges members whose time has come, the longest due first; answers how many. */
  async settleDue(limit: number = MEMBERS_A_PASS): Promise<number> {
    const due = await dueMembers(this.database.read, this.clock.now(), Math.min(limit, MEMBERS_A_PASS));
    await this.settle(due);
    return due.length;
  }

  /** Judges those of the members whom something has just made due; the rest of them is left to the job. */
  async settleAtOnce(ids: readonly Id[]): Promise<void> {
    const { lifecycle, rfm } = this.catalogue().settings;
    if (!lifecycle && !rfm) return;
    await this.settle(await dueAtOnce(this.database.read, [...new Set(ids)], MEMBERS_A_PASS));
  }

  /** Judges these members, at most a pass of them. Rejects with the first failure, after all the others were judged. */
  async settle(ids: readonly Id[]): Promise<void> {
    if (ids.length === 0) return;
    try {
      await this.judgeTogether(ids);
    } catch (error) {
      if (ids.length === 1) throw error;
      // One by one, so that a damaged row keeps nobody else from being judged.
      await eachTried(ids, (id) => this.judgeTogether([id]));
    }
  }

  private async judgeTogether(ids: readonly Id[]): Promise<void> {
    const catalogue = this.catalogue();
    await this.database.transaction(async (tx) => {
      const rules = await this.rulesOf(tx, catalogue);
      const reads = await readMembers(tx, ids, rules);
      const judged = reads.map((read) => judge(read, rules));
      await saveJudgements(
        tx,
        judged.map(({ judgement }) => judgement),
      );
      if (rules.rfm) {
        const bought = judged.flatMap(({ judgement: { id }, facts, scores }) => (facts ? [{ id, facts, scores }] : []));
        await saveRfm(tx, ids, bought);
      }
      const changes = judged.flatMap(({ judgement: { id, stageChanges }, changes: some }) =>
        some.map((change, at) => changeRow(id, change, stageChanges - some.length + at, rules)),
      );
      await addStageChanges(tx, changes);
      if (changes.length > 0) await this.onStageChanges(tx, changes, catalogue);
    });
  }

  private async rulesOf(tx: Sql, catalogue: Catalogue): Promise<Rules> {
    const { lifecycle, rfm } = catalogue.settings;
    const now = this.clock.now();
    return {
      catalogue,
      lifecycle,
      rfm,
      grades: gradesOf(catalogue),
      thresholds: rfm && (await thresholdsOf(tx, rfm)),
      today: catalogue.time.dayNumber(now),
      now,
      version: catalogue.items('PROGRAM')[0]?.version ?? 0,
    };
  }
}

const known = new WeakMap<Catalogue, Grades>();

/** The grades of a catalogue, made ready once. */
export function gradesOf(catalogue: Catalogue): Grades | undefined {
  const { rfm } = catalogue.settings;
  const ready = known.get(catalogue);
  if (ready || !rfm) return ready;
  const grades = new Grades(rfm);
  known.set(catalogue, grades);
  return grades;
}

/** The thresholds that hold: those of the file, or the quantiles that were taken last. */
export async function thresholdsOf(sql: Sql, { scores }: RfmPolicy): Promise<Thresholds | undefined> {
  if (!scores) return undefined;
  return scores.method === 'FIXED' ? (scores as Thresholds) : (await readThresholds(sql))?.thresholds;
}

/** The days of which purchases count. */
export function windowOf(
  { window, windowDays }: RfmPolicy,
  { catalogue, today, now }: Pick<Rules, 'catalogue' | 'today' | 'now'>,
) {
  const { time } = catalogue;
  const { year } = time.localDate(now);
  const from = {
    EVER: Number.MIN_SAFE_INTEGER,
    YEAR: time.dayNumber(time.startOfDate(year, 1, 1)),
    DAYS: today - (windowDays ?? 0) + 1,
  }[window];
  return { from, to: today };
}

async function readMembers(tx: Sql, ids: readonly Id[], rules: Rules): Promise<Read[]> {
  const rows = await lockJudged(tx, ids);
  const { lifecycle, rfm, today } = rules;
  const activity = lifecycle ? await readActivity(tx, rows, today) : undefined;
  const cards = lifecycle?.joins === 'CARD' ? await firstCards(tx, ids) : undefined;
  const windows = rfm ? await readWindow(tx, ids, windowOf(rfm, rules)) : undefined;
  return rows.map((row) => ({
    row,
    activity: activity?.get(row.id) ?? [],
    card: cards?.get(row.id),
    window: windows?.get(row.id),
  }));
}

interface Judged {
  readonly judgement: Judgement;
  readonly changes: readonly StageChange[];
  readonly facts?: WindowFacts;
  readonly scores: Scores;
}

function judge(read: Read, rules: Rules): Judged {
  const { row, window } = read;
  const { today, catalogue } = rules;
  const staged = rules.lifecycle ? stageOf(read, rules.lifecycle, rules) : undefined;
  const graded = rules.grades && gradeOf(window, rules.grades, rules);
  const next = Math.min(staged?.until ?? Number.POSITIVE_INFINITY, graded?.until ?? Number.POSITIVE_INFINITY);
  const changes = staged?.changes ?? [];
  const judgement: Judgement = {
    ...row,
    stage: staged?.stage,
    stageDay: changes.at(-1)?.day ?? row.stageDay,
    stageChanges: row.stageChanges + changes.length,
    countedDay: read.activity.at(-1) ?? row.countedDay,
    settledDay: staged ? today : row.settledDay,
    grade: graded?.grade,
    dueAt: Number.isFinite(next) ? catalogue.time.startOfDay(next) : NEVER_DUE,
  };
  return { judgement, changes, facts: window, scores: graded?.scores ?? NO_SCORES };
}

function stageOf({ row, activity, card }: Read, policy: LifecyclePolicy, { catalogue, today }: Rules) {
  const joinedAt = policy.joins === 'CARD' ? card : row.joinedAt;
  const joined = joinedAt === undefined ? undefined : catalogue.time.dayNumber(joinedAt);
  const judged = { stage: row.stage, active: row.countedDay, settled: row.settledDay };
  return stagesSince(policy, judged, { joined, activity }, today);
}

function gradeOf(window: WindowFacts | undefined, grades: Grades, rules: Rules) {
  const { today, thresholds, catalogue } = rules;
  const facts = window ?? { frequency: 0, monetary: 0 };
  const scores = scoresOf(facts, thresholds, today);
  const leaves = window && leavesWindow(window, grades.policy, rules, catalogue);
  return {
    grade: grades.gradeOf(facts, scores, today).code,
    scores,
    until: grades.nextChange(facts, thresholds, today, { leaves }),
  };
}

function leavesWindow({ oldest }: WindowFacts, policy: RfmPolicy, { now }: Rules, { time }: Catalogue) {
  if (policy.window === 'DAYS') return oldest + policy.windowDays!;
  return policy.window === 'YEAR' ? time.dayNumber(time.startOfDate(time.localDate(now).year + 1, 1, 1)) : undefined;
}

/** `number` counts the member's changes. As milliseconds of the day it keeps those of one day in their order. */
function changeRow(memberId: Id, change: StageChange, number: number, rules: Rules): StageChangeRow {
  const begins = Math.max(0, rules.catalogue.time.startOfDay(change.day));
  const id = newId(begins + number);
  return { memberId, id, ...change, programVersion: rules.version, recordedAt: rules.now };
}
