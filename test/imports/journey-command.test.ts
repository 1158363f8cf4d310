// `perkgate import complete-journey` as it is typed: what it prints, how it exits, and that a killed process leaves a
// database which the next one finishes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { countStored } from '../../src/imports/import.store';
import { freshFile } from '../replay/house';
import { type Ended, lastJson, perkgateInside } from '../support/gateway-process';
import { eachDatabase, type Lane } from '../support/lanes';
import { type JourneyLines, removeJourneys, SMALL_YEAR, writeJourney } from './journey-folder';

afterAll(removeJourneys);

function environmentOf(url: string): Record<string, string> {
  const CODE_KEY = Buffer.alloc(32, 7).toString('base64');
  return { PERKGATE_MODE: 'demo', DATABASE_URL: url, CODE_KEY, LOG_LEVEL: 'error' };
}

function run(url: string, ...args: string[]): Promise<Ended> {
  return perkgateInside(['import', 'complete-journey', ...args], environmentOf(url));
}

test('data that are faulty leave no trace, not even a database', async () => {
  const file = await freshFile();
  const folder = await writeJourney({ ...SMALL_YEAR, mailings: ['7,1'] });

  const { stdout, stderr, code } = await run(file.url, folder, '--json');

  const message = 'campaigns.csv.gz, line 2: campaign 7 is not in campaign_descriptions.csv.gz.';
  expect(stderr).toBe(`perkgate: ${message}\n`);
  expect(lastJson(stdout)).toEqual({ ok: false, error: message });
  expect(code).toBe(1);
  expect(existsSync(file.url.slice('sqlite:'.length))).toBe(false);
  await file.remove();
});

test('data that differ from the totals beside them are not stored', async () => {
  const file = await freshFile();
  const folder = await writeJourney(SMALL_YEAR);
  const rows = { campaign_descriptions: 4, campaigns: 5, coupons: 5, coupon_redemptions: 5, demographics: 2 };
  const campaigns = { by_type: {}, households_targeted: 3, per_campaign: {} };
  const coupons = { distinct_upc: 3, exact_duplicate_rows: 1 };
  const uses = { households: 3, distinct_upc: 3, by_campaign_type: {} };
  const redemptions = { ...uses, outside_campaign_dates: 0, by_household_not_in_campaign: 0 };
  await writeFile(
    join(folder, 'totals.json'),
    JSON.stringify({ known_totals: { rows, campaigns, coupons, redemptions } }),
  );

  const { stdout, code } = await run(file.url, folder);

  expect(stdout).toContain('The files are not what totals.json says (campaigns); nothing was stored.');
  expect(code).toBe(1);
  expect(existsSync(file.url.slice('sqlite:'.length))).toBe(false);
  await file.remove();
});

describe('sound data', () => {
  eachDatabase((lane: Lane) => {
    test('are taken in once: the second run changes nothing and says so', async () => {
      const folder = await writeJourney(SMALL_YEAR);

      const first = await run(lane.url, folder);
      const second = await run(lane.url, folder, '--json');

      expect(first).toMatchObject({ code: 0, stderr: '' });
      expect(first.stdout).toContain('Added: 4 members, 4 cards, 6 redemptions.');
      expect(first.stdout).toMatch(/coupons used +5 +5 +yes/);
      expect(second.code).toBe(0);
      const json = lastJson(second.stdout);
      expect(json).toMatchObject({ ok: true, changed: false, after: { members: 4, redemptions: 6 } });
      expect(json.before).toEqual(json.after);
      expect(json.tracked).toContainEqual({ what: 'coupons used', expected: 5, got: 5 });
    });
  });

  eachDatabase((lane: Lane) => {
    test('with a use that the gateway refuses are a failure, which says why', async () => {
      const lines: JourneyLines = { ...SMALL_YEAR, uses: [...SMALL_YEAR.uses, '4,111,3,2017-02-11'] };

      const { stdout, code } = await run(lane.url, await writeJourney(lines));

      expect(stdout).toMatch(/refused by the gateway +none +1 NOT_ELIGIBLE +NO/);
      expect(stdout).toContain('The gateway says something else than is expected.');
      expect(code).toBe(1);
    });
  });
});

/** A year with a mailing a household, so long that a process can be killed in the middle of it. */
function longYear(households: number): JourneyLines {
  const ids = Array.from({ length: households }, (_, at) => at + 1);
  const days = (from: number, id: number) => new Date(Date.UTC(2017, 0, from + (id % 50))).toISOString().slice(0, 10);
  const byDay = ids.toSorted((left, right) => (left % 50) - (right % 50));
  return {
    campaigns: ['1,Type A,2017-01-01,2017-03-31'],
    mailings: ids.map((id) => `1,${id}`),
    coupons: ['111,1,1', '112,1,1'],
    uses: byDay.map((id) => `${id},111,1,${days(2, id)}`),
    households: [],
  };
}

describe('a process that is killed on the way', () => {
  const HOUSEHOLDS = 600;
  const MAIN = join(__dirname, '..', '..', 'dist', 'src', 'main.js');

  async function killOnce(child: ChildProcess, reached: () => Promise<boolean>): Promise<void> {
    const ended = once(child, 'close');
    while (child.exitCode === null && !(await reached())) await breathe();
    child.kill('SIGKILL');
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
  }

  eachDatabase((lane: Lane) => {
    test('leaves what the next one finishes, to the same totals', async () => {
      const folder = await writeJourney(longYear(HOUSEHOLDS));
      const stored = () => countStored(lane.database.read);
      // In the middle of the mailings, then in the middle of the uses, each of which is a chain more.
      const whole = HOUSEHOLDS * 3;
      for (const chains of [HOUSEHOLDS * 1.3, HOUSEHOLDS * 2.3]) {
        const env = { PATH: process.env.PATH ?? '', ...environmentOf(lane.url) };
        const child = spawn(process.execPath, [MAIN, 'import', 'complete-journey', folder], { env, stdio: 'ignore' });
        await killOnce(child, async () => (await stored()).chains >= chains);
        expect((await stored()).chains).toBeLessThan(whole);
      }

      const { stdout, code } = await run(lane.url, folder, '--json');

      expect(code).toBe(0);
      expect(lastJson(stdout)).toMatchObject({
        after: { members: HOUSEHOLDS, cards: HOUSEHOLDS, redemptions: HOUSEHOLDS, chains: whole },
      });
      const verified = await perkgateInside(['ledger', 'verify', '--json'], environmentOf(lane.url));
      expect(lastJson(verified.stdout)).toMatchObject({ ok: true });
    }, 120_000);
  });
});
