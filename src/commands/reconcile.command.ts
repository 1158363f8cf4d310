// `perkgate reconcile`: a partner's file as a feed, compared with our books and the pools, and what was found.
import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Came } from '../audit/audit.service';
import type { Gateway } from '../compose/gateway';
import type { Actor } from '../kernel/actor';
import { fromGlobalId, type Id, toGlobalId } from '../kernel/id';
import { BusinessTime, dayFromText, dayOfDate } from '../kernel/period';
import { isRefusal, type Refusal } from '../kernel/refusal';
import { textTable } from '../kernel/text-table';
import {
  AMOUNTS,
  DELIMITERS,
  ENCODINGS,
  FEED_BASES,
  type FeedMapping,
  LINE_STATES,
  MATCH_BY,
} from '../settlement/reconciliation/feed';
import { feedLines } from '../settlement/reconciliation/feed-file';
import { checkMapping, FeedFileError, isFaulty, PLAIN_MAPPING } from '../settlement/reconciliation/feed-mapping';
import type { FileReport } from '../settlement/reconciliation/lines-report';
import { OUTCOMES, type Run } from '../settlement/reconciliation/run';
import { DEFAULT_TOLERANCE } from '../settlement/reconciliation/run.service';
import { askedHere, changeHere } from './audited';
import { digestOf } from './codes.command';
import { action, CommandError, type CommonOptions, counted, type Output, withGateway } from './command';
import { readGiven, sizeOfGiven } from './given-file';
import { progressBar } from './progress';

const HERE: Actor = { role: 'ADMIN', subject: 'cli' };

/** The file of `--how`: how the lines are to be read, and what counts as the same. */
const howFile = z.strictObject({
  basis: z.enum(FEED_BASES).default('USED'),
  matchBy: z.enum(MATCH_BY).default('CODE'),
  amountIs: z.enum(AMOUNTS).default('COST'),
  timeZone: z.string().optional(),
  columns: z.strictObject(
    Object.fromEntries(
      ['code', 'reference', 'member', 'offer', 'amount', 'date', 'state'].map((column) => [
        column,
        z.string().optional(),
      ]),
    ),
  ),
  delimiter: z.enum(DELIMITERS).default(','),
  encoding: z.enum(ENCODINGS).default('utf-8'),
  dateFormat: z.string().default('ISO'),
  amount: z
    .strictObject({ unit: z.enum(['MAJOR', 'MINOR']), decimals: z.int(), decimalSign: z.enum(['.', ',']) })
    .default(PLAIN_MAPPING.amount),
  states: z.record(z.string(), z.enum(LINE_STATES)).default({}),
  offers: z.record(z.string(), z.string()).default({}),
  tolerance: z
    .strictObject({ amount: z.int().default(0), minutes: z.int().default(5), days: z.int().default(0) })
    .default(DEFAULT_TOLERANCE),
});

const LINES_TRIED = 1_000;

interface LoadOptions extends CommonOptions {
  readonly partner: string;
  readonly name: string;
  readonly from: string;
  readonly before: string;
  readonly how: string;
}

