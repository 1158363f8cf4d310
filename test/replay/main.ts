// `npm run replay`: every replay of the oracles, whole, on both databases, with the books proven: caps at two
// concurrencies, and tasks.
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
import { runMeasure } from '../support/measure-command';
import { startPrivateMysql } from '../support/mysql-server';
import { type CardCosts, cardCostsOf } from './card-costs';
import { DATA_FOLDER, type FreshDatabase, freshFile, freshMysql, openHouse } from './house';
import { isLifecycleReplay, runLifecycleReplay } from './lifecycle';
import { replayTasks, taskTable } from './tasks';

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
  /** Through the API, card by card. */
  readonly read: CardCosts;
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
  if (chosen.length > 0 || taskPlans(only).length > 0) return chosen;
  const names = [...plans, ...taskPlans('')].map(({ name }) => name).join('; ');
  throw new Error(`--only is ${JSON.stringify(only)}; allowed is a part of: ${names}`);
}

function taskPlans(only: string): { readonly name: string; readonly lane: Plan['lane'] }[] {
  return LANES.map((lane) => ({ name: `${lane} tasks`, lane })).filter(({ name }) => name.includes(only));
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
    // The same once more, card by card, as the API tells it.
    const read = await cardCostsOf(gateway, checked, oracle.cap * 100);
    const { cost, cards_at_cap: cardsAtCap } = oracle;
    const asRead = read.cost === cost * 100 && read.cardsAtCap === cardsAtCap && read.wrong === 0;
    return {
      ...plan,
      outcome,
      importSeconds: (imported - began) / 1000,
      seconds: (replayed - imported) / 1000,
      clean,
      read,
      equal: asRead && !figures.some(isWrong),
    };
  } finally {
    bar.stop();
    await gateway.close();
  }
}

interface Judged {
  readonly equal: boolean;
  readonly clean: boolean;
}

/** Each run in a database of its own, one after the other. */
async function replayAll<Run extends { readonly name: string; readonly lane: Plan['lane'] }, Result extends Judged>(
  runs: readonly Run[],
  replayOne: (run: Run, place: FreshDatabase) => Promise<Result>,
): Promise<Result[]> {
  const server = runs.some(({ lane }) => lane === 'mysql') ? await startPrivateMysql() : undefined;
  const results: Result[] = [];
  try {
    for (const [at, run] of runs.entries()) {
      const place = run.lane === 'sqlite' ? await freshFile() : await freshMysql(server!.url, `replay_${at}`);
      const result = await replayOne(run, place).finally(() => place.remove());
      results.push(result);
      process.stderr.write(`${run.name}: ${result.equal && result.clean ? 'equal and clean' : 'NOT as expected'}\n`);
    }
    return results;
  } finally {
    await server?.stop();
  }
}

function tableOf(rows: readonly Row[]): string {
  const titles = ['lane', 'cap', 'quota', 'concurrency', 'accepted', 'cost', 'refused by cap', 'by quota'];
  const further = [
    'cards at cap',
    'cost by API',
    'at cap by API',
    'import s',
    'replay s',
    'redemptions/s',
    'verify',
    'equal',
  ];
  return textTable(
    [...titles, ...further].map((title) => ({ title })),
    rows.map(({ lane, oracle, concurrency, outcome, read, importSeconds, seconds, clean, equal }) => [
      lane,
      oracle.cap,
      oracle.quota ?? '-',
      concurrency,
      outcome.accepted,
      outcome.costCents / 100,
      outcome.refusedByCap,
      outcome.refusedByQuota,
      outcome.cardsAtCap,
      read.cost / 100,
      read.cardsAtCap,
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
  const rows = await replayAll(planOf(oracles, options), (plan, place) => replay(checked, plan, place));
  const tasks = await replayAll(taskPlans(options.only), ({ name }, place) => replayTasks(checked, name, place));
  const ok = [...rows, ...tasks].every(({ clean, equal }) => clean && equal);
  if (rows.length > 0) process.stdout.write(`${tableOf(rows)}\n`);
  if (tasks.length > 0) process.stdout.write(`${taskTable(tasks)}\n`);
  if (!ok) process.stderr.write('replay: at least one run differs from the oracle or its books are not clean\n');
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ ok, requests: rows[0]?.outcome.requests, runs: rows.map(jsonOf), tasks })}\n`,
    );
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
  .action(run);

void runMeasure(command);
