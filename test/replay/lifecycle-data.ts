// Published purchases, replayed as events through the gateway: CDNOW month by month, and the answer key of rfm.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Gateway } from '../../src/compose/gateway';
import { readCells, readGradeCounts, readStageCounts, readThresholds } from '../../src/engagement/rfm/rfm.store';
import { DAY, HOUR, type Instant, type ManualClock } from '../../src/kernel/clock';
import { packageRoot } from '../../src/kernel/package-root';
import { dayFromText } from '../../src/kernel/period';
import { isRefusal } from '../../src/kernel/refusal';
import { type Compared, tally } from './compared';

const SHARED = join(packageRoot(), '..', 'shared', 'data');
export const CDNOW_FOLDER = join(SHARED, 'cdnow');
export const RFM_FOLDER = join(SHARED, 'rfm-reference');
export const LIFECYCLE_DATA_IS_THERE = [CDNOW_FOLDER, RFM_FOLDER].every((folder) =>
  existsSync(join(folder, 'totals.json')),
);

export interface Purchase {
  readonly customer: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** In the minor unit. */
  readonly amount: number;
}

async function linesOf(file: string): Promise<string[]> {
  const lines: string[] = [];
  const input = createReadStream(file).pipe(createGunzip());
  for await (const line of createInterface({ input })) if (line.trim() !== '') lines.push(line.trim());
  return lines;
}

const settings = { currency: 'USD', timeZone: 'UTC', levels: [{ code: 'base', name: 'Base', rank: 1, threshold: 0 }] };

export interface Replayed {
  readonly gateway: Gateway;
  readonly clock: ManualClock;
}

async function apply({ gateway }: Replayed, program: object): Promise<void> {
  const { faults } = await gateway.programs.apply(JSON.stringify({ ...settings, ...program }), 'replay');
  if (faults) throw new Error(`the program of the replay is faulty: ${JSON.stringify(faults)}`);
}

const AT_ONCE = 500;
const noon = (date: string): Instant => dayFromText(date) * DAY + 12 * HOUR;

async function register({ gateway }: Replayed, purchases: readonly Purchase[], known: Set<string>): Promise<void> {
  const fresh: { externalId: string; nickname: string; joinedAt: Instant }[] = [];
  for (const { customer, date } of purchases) {
    if (known.has(customer)) continue;
    known.add(customer);
    fresh.push({ externalId: customer, nickname: customer, joinedAt: noon(date) });
  }
  for (let from = 0; from < fresh.length; from += AT_ONCE) {
    const registered = await gateway.members.register(fresh.slice(from, from + AT_ONCE));
    if (isRefusal(registered)) throw new Error(registered.message);
  }
}

async function record({ gateway }: Replayed, source: string, purchases: readonly (Purchase & { line: number })[]) {
  for (let from = 0; from < purchases.length; from += AT_ONCE) {
    const events = purchases.slice(from, from + AT_ONCE).map(({ customer, date, amount, line }) => ({
      source,
      // Equal lines are purchases of their own.
      eventId: `line-${line}`,
      member: customer,
      type: 'PURCHASE' as const,
      occurredAt: noon(date),
      amount,
    }));
    const refused = (await gateway.events.record(events)).find(isRefusal);
    if (refused) throw new Error(refused.message);
  }
}

async function judgeAll({ gateway }: Replayed): Promise<void> {
  const [judges] = gateway.lifecycleJobs;
  while ((await judges.run()) > 0);
}

interface MonthEnd {
  readonly as_of: string;
  readonly customers: number;
  readonly transactions: number;
  readonly monetary_cents: number;
  readonly recency_days_sum: number;
  readonly R: Readonly<Record<string, number>>;
  readonly F: Readonly<Record<string, number>>;
  readonly M: Readonly<Record<string, number>>;
  readonly cells_RFM: Readonly<Record<string, number>>;
}

