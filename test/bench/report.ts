// The bench's figures as tables for people, against the aims, with the profile of what falls short.
import { type Column, textTable } from '../../src/kernel/text-table';
import type { EventsReport } from './events';
import type { FaultsReport } from './faults';
import type { HomeReport } from './home';
import type { InsightReport } from './insight';
import type { ProfileSummary } from './profile';
import type { RedeemReport, RedeemReports } from './redeem';
import type { SizeReport } from './sizes';
import { type Measured, ratioOf } from './slices';

export interface BenchReport {
  home?: HomeReport;
  redeem?: RedeemReports;
  events?: EventsReport;
  sizes?: readonly SizeReport[];
  faults?: FaultsReport;
  insight?: InsightReport;
}

export interface Aim {
  readonly name: string;
  readonly aim: string;
  readonly value: number;
  readonly met: boolean;
  /** Whose profile says why it is not. */
  readonly profile?: 'home' | 'redeem' | 'events';
}

const AIMS = {
  ofLimit: 0.6,
  overTextbook: 15,
  overRowLocks: 8,
  redeemOverTextbook: 8,
  eventsPerSecond: 5_000,
  atSize: 1.2,
  withFaults: 1.2,
  dashboardMs: 200,
} as const;

const atLeast = (name: string, value: number, least: number, profile?: Aim['profile']): Aim => ({
  name,
  aim: `≥ ${least}`,
  value,
  met: value >= least,
  profile,
});

const atMost = (name: string, value: number, most: number): Aim => ({
  name,
  aim: `≤ ${most}`,
  value,
  met: value <= most,
});

export function aimsOf({ home, redeem, events, sizes = [], faults, insight }: BenchReport): Aim[] {
  const aims: Aim[] = [];
  if (home) {
    aims.push(atLeast('MemberHome: requests/s of the limit', home.ofLimit, AIMS.ofLimit, 'home'));
    const name = 'MemberHome: requests a CPU second over the textbook stack';
    aims.push(atLeast(name, home.overTextbook, AIMS.overTextbook, 'home'));
  }
  for (const report of redeem ? [redeem.spread, redeem.hot] : []) {
    const over = `redemptions/s over row locks, ${report.pattern}`;
    aims.push(atLeast(`${over}, service`, report.serviceRatio, AIMS.overRowLocks, 'redeem'));
    aims.push(atLeast(`${over}, GraphQL`, report.graphqlRatio, AIMS.overRowLocks, 'redeem'));
    const doors = `redemptions/s through GraphQL over the textbook stack's, ${report.pattern}`;
    aims.push(atLeast(doors, report.overTextbook, AIMS.redeemOverTextbook, 'redeem'));
    aims.push({
      name: `ledger proved clean, ${report.pattern}`,
      aim: '1',
      value: Number(report.clean),
      met: report.clean,
    });
  }
  if (events) {
    aims.push(atLeast('events/s through EventService', events.perSecond, AIMS.eventsPerSecond, 'events'));
    const { clean } = events;
    aims.push({ name: 'ledger proved clean, events', aim: '1', value: Number(clean), met: clean });
  }
  for (const { operation, members, cost } of sizes.slice(0)) {
    if (members === sizes[0]!.members) continue;
    aims.push(atMost(`${operation}: CPU cost at ${members} members`, cost, AIMS.atSize));
  }
  if (faults) {
    const name = 'MemberHome: p99 with three faulty partners';
    aims.push(atMost(`${name}, by that with sound ones`, faults.overSound, AIMS.withFaults));
    aims.push(atMost(`${name}, by that with none to ask`, faults.overNone, AIMS.withFaults));
  }
  if (insight) {
    const name = `dashboard of a year of ${insight.redemptions} redemptions, p99 ms`;
    aims.push(atMost(name, insight.p99, AIMS.dashboardMs));
  }
  return aims;
}

const right = (title: string): Column => ({ title, align: 'right' });
const WAY_COLUMNS: readonly Column[] = [
  right('per second'),
  right('server CPU ms'),
  right('database CPU ms'),
  right('p50 ms'),
  right('p99 ms'),
];

function cellsOf({ perSecond, serverCpu, databaseCpu, p50, p99 }: Measured): string[] {
  const database = databaseCpu === undefined ? '?' : databaseCpu.toFixed(3);
  return [perSecond.toFixed(0), serverCpu.toFixed(3), database, p50.toFixed(1), p99.toFixed(1)];
}

function homeText({ bytes, ways, ofLimit, overTextbook }: HomeReport): string {
  const [, limit] = ways;
  const columns = [{ title: 'MemberHome' }, ...WAY_COLUMNS, right('of the limit')];
  const rows = ways.map((way) => [way.name, ...cellsOf(way), (way.perSecond / limit!.perSecond).toFixed(2)]);
  return [
    textTable(columns, rows),
    `The same ${bytes} bytes of JSON from each. Perkgate has ${ofLimit.toFixed(2)} of the limit's requests/s`,
    `and ${overTextbook.toFixed(1)} times the textbook stack's requests a CPU second.`,
  ].join('\n');
}

/** The time that a redemption may take of either core at the aim, beside what its parts take. */
function whatTheAimLeaves(ways: RedeemReport['ways']): string {
  // In the order of `measurePattern`.
  const [locks, , , , door, limit] = ways as [Measured, ...Measured[]];
  const perSecond = AIMS.overRowLocks * locks.perSecond;
  const ms = (figure: number | undefined) => `${figure?.toFixed(3) ?? '?'} ms`;
  return (
    `${AIMS.overRowLocks} × row locks are ${perSecond.toFixed(0)} a second, ` +
    `${ms(1_000 / perSecond)} of either core for each. ` +
    `The door alone takes ${ms(door!.serverCpu)} of the server's, ` +
    `these rows by hand ${ms(limit!.serverCpu)} of it and ${ms(limit!.databaseCpu)} of the database's.`
  );
}

