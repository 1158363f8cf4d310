// `perkgate import` and its `starbucks`: a published data set into an empty database, its completions as redemptions.
import type { Command } from 'commander';
import type { Gateway } from '../compose/gateway';
import { type Figure, figureTable, isWrong } from '../imports/figure-table';
import { countStored, type StoredRows } from '../imports/import.store';
import { ImportFault } from '../imports/import-fault';
import type { OnProgress } from '../imports/import-house';
import { type CheckedFolder, checkFolder } from '../imports/starbucks/check';
import type { CapSettings } from '../imports/starbucks/program';
import { CompletionReplay } from '../imports/starbucks/replay';
import { findOracle, oracleOf, replayFigures } from '../imports/starbucks/replay-table';
import { StarbucksImportService } from '../imports/starbucks/starbucks.service';
import type { ImportState } from '../imports/starbucks/state';
import { TaskReplay, taskFigures } from '../imports/starbucks/task-replay';
import { ManualClock, systemClock } from '../kernel/clock';
import { action, CommandError, type CommonOptions, type Output, withGateway } from './command';
import { addJourneyCommand } from './import-journey.command';
import { wholeNumber } from './options';
import { progressBar } from './progress';

interface StarbucksOptions extends CommonOptions {
  readonly cap?: string;
  readonly quota?: string;
  readonly replayCompletions?: boolean;
  readonly replayTasks?: boolean;
  readonly concurrency: string;
}

const CAP_MAX = 1_000_000;
const QUOTA_MAX = 1_000;
const CONCURRENCY_MAX = 10_000;

export function addImportCommand(root: Command): void {
  const imports = root.command('import').description('take in a published data set');
  addJourneyCommand(imports);
  const starbucks = imports
    .command('starbucks')
    .description('offers, members and cards of the data set "Starbucks rewards"; may be interrupted and run again')
    .argument('<dir>', 'the folder with portfolio.json, profile.json.gz and transcript.json.gz')
    .option('--cap <dollars>', 'what each card may cost (20, or as imported before)')
    .option('--quota <times>', 'how often a member may take each offer (needs --cap; else as often as the cap allows)')
    .option('--replay-completions', 'send every completed offer as a redemption request (needs --cap)')
    .option('--replay-tasks', 'assign received offers and record transactions; tell whether the same are completed')
    .option('--concurrency <requests>', 'redemption requests in flight, of different members', '64');
  action(starbucks, async (options: StarbucksOptions, dir) => {
    const settings = settingsOf(options);
    const concurrency = wholeNumber('--concurrency', options.concurrency, 1, CONCURRENCY_MAX);
    try {
      const { replayCompletions: replays = false, replayTasks: tasks = false } = options;
      return await importStarbucks(dir!, { settings, concurrency, replays, tasks });
    } catch (error) {
      if (error instanceof ImportFault) throw new CommandError(error.message);
      throw error;
    }
  });
}

function settingsOf({ cap, quota, replayCompletions }: StarbucksOptions): CapSettings | undefined {
  if (cap === undefined) {
    if (quota !== undefined) throw new CommandError('--quota needs --cap.');
    if (replayCompletions)
      throw new CommandError('--replay-completions needs --cap, the cost cap of a card in dollars.');
    return undefined;
  }
  return {
    cap: wholeNumber('--cap', cap, 1, CAP_MAX),
    quota: quota === undefined ? undefined : wholeNumber('--quota', quota, 1, QUOTA_MAX),
  };
}

interface Asked {
  readonly settings?: CapSettings;
  readonly concurrency: number;
  readonly replays: boolean;
  readonly tasks: boolean;
}