export function addReconcileCommand(root: Command): void {
  const reconcile = root
    .command('reconcile')
    .description("compare a partner's feed with our redemptions and the pools");
  const load = reconcile
    .command('load')
    .description('take a file of CSV in as a feed and reconcile it; may be interrupted and run again')
    .argument('<file>', 'the first line is a header')
    .requiredOption('--partner <code>', 'whose feed it is')
    .requiredOption('--name <name>', 'of the feed, such as 2026-03; the partner has one of a name')
    .requiredOption('--from <day>', 'the first business day that it tells of, such as 2026-03-01')
    .requiredOption('--before <day>', 'the business day after the last')
    .requiredOption('--how <json>', 'a file that says which column tells what, in which formats, and the tolerance');
  action(load, async (options: LoadOptions, file) =>
    shownRun(await withGateway((gateway) => loadFile(gateway, options, file!))),
  );
  const run = reconcile
    .command('run')
    .description('reconcile a closed feed, or go on where a run broke off')
    .argument('<feed>', 'its id');
  action(run, async (_options: CommonOptions, feed) => {
    const feedId = idOf('feed', feed!);
    const work = async (gateway: Gateway) => {
      const [last] = await gateway.reconciliations.list({}, { feedId, limit: 1 });
      // What broke off goes on with the tolerance that it was begun with.
      const tolerance = last && last.state !== 'DONE' ? last.tolerance : DEFAULT_TOLERANCE;
      return runFeed(gateway, feedId, tolerance);
    };
    return shownRun(await withGateway(work));
  });
  const show = reconcile
    .command('show')
    .description('what a reconciliation has found so far')
    .argument('<reconciliation>', 'its id');
  action(show, async (_options: CommonOptions, id) => {
    const runId = idOf('reconciliation', id!);
    const found = await withGateway(({ reconciliations }) => reconciliations.find({}, runId));
    if (!found) throw new CommandError(`There is no reconciliation ${id}.`);
    return shownRun({ run: found });
  });
}

function idOf(type: 'feed' | 'reconciliation', text: string): Id {
  const id = fromGlobalId(type, text);
  if (id !== undefined) return id;
  throw new CommandError(`${JSON.stringify(text)} is no id of a ${type}; give one such as ${type}_0198….`);
}

function must<Value>(outcome: Value | Refusal): Value {
  if (isRefusal(outcome)) throw new CommandError(outcome.message);
  return outcome;
}

async function readHow(path: string) {
  const text = (await readGiven(path)).toString('utf8');
  try {
    return howFile.parse(JSON.parse(text));
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const what = issue ? `${issue.path.join('.') || 'it'}: ${issue.message}` : (error as Error).message;
    throw new CommandError(`The file ${path} does not say how to read the feed (${what}).`);
  }
}

async function loadFile(gateway: Gateway, options: LoadOptions, file: string) {
  const how = await readHow(options.how);
  const size = await sizeOfGiven(file);
  const catalogue = gateway.catalogue.current();
  const partner = catalogue.partnerByCode(options.partner);
  if (!partner) throw new CommandError(`There is no partner ${JSON.stringify(options.partner)}.`);
  const [from, before] = (['from', 'before'] as const).map((name) => {
    if (dayOfDate(options[name]) === undefined) {
      throw new CommandError(`--${name} is ${JSON.stringify(options[name])}; allowed is a date like 2026-03-01.`);
    }
    return catalogue.time.startOfDay(dayFromText(options[name]));
  });
  const { basis, matchBy, amountIs, timeZone, states, offers, tolerance, ...format } = how;
  const mapping: FeedMapping = {
    ...format,
    states: Object.entries(states).map(([word, state]) => ({ word, state })),
    offers: Object.entries(offers).map(([word, offer]) => ({ word, offer })),
  };
  const unsound = checkMapping(mapping, matchBy);
  if (unsound) throw new CommandError(`The file ${options.how} does not say how to read the feed: ${unsound.message}`);
  await tryBeginning(file, mapping, timeZone === undefined ? catalogue.time : timeOf(timeZone));
  const terms = { basis, matchBy, amountIs, timeZone, mapping };
  const period = { periodFrom: from!, periodBefore: before! };
  const { feeds, audit } = gateway;
  const name = await digestOf(file);
  const opened = await changeHere(
    audit,
    askedHere('reconcile open', { type: 'feed', key: '' }, { partner: options.partner, name: options.name }),
    () => feeds.open(HERE, {}, { partnerId: partner.id, name: options.name, terms, ...period }),
    feedKey,
  );
  const subject = { type: 'feed', key: feedKey(opened) } as const;
  const source = createReadStream(file);
  const bar = progressBar('loading the feed');
  const onProgress = ({ lines }: Readonly<FileReport>) => bar.update(`${lines} lines`, source.bytesRead, size);
  const work = async (): Promise<FileReport> => must(await feeds.load({}, opened.id, { name, source, onProgress }));
  const tell = ({ lines, added }: FileReport): Came => ({ outcome: 'DONE', counts: { lines, added } });
  const report =
    opened.state === 'CLOSED'
      ? undefined
      : await audit
          .around(askedHere('reconcile load', subject, { file: name }), work, tell)
          .catch((error: Error) => {
            throw error instanceof FeedFileError ? new CommandError(error.message) : error;
          })
          .finally(() => bar.stop());
  if (opened.state !== 'CLOSED') {
    await changeHere(audit, askedHere('reconcile close', subject, {}), () => feeds.close(HERE, {}, opened.id));
  }
  return { ...(await runFeed(gateway, opened.id, tolerance)), report };
}

