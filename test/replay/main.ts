// `npm run replay`: every replay of the oracle, whole, on both databases, at two concurrencies, with the books proven.
import 'reflect-metadata';
import { Command } from 'commander';
import { progressBar } from '../../src/commands/progress';
import { isWrong } from '../../src/imports/figure-table';
import { type CheckedFolder, checkFolder } from '../../src/imports/starbucks/check';
import { CompletionReplay, type ReplayOutcome } from '../../src/imports/starbucks/replay';
import { type OracleReplay, oracleOf, replayFigures } from '../../src/imports/starbucks/replay-table';
import { StarbucksImportService } from '../../src/imports/starbucks/starbucks.service';
import { textTable } from '../../src/kernel/text-table';
import { verifyLedger } from '../../src/ledger/verify';
import { holdCheck } from '../../src/redemption/hold.check';
import { startPrivateMysql } from '../support/mysql-server';
import { DATA_FOLDER, type FreshDatabase, freshFile, freshMysql, openHouse } from './house';
import { isLifecycleReplay, runLifecycleReplay } from './lifecycle';

const LANES = ['sqlite', 'mysql'] as const;

interface Options {
  readonly data: string;
  readonly concurrency: string;
  readonly only: string;
  readonly json?: boolean;
}

interface Plan {
  readonly name: string;
  readonly lane: (typeof LANES)[number];
  readonly oracle: OracleReplay;
  readonly concurrency: number;
}

interface Row extends Plan {
  readonly outcome: ReplayOutcome;
  /** Of members and cards. */
  readonly importSeconds: number;
  readonly seconds: number;
  readonly clean: boolean;
  readonly equal: boolean;
}

function planOf(oracles: readonly OracleReplay[], { concurrency, only }: Options): Plan[] {
  const concurrencies = concurrency.split(',').map((text) => {
    if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
    throw new Error(`--concurrency is ${JSON.stringify(concurrency)}; allowed are whole numbers such as 32,256`);
  });
  const plans = LANES.flatMap((lane) =>
    oracles.flatMap((oracle) =>
      concurrencies.map((at): Plan => {
        const name = `${lane} cap ${oracle.cap} quota ${oracle.quota ?? 'none'} at ${at}`;
        return { name, lane, oracle, concurrency: at };
      }),
    ),
  );
  const chosen = plans.filter(({ name }) => name.includes(only));
  if (chosen.length > 0) return chosen;
  throw new Error(
    `--only is ${JSON.stringify(only)}; allowed is a part of: ${plans.map(({ name }) => name).join('; ')}`,
  );
}

async function replay(checked: CheckedFolder, plan: Plan, place: FreshDatabase): Promise<Row> {
  const { oracle, concurrency } = plan;
  const now = Date.now();
  const { gateway, clock } = await openHouse(place.url, now);
  const bar = progressBar(plan.name);
  try {
    const settings = { cap: oracle.cap, quota: oracle.quota ?? undefined };
    const began = performance.now();
    const service = new StarbucksImportService(gateway, clock);
    const state = await service.run({ checked, settings, now, onProgress: bar.update });
    const imported = performance.now();
    const request = { checked, state, concurrency, onProgress: bar.update };
    const outcome = await new CompletionReplay(gateway, clock, request).run();
    const replayed = performance.now();
    const { clean } = await verifyLedger(gateway.database, [holdCheck]);
    const figures = replayFigures(outcome, checked.totals.events['offer completed'], oracle);
    return {
      ...plan,
      outcome,
      importSeconds: (imported - began) / 1000,
      seconds: (replayed - imported) / 1000,
      clean,
      equal: !figures.some(isWrong),
    };
  } finally {
    bar.stop();
    await gateway.close();
  }
}

