// The stage of a member on a day, and the stages that it went through since it was judged last: pure.
import type { DayNumber } from '../../kernel/period';
import type { LifecyclePolicy, Stage } from '../../program/lifecycle';

export interface StageFacts {
  /** The day on which the member joined; absent for a consumer. */
  readonly joined?: DayNumber;
  /** The last day of activity. */
  readonly active?: DayNumber;
}

export interface StageOn {
  readonly stage: Stage;
  /** The first day of another stage, if nothing happens before; absent when none would come. */
  readonly until?: DayNumber;
}

export interface StageChange {
  readonly from?: Stage;
  readonly to: Stage;
  readonly day: DayNumber;
}

export function stageOn(policy: LifecyclePolicy, { joined, active }: StageFacts, day: DayNumber): StageOn {
  if (joined === undefined || day < joined) return { stage: 'CONSUMER', until: joined };
  const { activeDays, silentDays, sleepingDays } = policy;
  const base = Math.max(active ?? joined, joined);
  const quiet = day - base;
  // Who bought a little before joining comes as an active member; an old purchase makes none.
  const wasActive = active !== undefined && active >= joined - activeDays;
  if (quiet <= activeDays) return { stage: wasActive ? 'ACTIVE' : 'MEMBER', until: base + activeDays + 1 };
  if (quiet <= silentDays) return { stage: 'SILENT', until: base + silentDays + 1 };
  if (quiet <= sleepingDays) return { stage: 'SLEEPING', until: base + sleepingDays + 1 };
  return { stage: 'LOST' };
}

export interface Judged {
  readonly stage?: Stage;
  /** The last day of activity that was counted in. */
  readonly active?: DayNumber;
  /** The day up to which it was judged; absent for a member that never was. */
  readonly settled?: DayNumber;
}

/**
 * The changes from what was judged to `today`, each on its own day, as they would have come had the member been judged
 * every day. `activity` are the days of activity that were not counted in yet, ascending. Activity that is told late
 * changes nothing before the day up to which the member was judged.
 */
export function stagesSince(
  policy: LifecyclePolicy,
  judged: Judged,
  facts: { readonly joined?: DayNumber; readonly activity: readonly DayNumber[] },
  today: DayNumber,
): { readonly changes: readonly StageChange[]; readonly stage: Stage; readonly until?: DayNumber } {
  const { joined, activity } = facts;
  const changes: StageChange[] = [];
  let stage = judged.stage;
  let active = judged.active;
  // A member that was never judged begins where it joined, or with its first activity.
  let day = judged.settled ?? Math.min(joined ?? today, activity[0] ?? today, today);
  const look = (): DayNumber | undefined => {
    const now = stageOn(policy, { joined, active }, day);
    if (now.stage !== stage) {
      changes.push({ from: stage, to: now.stage, day });
      stage = now.stage;
    }
    return now.until;
  };
  for (const next of [...activity, today]) {
    const to = Math.min(Math.max(next, day), today);
    for (let until = look(); until !== undefined && until <= to; until = look()) day = until;
    // On the last round `next` is no activity but today itself.
    day = to;
    active = activity.includes(next) ? Math.max(active ?? next, next) : active;
  }
  const until = look();
  return { changes, stage: stage!, until };
}