function redeemText(report: RedeemReport): string {
  const { pattern, offers, ways, serviceRatio, graphqlRatio, limitRatio, doorRatio, overTextbook } = report;
  const { redemptions, clean, faults } = report;
  const columns = [{ title: `redemptions, ${pattern} over ${offers} offers` }, ...WAY_COLUMNS, right('over row locks')];
  const overLocks = (way: Measured) => ratioOf(way, ways[0]!, ({ perSecond }) => perSecond).toFixed(2);
  const rows = ways.map((way) => [way.name, ...cellsOf(way), overLocks(way)]);
  const percent = (part: number) => `${(part * 100).toFixed(0)} %`;
  const proof = clean ? 'clean' : `NOT CLEAN: ${faults.join('; ')}`;
  return [
    textTable(columns, rows),
    `Nothing that writes these rows gets beyond ${limitRatio.toFixed(2)} × row locks here; through the service it is ` +
      `${percent(serviceRatio / limitRatio)} of that.`,
    `Nothing that comes through GraphQL, one redemption a request, gets beyond ${doorRatio.toFixed(2)} × row locks ` +
      `here; Perkgate is at ${percent(graphqlRatio / doorRatio)} of that.`,
    whatTheAimLeaves(ways),
    `Perkgate has ${overTextbook.toFixed(1)} times the textbook stack's redemptions/s, both through GraphQL.`,
    `The ledger after ${redemptions} redemptions: ${proof}.`,
  ].join('\n');
}

function eventsText({ ways, events, clean, faults }: EventsReport): string {
  const columns = [{ title: 'events, a thousand a call' }, ...WAY_COLUMNS];
  const rows = ways.map((way) => [way.name, ...cellsOf(way)]);
  const proof = clean ? 'clean' : `NOT CLEAN: ${faults.join('; ')}`;
  return `${textTable(columns, rows)}\nThe ledger after ${events} events: ${proof}. p50 and p99 are of a call.`;
}

function sizesText(sizes: readonly SizeReport[]): string {
  const columns = [
    { title: 'by size' },
    right('members'),
    ...WAY_COLUMNS,
    right('server'),
    right('database'),
    right('cost'),
  ];
  const rows = sizes.map(({ operation, members, measured, cost, serverCost, databaseCost }) => [
    operation,
    String(members),
    ...cellsOf(measured),
    serverCost.toFixed(2),
    databaseCost?.toFixed(2) ?? '?',
    cost.toFixed(2),
  ]);
  return `${textTable(columns, rows)}\nThe last three are CPU times by those of the smallest world, medians of rounds.`;
}

function faultsText({ ways, health }: FaultsReport): string {
  const columns = [{ title: "MemberHome, five of 20 perks by partners' APIs" }, ...WAY_COLUMNS];
  const partners = health.map(({ code, circuit, calls }) => [code, circuit, calls]);
  return [
    textTable(
      columns,
      ways.map((way) => [way.name, ...cellsOf(way)]),
    ),
    textTable([{ title: 'faulty partner' }, { title: 'circuit' }, { title: 'calls in the run' }], partners),
  ].join('\n\n');
}

function insightText({ redemptions, members, countSeconds, rollUpRows, requests, p50, p99 }: InsightReport): string {
  const columns = ['redemptions', 'members', 'counted in s', 'rows of sums', 'requests', 'p50 ms', 'p99 ms'].map(right);
  const figures = [redemptions, members, countSeconds.toFixed(0), rollUpRows, requests, p50.toFixed(1), p99.toFixed(1)];
  const whole = 'The whole dashboard (insight.graphql) over a year, one request at a time.';
  return `${textTable(columns, [figures])}\n${whole}`;
}

function profileText(title: string, { packages, functions }: ProfileSummary): string {
  const lines = (list: ProfileSummary['packages']) =>
    list.map(({ name, share }) => [`${(share * 100).toFixed(1)} %`, name]);
  const columns = (name: string) => [right('self time'), { title: name }];
  return [
    `${title}: where the CPU time of the server went`,
    textTable(columns('package or room'), lines(packages)),
    textTable(columns('function'), lines(functions)),
  ].join('\n\n');
}

export function reportText(report: BenchReport, machine: string): string {
  const { home, redeem, events, sizes, faults, insight } = report;
  const parts = [machine];
  if (home) parts.push(homeText(home));
  if (redeem) parts.push(redeemText(redeem.spread), redeemText(redeem.hot));
  if (events) parts.push(eventsText(events));
  if (sizes) parts.push(sizesText(sizes));
  if (faults) parts.push(faultsText(faults));
  if (insight) parts.push(insightText(insight));
  const aims = aimsOf(report);
  const rows = aims.map(({ name, aim, value, met }) => [name, aim, value.toFixed(2), met ? 'met' : 'SHORT']);
  parts.push(textTable([{ title: 'aim' }, right(''), right('measured'), { title: '' }], rows));
  const short = new Set(aims.filter(({ met }) => !met).map(({ profile }) => profile));
  if (home && short.has('home')) parts.push(profileText('MemberHome', home.profile));
  if (redeem && short.has('redeem')) parts.push(profileText('Redemptions through GraphQL', redeem.profile));
  if (events && short.has('events')) parts.push(profileText('Events through the service', events.profile));
  return parts.join('\n\n');
}
