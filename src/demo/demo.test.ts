// The demo is told once, whole, and on from where it broke off.
import { sideOf } from '../../test/support/activities';
import { expectBooks, House } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import { DAY, ManualClock } from '../kernel/clock';
import { seedDemo } from './demo';
import { DEMO_CHECK_INS, DEMO_CLAIMS, DEMO_EVENTS, DEMO_MEMBERS } from './demo-story';

const NOW = Date.UTC(2026, 10, 22, 4);
const TABLES = [
  ['program_version', 'version'],
  ['member', 'id'],
  ['card', 'id'],
  ['card_term', 'id'],
  ['redemption', 'id'],
  ['pool_code', 'offer_id, seq'],
  ['ledger_account', 'account'],
  ['ledger_transfer', 'id'],
  ['ledger_chain', 'chain_key'],
  ['ledger_hold', 'chain'],
  ['work_progress', 'name'],
  ['member_event', 'id'],
  ['event_return', 'id'],
  ['check_in', 'member_id, day'],
  ['task_completion', 'member_id, task_id, assignment, period'],
  ['reward_given', 'occasion'],
  ['level_history', 'seq'],
  ['level_gift', 'member_id, level_id, code'],
  ['drawing', 'id'],
  ['member_day', 'member_id, day'],
  ['member_rfm', 'member_id'],
  ['stage_change', 'id'],
] as const;

/** Who is in which stage and of which grade when the story is told: what the nightly job would find. */
const AS_TOLD = [
  ['chen', 'SILENT', 'occasional'],
  ['lin', 'ACTIVE', 'regular'],
  ['wei', 'ACTIVE', 'occasional'],
  ['zhao', 'CONSUMER', 'guest'],
];

eachDatabase((lane) => {
  const emptied = async (): Promise<void> => {
    const names = [
      ...TABLES.map(([name]) => name),
      'program_item',
      'code_pool',
      'ledger_contra',
      'ledger_contra_delta',
      'reward_due',
    ];
    await lane.database.transaction(async (tx) => {
      for (const name of names) await tx.run(`DELETE FROM ${name}`);
      await tx.run('UPDATE catalogue_version SET version = version + 1');
    });
  };
  beforeEach(emptied);
  afterEach(() => expectBooks(lane.database));

  const rowsOf = async () => {
    const rows: Record<string, unknown> = {};
    for (const [name, key] of TABLES) {
      rows[name] = await lane.database.read.arrays(`SELECT * FROM ${name} ORDER BY ${key}`);
    }
    return rows;
  };
  const opened = async (): Promise<House> => {
    const house = new House(lane.database, new ManualClock(NOW));
    await house.catalogue.refresh();
    return house;
  };
  const seed = (house: House, now = NOW) => {
    const { events, checkIns, lifecycle } = sideOf(house);
    return seedDemo({ ...house, events, checkIns, lifecycle }, house.clock, now);
  };
  const count = async (what: string): Promise<number> => {
    const [row] = await lane.database.read.arrays(`SELECT COUNT(*) FROM ${what}`);
    return Number(row![0]);
  };
  const told = async (stages = AS_TOLD): Promise<void> => {
    expect(await count('member')).toBe(DEMO_MEMBERS.length);
    expect(await count('redemption')).toBe(DEMO_CLAIMS.length);
    expect(await count(`redemption WHERE status = 'USED'`)).toBe(DEMO_CLAIMS.filter(({ used }) => used).length);
    expect(await count('member_event')).toBe(DEMO_EVENTS.length);
    expect(await count('check_in')).toBe(DEMO_CHECK_INS.length);
    expect(await count('redemption WHERE used_at > ended_at OR claimed_at > used_at')).toBe(0);
    const judged = await lane.database.read.arrays('SELECT external_id, stage, grade FROM member ORDER BY external_id');
    expect(judged.map((row) => row.map(String))).toEqual(stages);
  };

  test('is told whole, and told again changes nothing', async () => {
    const house = await opened();
    await seed(house);
    await told();
    expect(house.now).toBe(NOW);
    const before = await rowsOf();
    await seed(await opened(), NOW + 3 * DAY);
    expect(await rowsOf()).toEqual(before);
  });

  test('goes on where it broke off, also when that is months later', async () => {
    let now = NOW;
    for (const chains of [0, 1, 20, 40, 60, 75]) {
      const house = await opened();
      const submit = house.ledger.submit.bind(house.ledger);
      let left = chains;
      jest.spyOn(house.ledger, 'submit').mockImplementation((...chain) => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('killed')) : submit(...chain);
      });
      await expect(seed(house, now)).rejects.toThrow('killed');
      now += 30 * DAY;
    }
    const house = await opened();
    await seed(house, now);
    // It is half a year later than what was told last, and nobody came back.
    await told(AS_TOLD.map(([member, stage, grade]) => [member!, stage === 'CONSUMER' ? stage : 'LOST', grade!]));
    expect(house.now).toBe(now);
    // Nothing of it happened twice: each claim has one chain, each card one term.
    expect(await count('card')).toBe(await count('card_term'));
    const before = await rowsOf();
    await seed(await opened(), now);
    expect(await rowsOf()).toEqual(before);
  }, 120_000);
});