async function replayAll(checked: CheckedFolder, plans: readonly Plan[]): Promise<Row[]> {
  const server = plans.some(({ lane }) => lane === 'mysql') ? await startPrivateMysql() : undefined;
  const rows: Row[] = [];
  try {
    for (const [at, plan] of plans.entries()) {
      const place = plan.lane === 'sqlite' ? await freshFile() : await freshMysql(server!.url, `replay_${at}`);
      const row = await replay(checked, plan, place).finally(() => place.remove());
      rows.push(row);
      process.stderr.write(`${plan.name}: ${row.equal && row.clean ? 'equal and clean' : 'NOT as expected'}\n`);
    }
    return rows;
  } finally {
    await server?.stop();
  }
}

function tableOf(rows: readonly Row[]): string {
  const titles = ['lane', 'cap', 'quota', 'concurrency', 'accepted', 'cost', 'refused by cap', 'by quota'];
  const further = ['cards at cap', 'import s', 'replay s', 'redemptions/s', 'verify', 'equal'];
  return textTable(
    [...titles, ...further].map((title) => ({ title })),
    rows.map(({ lane, oracle, concurrency, outcome, importSeconds, seconds, clean, equal }) => [
      lane,
      oracle.cap,
      oracle.quota ?? '-',
      concurrency,
      outcome.accepted,
      outcome.costCents / 100,
      outcome.refusedByCap,
      outcome.refusedByQuota,
      outcome.cardsAtCap,
      Math.round(importSeconds),
      Math.round(seconds),
      Math.round(outcome.requests / seconds),
      clean ? 'clean' : 'FAULTY',
      equal ? 'yes' : 'NO',
    ]),
  );
}

function jsonOf({ outcome, oracle, name, lane, concurrency, ...measured }: Row): object {
  const { cap, quota } = oracle;
  return {
    name,
    lane,
    cap,
    quota,
    concurrency,
    ...outcome,
    cost: outcome.costCents / 100,
    expected: oracle,
    ...measured,
  };
}

async function run(options: Options): Promise<void> {
  if (isLifecycleReplay(options.only)) {
    process.exitCode = (await runLifecycleReplay(options.only, options.json === true)) ? 0 : 1;
    return;
  }
  const bar = progressBar('reading');
  const checked = await checkFolder(options.data, bar.update).finally(() => bar.stop());
  const oracles = await oracleOf(checked);
  if (oracles.length === 0)
    throw new Error(`there is no cap-replay.json in ${options.data}, so nothing to compare with`);
  const wrong = checked.figures.filter(isWrong).map(({ what }) => what);
  if (wrong.length > 0) throw new Error(`the files are not what totals.json says: ${wrong.join(', ')}`);
  const rows = await replayAll(checked, planOf(oracles, options));
  const ok = rows.every(({ clean, equal }) => clean && equal);
  process.stdout.write(`${tableOf(rows)}\n`);
  if (!ok) process.stderr.write('replay: at least one run differs from the oracle or its books are not clean\n');
  if (options.json)
    process.stdout.write(`${JSON.stringify({ ok, requests: rows[0]!.outcome.requests, runs: rows.map(jsonOf) })}\n`);
  process.exitCode = ok ? 0 : 1;
}

const command = new Command('replay')
  .description('replay the completions of the data set "Starbucks rewards" and compare with its oracle')
  .option('--data <dir>', 'the folder of the data set', DATA_FOLDER)
  .option('--concurrency <list>', 'requests in flight, one or more of them', '32,256')
  .option(
    '--only <text>',
    'only runs whose name has this part, for instance "mysql" or "cap 20 quota 1"; "cdnow" and "rfm" replay those data',
    '',
  )
  .option('--json', 'print one JSON object as the last line')
  .action((options: Options) =>
    run(options).catch((error: Error) => {
      process.stderr.write(`replay: ${error.message}\n`);
      if (options.json) process.stdout.write(`${JSON.stringify({ ok: false, error: error.message })}\n`);
      process.exitCode = 1;
    }),
  );
void command.parseAsync();
