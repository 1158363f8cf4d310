// What `simulate growth` forecasts is what is booked: the same behaviour, lived day by day through the gateway.
import fc from 'fast-check';
import { peopleOf, type Scene } from '../../src/insight/design/behaviour';
import { databasePeople } from '../../src/insight/design/database-people';
import { Horizon } from '../../src/insight/design/horizon';
import type { Person } from '../../src/insight/design/person';
import { catalogueOf } from '../../src/insight/design/program-catalogue';
import { simulate, type WeekCount } from '../../src/insight/design/simulation';
import { DAY, type Instant } from '../../src/kernel/clock';
import type { Catalogue } from '../../src/program/catalogue';
import type { Profile } from '../../src/program/level-design';
import { parseProgram } from '../../src/program/program-file';
import { NOON, TestGateway, type Who } from '../support/gateway';
import { level, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { LevelStory } from '../support/level-story';

const WEEKS = 5;
const LEVELS = [level('base', 1, 0), { ...level('silver', 2, 60), minDays: 4 }, level('gold', 3, 120)];
const PLANS = [plan('vip', { term: { days: 10 } })];

const policies = fc.record({
  decay: fc.record({
    plans: fc.constant(['vip']),
    graceDays: fc.integer({ min: 0, max: 3 }),
    step: fc.integer({ min: 8, max: 30 }),
    floor: fc.constantFrom(0, 20),
  }),
  downgrade: fc.constantFrom('NEVER', 'ONE_STEP', 'TO_MATCHING'),
  graceDays: fc.integer({ min: 1, max: 4 }),
  keep: fc.record({ days: fc.integer({ min: 3, max: 12 }) }),
  when: fc.constant('AT_KEEP_END'),
  plans: fc.constantFrom([], ['vip']),
  mayHaveNone: fc.boolean(),
  daily: fc.constantFrom({}, { vip: 3 }),
  activation: fc.constantFrom({}, { vip: 10 }),
});

const programOf = (levelPolicy: object) => programText({ levels: LEVELS, plans: PLANS, settings: { levelPolicy } });

const profile = (code: string, more: Partial<Profile>): Profile => ({
  code,
  name: code,
  share: 1,
  growth: 0,
  plan: 'vip',
  spendPerWeek: 0,
  benefitUse: 1,
  uncountedUses: 1,
  activities: [{ code: 'order', perWeek: 3, growth: 14, amount: 0, quantity: 1, fromWeek: 1 }],
  ...more,
});
const PROFILES = [
  profile('stays', { pause: { share: 1, fromWeek: 3 } }),
  profile('lapses', { lapse: { share: 1, fromWeek: 3, untilWeek: 4 } }),
  profile('leaves', { lapse: { share: 1, fromWeek: 2 }, pause: { share: 1, fromWeek: 2, untilWeek: 4 } }),
];

/** The rank fallen from. */
const fallen = (before = -1, now = -1) => (before > now ? before : []);

type Entry = readonly [at: Instant, act: () => Promise<unknown>];

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url });
    story = new Story(gateway);
  });
  afterAll(async () => {
    expect(gateway.log).toEqual([]);
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  /** Everything that one member does, with its instant; the worker comes by after each day. */
  function diaryOf(who: Who, person: Person, lapse: Profile['lapse'], horizon: Horizon): Entry[] {
    const opened = person.begins.cards.map(({ openedAt }) => openedAt);
    let card = '';
    const sold = person.terms.map(({ at }): Entry => {
      const opens = opened.includes(at);
      const act = async () => {
        card = (opens ? await story.open(who, 'vip') : await story.renew(card)).id;
      };
      return [at, act];
    });
    const closed = lapse ? [[horizon.startOf(lapse.fromWeek), () => story.close(card)] as const] : [];
    const done = Array.from({ length: WEEKS }, (_, at) => at + 1).flatMap((week) => {
      const days = person.week(week, 0) ?? Array.from({ length: 7 }, () => ({ growth: 0 }));
      return days.map(({ growth }, day): Entry => {
        const act = async () => {
          if (growth > 0) await story.give(who, 'GROWTH', growth);
          await gateway.gateway.levels.bringUpToDate([(await gateway.gateway.members.idOf(who.subject))!]);
        };
        return [horizon.dayOf(week, day), act];
      });
    });
    return [...sold, ...closed, ...done];
  }

  /** The members of each week, as the API shows them at its end. */
  async function lived(
    { catalogue, horizon }: Scene,
    members: readonly Who[],
    people: readonly Person[],
    lapses: readonly Profile['lapse'][] = [],
  ): Promise<WeekCount[]> {
    const entries = people.flatMap((person, at) => diaryOf(members[at]!, person, lapses[at], horizon));
    const ranks = new Map(catalogue.levels.map(({ code }, at) => [code as string | undefined, at]));
    const shown: { rank: number; matching: number }[][] = [];
    for (let week = 0; week <= WEEKS; week += 1) {
      const end = horizon.endOf(week);
      const due = entries.filter(([at]) => at <= end && (week === 0 || at > horizon.endOf(week - 1)));
      for (const [at, act] of due.toSorted(([left], [right]) => left - right)) {
        gateway.clock.set(at);
        await act();
      }
      gateway.clock.set(end);
      const found = await Promise.all(members.map((who) => new LevelStory(gateway).at(who)));
      shown.push(
        found.map(([code, growth]) => {
          return { rank: ranks.get(code) ?? -1, matching: ranks.get(catalogue.levelForGrowth(growth)?.code)! };
        }),
      );
    }
    const tallied = (ranks: readonly number[]) => LEVELS.map((_, at) => ranks.filter((rank) => rank === at).length);
    return shown.map((now, week) => ({
      standing: tallied(now.map(({ rank }) => rank)),
      without: now.filter(({ rank }) => rank < 0).length,
      kept: tallied(now.flatMap(({ rank, matching }) => (rank > matching ? rank : []))),
      fell: tallied(now.flatMap(({ rank }, at) => fallen(shown[week - 1]?.[at]?.rank, rank))),
    }));
  }

  const apply = async (program: string): Promise<Catalogue> => {
    const { faults } = await gateway.gateway.programs.apply(program, 'test');
    if (faults) throw new Error(JSON.stringify(faults));
    return gateway.gateway.catalogue.refresh();
  };

  test('for any way of keeping, falling and decay', async () => {
    let begin = NOON;
    await fc.assert(
      fc.asyncProperty(policies, fc.integer({ min: 1, max: 999 }), async (levelPolicy, seed) => {
        gateway.clock.set(begin);
        const catalogue = await apply(programOf(levelPolicy));
        const scene = { catalogue, horizon: new Horizon(catalogue.time, WEEKS, begin) };
        const forecast = simulate(scene, peopleOf(PROFILES, PROFILES.length, seed, scene));
        const members = [await story.member(), await story.member(), await story.member()];
        const people = peopleOf(PROFILES, PROFILES.length, seed, scene);
        const seen = await lived(
          scene,
          members,
          people,
          PROFILES.map(({ lapse }) => lapse),
        );
        expect(seen).toEqual(forecast.weeks);
        begin = scene.horizon.end;
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  test('of the database: from levels, growth and terms as they are, under a program that is applied then', async () => {
    // Given members who hold a card, lost it, hold a level by hand, and have done nothing, under a first program.
    gateway.clock.set(gateway.clock.now() + 400 * DAY);
    const base = { plans: ['vip'], graceDays: 1, step: 9 };
    const first = {
      mayHaveNone: true,
      when: 'AT_KEEP_END',
      keep: { days: 9 },
      daily: { vip: 2 },
      activation: { vip: 5 },
    };
    await apply(programOf({ ...first, decay: base }));
    const joinedAt = new Date(gateway.clock.now() - 30 * DAY).toISOString();
    const members: Who[] = [];
    for (let at = 0; at < 4; at += 1) {
      // In the order in which they are found.
      gateway.clock.set(gateway.clock.now() + 1);
      members.push(await story.member({ joinedAt }));
    }
    const [holder, lapsed, guest] = members as [Who, Who, Who, Who];
    await story.open(holder, 'vip');
    await story.give(holder, 'GROWTH', 130);
    const { id } = await story.open(lapsed, 'vip');
    await story.give(lapsed, 'GROWTH', 90);
    gateway.clock.set(gateway.clock.now() + DAY);
    await story.close(id);
    const until = new Date(gateway.clock.now() + 15 * DAY).toISOString();
    await new LevelStory(gateway).setManual(guest, 'gold', until);
    // When a second program is tried out before the worker has come by, and is then applied.
    const now = gateway.clock.now() + 4 * DAY;
    gateway.clock.set(now);
    const next = programOf({
      ...first,
      daily: { vip: 4 },
      downgrade: 'ONE_STEP',
      graceDays: 2,
      decay: { ...base, step: 4 },
    });
    const inForce = { catalogue: gateway.gateway.catalogue.current(), now };
    const catalogue = catalogueOf(parseProgram(next, 'next.json').program!, inForce);
    const scene = { catalogue, horizon: new Horizon(catalogue.time, WEEKS, now) };
    const { database, memberRows } = gateway.gateway;
    const found = () => databasePeople({ database, memberRows, ...inForce }, scene, { most: 999, seed: 1, renews: 0 });
    // Members of other tests come before them, in the order in which they joined.
    const own = async () => (await found()).people.slice(-members.length);
    const forecast = simulate(scene, await own());
    const people = await own();
    await gateway.settle();
    await apply(next);
    await gateway.settle();
    // Then what happens is what was told.
    const seen = await lived({ ...scene, catalogue: gateway.gateway.catalogue.current() }, members, people);
    expect(seen).toEqual(forecast.weeks);
    // The guest's gold ends with day 15, the silver of who lapsed a step after its nine days and grace.
    expect(seen.map(({ standing }) => standing.join(' '))).toEqual([
      '1 1 2',
      '1 1 2',
      '2 1 1',
      '3 0 1',
      '3 0 1',
      '3 0 1',
    ]);
  });
});
