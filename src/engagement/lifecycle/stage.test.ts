// Stages by days: their edges, what activity changes, and that a stop of the worker changes nothing.
import fc from 'fast-check';
import type { LifecyclePolicy, Stage } from '../../program/lifecycle';
import { type Judged, type StageChange, stageOn, stagesSince } from './stage';

const POLICY: LifecyclePolicy = {
  joins: 'REGISTRATION',
  activity: ['PURCHASE'],
  activeDays: 30,
  silentDays: 90,
  sleepingDays: 180,
};

test.each<[number, Stage, number | undefined]>([
  [0, 'ACTIVE', 31],
  [30, 'ACTIVE', 31],
  [31, 'SILENT', 91],
  [90, 'SILENT', 91],
  [91, 'SLEEPING', 181],
  [180, 'SLEEPING', 181],
  [181, 'LOST', undefined],
  [9_000, 'LOST', undefined],
])('%i days after its last activity a member is %s', (day, stage, until) => {
  expect(stageOn(POLICY, { joined: -500, active: 0 }, day)).toEqual({ stage, until });
});

test('before joining one is a consumer, and without activity the days count from joining', () => {
  expect(stageOn(POLICY, {}, 5)).toEqual({ stage: 'CONSUMER', until: undefined });
  expect(stageOn(POLICY, { active: 4 }, 5)).toEqual({ stage: 'CONSUMER', until: undefined });
  expect(stageOn(POLICY, { joined: 7 }, 5)).toEqual({ stage: 'CONSUMER', until: 7 });
  expect(stageOn(POLICY, { joined: 5 }, 5)).toEqual({ stage: 'MEMBER', until: 36 });
  expect(stageOn(POLICY, { joined: 5 }, 36)).toEqual({ stage: 'SILENT', until: 96 });
  // Who bought two days before joining is active; who bought a year before is a new member.
  expect(stageOn(POLICY, { joined: 5, active: 3 }, 5).stage).toBe('ACTIVE');
  expect(stageOn(POLICY, { joined: 500, active: 3 }, 500).stage).toBe('MEMBER');
});

test('changes come with the days on which they happened, however late somebody looks', () => {
  const { changes, stage, until } = stagesSince(POLICY, {}, { joined: 0, activity: [10, 60] }, 400);
  expect(changes.map(({ to, day }) => [to, day])).toEqual([
    ['MEMBER', 0],
    ['ACTIVE', 10],
    ['SILENT', 41],
    ['ACTIVE', 60],
    ['SILENT', 91],
    ['SLEEPING', 151],
    ['LOST', 241],
  ]);
  expect([stage, until]).toEqual(['LOST', undefined]);
});

test('activity that is told late counts from the day up to which the member was judged', () => {
  const judged: Judged = { stage: 'SILENT', active: 0, settled: 35 };
  const { changes } = stagesSince(POLICY, judged, { joined: 0, activity: [25] }, 35);
  expect(changes).toEqual([{ from: 'SILENT', to: 'ACTIVE', day: 35 }]);
  // What is older than what was counted in, changes nothing.
  const older: Judged = { stage: 'ACTIVE', active: 30, settled: 35 };
  expect(stagesSince(POLICY, older, { joined: 0, activity: [3] }, 36).changes).toEqual([]);
});

/** Judges on each of these days; activity is known from its own day on. */
function judgedOn(days: readonly number[], joined: number, activity: readonly number[]): StageChange[] {
  const all: StageChange[] = [];
  let judged: Judged = {};
  for (const today of days) {
    const fresh = activity.filter((day) => day <= today && !(judged.settled !== undefined && day <= judged.settled));
    const answer = stagesSince(POLICY, judged, { joined, activity: fresh }, today);
    all.push(...answer.changes);
    const active = fresh.length > 0 ? fresh.at(-1) : judged.active;
    judged = { stage: answer.stage, active, settled: today };
  }
  return all;
}

test('judged every day, or only now and then after a stop, a member went through the same stages', () => {
  const day = fc.integer({ min: 0, max: 700 });
  const END = 700;
  fc.assert(
    fc.property(day, fc.uniqueArray(day, { maxLength: 12 }), fc.uniqueArray(day, { maxLength: 20 }), (joined, d, w) => {
      const activity = d.toSorted((left, right) => left - right);
      const first = Math.min(joined, ...activity);
      const everyDay = Array.from({ length: END - first + 1 }, (_, at) => first + at);
      const woken = [...w.filter((one) => one >= first), END].toSorted((left, right) => left - right);
      expect(judgedOn([...new Set(woken)], joined, activity)).toEqual(judgedOn(everyDay, joined, activity));
    }),
    { numRuns: 300 },
  );
});
