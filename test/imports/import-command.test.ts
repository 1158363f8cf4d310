// `perkgate import starbucks` as it is typed: what it prints, how it exits, and what it leaves behind when it refuses.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommandLine } from '../../src/commands/program-line';
import type { Figure } from '../../src/imports/figure-table';
import { freshFile } from '../replay/house';
import { eachDatabase, type Lane } from '../support/lanes';
import { completed, type DataLines, dataId, removeFolders, TINY, writeFolder } from './data-folder';

afterAll(removeFolders);

interface Ran {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number;
}

/** Runs the command line in this process, with an environment of its own. */
async function run(databaseUrl: string, ...args: string[]): Promise<Ran> {
  const environment = process.env;
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  const codeKey = Buffer.alloc(32, 7).toString('base64');
  process.env = { PERKGATE_MODE: 'demo', DATABASE_URL: databaseUrl, CODE_KEY: codeKey, LOG_LEVEL: 'error' };
  try {
    await runCommandLine(['node', 'perkgate', 'import', 'starbucks', ...args]);
    return { output: written.stdout, errors: written.stderr, exitCode: Number(process.exitCode) };
  } finally {
    process.env = environment;
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
  }
}

const lastLine = (output: string) => JSON.parse(output.trimEnd().split('\n').at(-1)!);

describe('what is typed wrongly', () => {
  const url = 'sqlite:/nowhere/perkgate.db';

  test.each<[string[], string]>([
    [['--cap', '0'], '--cap is "0"; allowed is a whole number from 1 to 1000000.'],
    [['--cap', '9.5'], '--cap is "9.5"; allowed is a whole number'],
    [['--cap', '1e3'], '--cap is "1e3"; allowed is a whole number'],
    [['--cap', '10', '--quota', '-1'], '--quota is "-1"; allowed is a whole number'],
    [['--quota', '1'], '--quota needs --cap.'],
    [['--replay-completions'], '--replay-completions needs --cap'],
    [['--concurrency', 'many'], '--concurrency is "many"; allowed is a whole number from 1 to 10000.'],
    [[], 'The file /nowhere/portfolio.json cannot be read (ENOENT).'],
  ])('is told in one line: %j', async (args, message) => {
    const { output, errors, exitCode } = await run(url, '/nowhere', ...args);

    expect(errors).toMatch(/^perkgate: [^\n]+\n$/);
    expect(errors).toContain(message);
    expect([output, exitCode]).toEqual(['', 1]);
  });
});

describe('data that are faulty', () => {
  const faulty: DataLines = { ...TINY, events: [...TINY.events, completed(dataId('a'), dataId('9'), 5, 714)] };

  test('leave no trace, not even a database', async () => {
    const file = await freshFile();

    const { output, errors, exitCode } = await run(file.url, await writeFolder(faulty), '--json');

    const message = `transcript.json.gz, line 13: offer ${dataId('9')} is not in portfolio.json.`;
    expect(errors).toBe(`perkgate: ${message}\n`);
    expect(lastLine(output)).toEqual({ ok: false, error: message });
    expect(exitCode).toBe(1);
    expect(existsSync(file.url.slice('sqlite:'.length))).toBe(false);
    await file.remove();
  });
});

describe('sound data', () => {
  const oracleWith = (cost: number) => ({
    replays: [{ cap: 15, quota: 1, accepted: 4, cost, refused_cap: 0, refused_quota: 3, cards_at_cap: 2 }],
  });
  const replayOf = (folder: string): string[] => [folder, '--cap', '15', '--quota', '1', '--replay-completions'];

  const figure = (figures: readonly Figure[], what: string) => figures.find((one) => one.what === what);

  const folderWith = async (oracle: object): Promise<string> => {
    const folder = await writeFolder(TINY);
    await writeFile(join(folder, 'cap-replay.json'), JSON.stringify(oracle));
    return folder;
  };

  eachDatabase((lane: Lane) => {
    test('are taken in once: the second run changes nothing and says so', async () => {
      const folder = await folderWith(oracleWith(30));

      const first = await run(lane.url, ...replayOf(folder));
      const second = await run(lane.url, ...replayOf(folder));
      const third = await run(lane.url, folder, '--json');

      expect(first).toMatchObject({ exitCode: 0, errors: '' });
      expect(first.output).toContain('Added: 3 members, 3 cards, 4 redemptions.');
      expect(first.output).toMatch(/cost, dollars +30 +30 +yes/);
      expect(first.output).toContain('not stored: 1 transactions and 2 offers received (--replay-tasks)');
      expect(second).toMatchObject({ exitCode: 0, errors: '' });
      expect(second.output).toContain('Nothing changed: all of this was stored before.');
      expect(second.output).toMatch(/cost, dollars +30 +30 +yes/);
      expect(third.exitCode).toBe(0);
      const json = lastLine(third.output);
      expect(json).toMatchObject({
        ok: true,
        changed: false,
        cap: 15,
        quota: 1,
        after: { members: 3, redemptions: 4 },
      });
      expect(json.before).toEqual(json.after);
      expect(figure(json.totals, 'transactions, cents')).toMatchObject({ got: 1234 });
    });
  });

  eachDatabase((lane: Lane) => {
    test('are answered with another sum than expected: that is a failure', async () => {
      const { output, exitCode } = await run(lane.url, ...replayOf(await folderWith(oracleWith(31))), '--json');

      const json = lastLine(output);
      expect(figure(json.replay, 'cost, dollars')).toEqual({ what: 'cost, dollars', expected: 31, got: 30 });
      expect(json.ok).toBe(false);
      expect(exitCode).toBe(1);
    });

    test('with another cap need a fresh database', async () => {
      const folder = await folderWith(oracleWith(30));
      await run(lane.url, ...replayOf(folder));

      const { errors, exitCode } = await run(lane.url, folder, '--cap', '20', '--replay-completions');

      expect(errors).toContain('imported with a cap of 15 dollars and a quota of 1, not with a cap of 20 dollars');
      expect(errors).toContain('Name a fresh database');
      expect(exitCode).toBe(1);
    });
  });
});