async function importStarbucks(dir: string, asked: Asked): Promise<Output> {
  const checking = progressBar('import');
  const checked = await checkFolder(dir, checking.update).finally(() => checking.stop());
  const totals = { title: 'Totals of the files', figures: checked.figures };
  if (!checked.asExpected) {
    const wrong = checked.figures.filter(isWrong).map(({ what }) => what);
    const verdict = `The files are not what totals.json says (${wrong.join(', ')}); nothing was stored.`;
    return { text: `${section(totals)}\n\n${verdict}`, json: { totals: checked.figures, error: verdict }, ok: false };
  }
  const clock = new ManualClock(systemClock.now());
  const done = await withGateway((gateway) => store(gateway, clock, checked, asked), clock);
  const replayed = [done.replay, done.tasks].flatMap((section) => section ?? []);
  const sections = [totals, ...replayed];
  const ok = !replayed.some(({ figures }) => figures.some(isWrong));
  const verdict = !ok ? ['The replay differs from what is expected.'] : [];
  const text = [...sections.map(section), storedText(done, checked), ...verdict].join('\n\n');
  const { before, after, state } = done;
  const json = { totals: checked.figures, before, after, cap: state.cap, quota: state.quota ?? null };
  return {
    text,
    json: { ...json, changed: isChanged(done), replay: done.replay?.figures, tasks: done.tasks?.figures },
    ok,
  };
}

interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
}

interface Done {
  readonly before: StoredRows;
  readonly after: StoredRows;
  readonly state: ImportState;
  readonly replay?: Section;
  readonly tasks?: Section;
}

async function store(gateway: Gateway, clock: ManualClock, checked: CheckedFolder, asked: Asked): Promise<Done> {
  const before = await countStored(gateway.database.read);
  const service = new StarbucksImportService(gateway, clock);
  const bar = progressBar('import');
  const onProgress: OnProgress = bar.update;
  try {
    const { settings, concurrency } = asked;
    const state = await service.run({ checked, settings, now: systemClock.now(), onProgress });
    const tasks = asked.tasks ? await replayTasks(gateway, clock, { checked, state, onProgress }) : undefined;
    if (!asked.replays) return { before, state, after: await countStored(gateway.database.read), tasks };
    await service.assertProgramInForce(checked, state);
    const oracle = findOracle(await oracleOf(checked), state);
    const outcome = await new CompletionReplay(gateway, clock, { checked, state, concurrency, onProgress }).run();
    const figures = replayFigures(outcome, checked.totals.events['offer completed'], oracle);
    const limits = `cap ${state.cap} dollars, ${state.quota === undefined ? 'no quota' : `quota ${state.quota}`}`;
    const title = `Replay of the completions (${limits}, ${concurrency} in flight)`;
    return { before, state, after: await countStored(gateway.database.read), tasks, replay: { title, figures } };
  } finally {
    bar.stop();
  }
}

async function replayTasks(
  gateway: Gateway,
  clock: ManualClock,
  request: { checked: CheckedFolder; state: ImportState; onProgress: OnProgress },
): Promise<Section> {
  const outcome = await new TaskReplay(gateway, clock, request).run();
  const title = 'Replay of received offers and transactions as tasks';
  return { title, figures: taskFigures(outcome, request.checked) };
}

function section({ title, figures }: Section): string {
  return `${title}\n\n${figureTable(figures)}`;
}

function isChanged({ before, after }: Done): boolean {
  return (Object.keys(after) as (keyof StoredRows)[]).some((name) => after[name] !== before[name]);
}

function storedText(done: Done, { offers, totals }: CheckedFolder): string {
  const { before, after, replay, tasks } = done;
  const number = (count: number): string => count.toLocaleString('en-US');
  const added = (name: keyof StoredRows): string => number(after[name] - before[name]);
  const counts = `${added('members')} members, ${added('cards')} cards, ${added('redemptions')} redemptions`;
  const { events } = totals;
  const { transaction, 'offer received': received } = events;
  const waiting = [`${number(events['offer viewed'])} offers viewed`];
  if (!tasks) {
    waiting.unshift(`${number(transaction)} transactions and ${number(received)} offers received (--replay-tasks)`);
  }
  if (!replay) waiting.push(`${number(events['offer completed'])} completions (--replay-completions redeems them)`);
  return [
    isChanged(done) ? `Added: ${counts}.` : 'Nothing changed: all of this was stored before.',
    `Stored are ${number(offers.length)} offers, ${number(after.members)} members, ${number(after.cards)} cards and ` +
      `${number(after.redemptions)} redemptions.`,
    `Counted and checked, but not stored: ${waiting.join('; ')}.`,
  ].join('\n');
}