/** The thresholds that totals.json states; those of R are the days of the stages as well. */
const CDNOW_PROGRAM = {
  name: 'CDNOW',
  lifecycle: { activity: ['PURCHASE'], activeDays: 90, silentDays: 180, sleepingDays: 365 },
  rfm: {
    scores: {
      method: 'FIXED',
      recencyDays: [30, 90, 180, 365],
      frequency: [2, 3, 5, 10],
      monetary: [2_500, 5_000, 10_000, 25_000],
    },
    grades: [
      { code: 'fresh', name: 'Fresh', when: { r: { atLeast: 4 } } },
      { code: 'stale', name: 'Stale', when: { r: { atMost: 3 } } },
    ],
    default: 'stale',
  },
};

export async function cdnowPurchases(): Promise<(Purchase & { line: number })[]> {
  const lines = await linesOf(join(CDNOW_FOLDER, 'CDNOW_sample.txt.gz'));
  return lines.map((text, line) => {
    const [, customer, date, , dollars] = text.split(/\s+/) as [string, string, string, string, string];
    const [whole, cents] = dollars.split('.') as [string, string];
    const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
    return { line, customer, date: day, amount: Number(whole) * 100 + Number(cents) };
  });
}

/** Goes from month end to month end; answers all that was compared: 8 tables and 4 stages at each. */
export async function replayCdnow(house: Replayed): Promise<Compared[]> {
  const totals = JSON.parse(readFileSync(join(CDNOW_FOLDER, 'totals.json'), 'utf8'));
  const months: readonly MonthEnd[] = totals.rfm_fixed_thresholds.month_ends;
  const purchases = await cdnowPurchases();
  house.clock.set(noon('1997-01-01'));
  await apply(house, CDNOW_PROGRAM);
  const known = new Set<string>();
  const compared: Compared[] = [];
  let before = '';
  for (const month of months) {
    const some = purchases.filter(({ date }) => date > before && date <= month.as_of);
    before = month.as_of;
    // The last instant of the month, when the purchases of its last day count as well.
    house.clock.set(noon(month.as_of) + 12 * HOUR - 1);
    await register(house, some, known);
    await record(house, 'cdnow', some);
    await judgeAll(house);
    compared.push(...(await compareMonth(house, month)));
  }
  return compared;
}

async function compareMonth({ gateway }: Replayed, month: MonthEnd): Promise<Compared[]> {
  const { read } = gateway.database;
  const cells = await readCells(read);
  const sum = (value: (cell: (typeof cells)[number]) => number) => cells.reduce((all, cell) => all + value(cell), 0);
  const by = (key: 'r' | 'f' | 'm') => tally(cells.map((cell) => [String(cell[key]), cell.members]));
  const stages = Object.fromEntries((await readStageCounts(read)).map(({ stage, members }) => [stage, members]));
  const { R } = month;
  const compare = (what: string, expected: unknown, found: unknown) => ({
    what: `${month.as_of} ${what}`,
    expected,
    found,
  });
  const expectedStages = {
    ACTIVE: (R['5'] ?? 0) + (R['4'] ?? 0),
    SILENT: R['3'] ?? 0,
    SLEEPING: R['2'] ?? 0,
    LOST: R['1'] ?? 0,
  };
  return [
    compare(
      'customers',
      month.customers,
      sum(({ members }) => members),
    ),
    compare(
      'transactions',
      month.transactions,
      sum(({ purchases }) => purchases),
    ),
    compare(
      'monetary',
      month.monetary_cents,
      sum(({ monetary }) => monetary),
    ),
    compare(
      'recency',
      month.recency_days_sum,
      sum(({ members, lastDays }) => members * dayFromText(month.as_of) - lastDays),
    ),
    compare('R', month.R, by('r')),
    compare('F', month.F, by('f')),
    compare('M', month.M, by('m')),
    compare(
      'cells',
      month.cells_RFM,
      Object.fromEntries(cells.map(({ r, f, m, members }) => [`${r}${f}${m}`, members])),
    ),
    ...Object.entries(expectedStages).map(([stage, members]) => compare(stage, members, stages[stage] ?? 0)),
  ];
}

interface Segments {
  readonly definition: {
    readonly names: readonly string[];
  } & Readonly<Record<'rl' | 'ru' | 'fl' | 'fu' | 'ml' | 'mu', readonly number[]>>;
  readonly segments: Readonly<Record<string, { customers: number; orders: number; revenue: number }>>;
}

const codeOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]+/g, '-');

/** The first in the list holds: so the precedence falls. Whoever is in none is `others`. */
function gradesOf({ definition }: Segments): object {
  const { names, rl, ru, fl, fu, ml, mu } = definition;
  const range = (low: readonly number[], high: readonly number[], at: number) => ({
    atLeast: low[at],
    atMost: high[at],
  });
  const grades = names.map((name, at) => ({
    code: codeOf(name),
    name,
    precedence: names.length - at,
    when: { r: range(rl, ru, at), f: range(fl, fu, at), m: range(ml, mu, at) },
  }));
  const others = { code: 'others', name: 'Others' };
  return { scores: { method: 'QUANTILES' }, grades: [...grades, others], default: 'others', holes: 'DEFAULT' };
}

export async function rfmOrders(): Promise<(Purchase & { line: number })[]> {
  const [, ...lines] = await linesOf(join(RFM_FOLDER, 'rfm_data_orders.csv.gz'));
  return lines.map((text, line) => {
    const [, customer, date, revenue] = /^"(.*)","(.*)",(\d+)$/.exec(text)!;
    return { line, customer: customer!, date: date!, amount: Number(revenue) };
  });
}

/** Thresholds, scores and both published sets of segments of the 4,906 orders. */
export async function replayRfm(house: Replayed): Promise<Compared[]> {
  const { grading } = JSON.parse(readFileSync(join(RFM_FOLDER, 'totals.json'), 'utf8'));
  const orders = (await rfmOrders()).toSorted((left, right) => (left.date < right.date ? -1 : 1));
  house.clock.set(noon(grading.orders_analysis_date) + 12 * HOUR - 1);
  const published: Segments = grading.orders_segments_published;
  await apply(house, { name: 'rfm', rfm: gradesOf(published) });
  await register(house, orders, new Set());
  await record(house, 'rfm', orders);
  await judgeAll(house);
  const compared = [
    ...(await compareScores(house, grading)),
    ...(await compareSegments(house, published, 'published')),
  ];
  const second: Segments = grading.orders_segments_second_definition;
  await apply(house, { name: 'rfm', rfm: gradesOf(second) });
  await judgeAll(house);
  return [...compared, ...(await compareSegments(house, second, 'second'))];
}

async function compareScores({ gateway }: Replayed, grading: Readonly<Record<string, object>>): Promise<Compared[]> {
  const { read } = gateway.database;
  const lower = grading.orders_thresholds as Record<string, { lower: readonly number[] }>;
  const counts = grading.orders_score_counts as Record<string, Record<string, number>>;
  const { thresholds } = (await readThresholds(read))!;
  // A whole number below 297.4 is one of at most 297; one from 255.8 on is one of at least 256.
  const most = lower.recency!.lower.slice(1).map((bound) => Math.ceil(bound) - 1);
  const least = (measure: string) => lower[measure]!.lower.slice(1).map(Math.ceil);
  const cells = await readCells(read);
  const by = (key: 'r' | 'f' | 'm') => tally(cells.map((cell) => [String(cell[key]), cell.members]));
  return [
    { what: 'thresholds of recency', expected: most, found: thresholds.recencyDays },
    { what: 'thresholds of frequency', expected: least('frequency'), found: thresholds.frequency },
    { what: 'thresholds of spend', expected: least('monetary'), found: thresholds.monetary },
    { what: 'scores of recency', expected: counts.recency, found: by('r') },
    { what: 'scores of frequency', expected: counts.frequency, found: by('f') },
    { what: 'scores of spend', expected: counts.monetary, found: by('m') },
  ];
}

async function compareSegments({ gateway }: Replayed, { segments }: Segments, which: string): Promise<Compared[]> {
  const counts = await readGradeCounts(gateway.database.read);
  return Object.entries(segments).map(([name, expected]) => {
    const found = counts.find(({ grade }) => grade === codeOf(name));
    const { members: customers = 0, purchases: orders = 0, monetary: revenue = 0 } = found ?? {};
    return { what: `${which}: ${name}`, expected, found: { customers, orders, revenue } };
  });
}