function timeOf(timeZone: string): BusinessTime {
  try {
    return new BusinessTime(timeZone);
  } catch {
    throw new CommandError(`timeZone is ${JSON.stringify(timeZone)}; allowed is an IANA zone.`);
  }
}

/**
 * Fails when no line of the beginning can be read as it was said. A feed keeps its name and its mapping for good, so
 * what is said wrong must be found before it is opened.
 */
async function tryBeginning(file: string, mapping: FeedMapping, time: BusinessTime): Promise<void> {
  const faults: string[] = [];
  const source = createReadStream(file);
  try {
    for await (const line of feedLines(source, mapping, time)) {
      if (!isFaulty(line)) return;
      faults.push(`line ${line.line}: ${line.fault}`);
      if (faults.length === LINES_TRIED) break;
    }
  } catch (error) {
    throw error instanceof FeedFileError ? new CommandError(error.message) : error;
  } finally {
    source.destroy();
  }
  if (faults.length === 0) return;
  const lines = counted(faults.length, 'line');
  throw new CommandError(`None of the first ${lines} can be read as --how says; the first fault is in ${faults[0]}.`);
}

function feedKey({ id }: { readonly id: Id }): string {
  return toGlobalId('feed', id);
}

async function runFeed({ reconciliations, audit }: Gateway, feedId: Id, tolerance: Run['tolerance']) {
  const asked = askedHere('reconcile run', { type: 'feed', key: feedKey({ id: feedId }) }, { ...tolerance });
  const begun = await changeHere(audit, asked, () => reconciliations.start(HERE, feedId, tolerance));
  const bar = progressBar('reconciling');
  const onProgress = ({ state, done, total }: Run) => bar.update(state.toLowerCase(), done, total);
  const run = await reconciliations.finish(begun.id, onProgress).finally(() => bar.stop());
  return { run: run! };
}

function shownRun({ run, report }: { readonly run: Run; readonly report?: FileReport }): Output {
  const found = OUTCOMES.map((outcome) => ({ outcome, ...(run.totals[outcome] ?? { count: 0, ours: 0, theirs: 0 }) }));
  const right = { align: 'right' } as const;
  const table = textTable(
    [{ title: 'outcome' }, { title: 'count', ...right }, { title: 'ours', ...right }, { title: 'theirs', ...right }],
    found.map(({ outcome, count, ours, theirs }) => [outcome, count, ours, theirs].map(String)),
  );
  const lines = report
    ? [`${report.lines} lines: ${report.added} added, ${report.known} known, ${report.faulty} faulty`]
    : [];
  const faults = (report?.faults ?? []).map(({ line, reason }) => `  line ${line}: ${reason}`);
  const id = toGlobalId('reconciliation', run.id);
  const head = `${id}: ${run.state}, ${run.done} of ${run.total}; amounts in the minor unit`;
  const feed = toGlobalId('feed', run.feedId);
  return {
    text: [...lines, ...faults, head, '', table].join('\n'),
    json: { reconciliation: id, feed, state: run.state, done: run.done, total: run.total, totals: found, report },
  };
}
