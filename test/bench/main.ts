// `npm run bench`: how quick the gateway is, as ratios against other ways on the same machine in the same run.
import { Command, InvalidArgumentError } from 'commander';
import { runMeasure } from '../support/measure-command';
import { type Pace, withBench } from './bench';
import { measureEvents } from './events';
import { measureFaults } from './faults';
import { measureHome } from './home';
import { measureInsight } from './insight';
import { describeMachine } from './machine';
import { measureRedeem } from './redeem';
import { aimsOf, type BenchReport, reportText } from './report';
import { fillWorld, measureSizes, type World } from './sizes';

const PARTS = ['home', 'redeem', 'events', 'sizes', 'faults', 'insight'] as const;
type Part = (typeof PARTS)[number];

interface Options {
  readonly json?: boolean;
  readonly quick?: boolean;
  readonly parts: readonly Part[];
  readonly only?: readonly Part[];
  readonly sizes?: readonly number[];
}

const FULL: Pace = { rounds: 5, milliseconds: 3_000, warmUp: 20_000, fillSeconds: 600 };
const QUICK: Pace = { rounds: 3, milliseconds: 1_000, warmUp: 12_000, fillSeconds: 20 };
const SIZES = [10_000, 100_000, 1_000_000];
const QUICK_SIZES = [1_000, 4_000];
const REDEMPTIONS = 1_000_000;
const QUICK_REDEMPTIONS = 20_000;

function sizesFrom(text: string): number[] {
  const sizes = text.split(',').map(Number);
  if (sizes.every((size) => Number.isSafeInteger(size) && size >= 1_000 && size <= 5_000_000)) return sizes;
  throw new InvalidArgumentError('give numbers of members from 1000 to 5000000, such as 10000,100000.');
}

function partsFrom(text: string): Part[] {
  const parts = text.split(',') as Part[];
  if (parts.every((part) => PARTS.includes(part))) return parts;
  throw new InvalidArgumentError(`give some of ${PARTS.join(', ')}, with commas.`);
}

function progress(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

async function measure({ quick, only, parts: named, sizes }: Options): Promise<BenchReport> {
  const [first, ...others] = sizes ?? (quick ? QUICK_SIZES : SIZES);
  const parts = only ?? named;
  const report: BenchReport = {};
  await withBench(quick ? QUICK : FULL, progress, async (bench) => {
    if (parts.includes('faults')) report.faults = await measureFaults(bench);
    if (parts.includes('insight')) {
      report.insight = await measureInsight(bench, quick ? QUICK_REDEMPTIONS : REDEMPTIONS);
    }
    const compared = parts.includes('home') || parts.includes('sizes');
    const small = compared ? await fillWorld(bench, first!, 'world') : undefined;
    if (small && parts.includes('home')) report.home = await measureHome(bench, small.place);
    if (parts.includes('redeem')) {
      // A world of its own, because its redemptions would make the small world of the sizes a large one.
      const { place } = await fillWorld(bench, first!, 'redeem');
      report.redeem = await measureRedeem(bench, place);
    }
    if (parts.includes('events')) {
      const { place } = await fillWorld(bench, first!, 'events');
      report.events = await measureEvents(bench, place);
    }
    if (!small || !parts.includes('sizes')) return;
    const worlds: World[] = [small];
    for (const size of others) worlds.push(await fillWorld(bench, size, 'world'));
    report.sizes = await measureSizes(bench, worlds);
  });
  return report;
}

async function run(options: Options): Promise<void> {
  const begun = performance.now();
  const report = await measure(options);
  const aims = aimsOf(report);
  const seconds = Math.round((performance.now() - begun) / 1_000);
  process.stdout.write(`${reportText(report, describeMachine())}\n\nThis took ${seconds} s.\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ ok: true, seconds, aims, ...report })}\n`);
}

const command = new Command('bench')
  .description(
    'Measures the gateway against other ways of doing the same. Needs MariaDB or MySQL, 7 GB, up to half an hour.',
  )
  .option('--json', 'print one JSON object as the last line')
  .option('--quick', 'a smoke run of some minutes; its figures mean little')
  .option('--only <part>', 'the same for one part', partsFrom)
  .option('--parts <list>', `which of ${PARTS.join(',')}`, partsFrom, [...PARTS])
  .option('--sizes <list>', 'numbers of members, the first being what the others are compared with', sizesFrom)
  .action(run);

void runMeasure(command);
