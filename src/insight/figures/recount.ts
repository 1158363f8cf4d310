// The proof of the roll-up: all figures are counted once more from the facts, and held against it, in one snapshot.
import { type ChangeNote, readNotes } from '../../database/change-note.store';
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import { type Id, ZERO_ID } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';
import { transfersAfter } from '../../ledger/verify.store';
import type { Catalogue } from '../../program/catalogue';
import { add, addCells, addSums, dayOfKey, type Numbers, type Sums, widerKeys } from './cell';
import { cellsOfMember, cellsOfRedemption } from './counting';
import { idsAfter, readMembers, readRedemptions, type Walked } from './facts.store';
import { FIGURE_NAMES, FIGURES, type FigureName } from './figure';
import { flowCells, flowFromText, PointsFlows } from './points-flow';
import { calendarOf } from './roll-up.job';
import { readItems, readParts, rollUpPages } from './roll-up.store';
import { periodText } from './span';

const PAGE = 1_000;
const TRANSFERS_A_PAGE = 4_000;
const DIFFERENCES_SHOWN = 100;
const ALL = Number.MAX_SAFE_INTEGER;

export interface FigureDifference {
  readonly figure: FigureName;
  /** A day, or what is the sum of days: a month, a year. */
  readonly period: string;
  /** The words of the cell: `one,other,mark,unit`, as they are stored. */
  readonly cell: string;
  readonly rolledUp: number;
  readonly recounted: number;
}

export interface RecountReport {
  readonly clean: boolean;
  readonly members: number;
  readonly redemptions: number;
  /** Changes that came while it counted, and are left to the job. */
  readonly waiting: number;
  readonly figures: readonly { readonly figure: FigureName; readonly days: number; readonly total: number }[];
  readonly differences: readonly FigureDifference[];
  /** Of all, shown or not. */
  readonly differing: number;
}

export type Told = (step: string, done: number) => void;

/** Exact at any time: what was noted and not yet counted is taken as it was counted last. */
export function recountFigures(
  database: Database,
  catalogue: Catalogue,
  told: Told = () => {},
): Promise<RecountReport> {
  return database.snapshot((sql) => new Recount(sql, catalogue, told).run());
}

class Recount {
  private readonly sums: Sums = new Map();
  private readonly counted: Record<Walked, number> = { member: 0, redemption: 0 };
  private numbers: Numbers = () => 0;

  constructor(
    private readonly sql: Sql,
    private readonly catalogue: Catalogue,
    private readonly told: Told,
  ) {}

  async run(): Promise<RecountReport> {
    const items = await readItems(this.sql);
    // An id without a number was never rolled up; each gets one of its own, so that it shows as a difference.
    const unknown = new Map<Id, number>();
    this.numbers = (id) => {
      if (id === undefined) return 0;
      const known = items.get(id) ?? unknown.get(id);
      if (known !== undefined) return known;
      unknown.set(id, -1 - unknown.size);
      return unknown.get(id)!;
    };
    const notes = await readNotes(this.sql, ALL);
    const noted = await this.waiting(notes);
    for (const table of ['member', 'redemption'] as const) await this.walk(table, noted[table]);
    await this.points(notes);
    return this.compare(notes.length);
  }

  /** Members and redemptions that the job will count again; with a redemption its member. */
  private async waiting(notes: readonly ChangeNote[]): Promise<Record<Walked, Set<Id>>> {
    const ids = (kind: string) => new Set(notes.filter((note) => note.kind === kind).map(({ subject }) => subject));
    const [member, redemption] = [ids('MEMBER'), ids('REDEMPTION')];
    for (const { memberId } of await readRedemptions(this.sql, [...redemption])) member.add(memberId);
    return { member, redemption };
  }

  private async walk(table: Walked, noted: ReadonlySet<Id>): Promise<void> {
    let after = ZERO_ID;
    for (;;) {
      const page = await idsAfter(this.sql, table, after, PAGE);
      if (page.length === 0) return;
      const fresh = page.filter((id) => !noted.has(id));
      const cells = table === 'member' ? await this.ofMembers(fresh) : await this.ofRedemptions(fresh);
      addCells(this.sums, cells, this.numbers);
      const kind = table === 'member' ? 'MEMBER' : 'REDEMPTION';
      const remembered = await readParts(
        this.sql,
        kind,
        page.filter((id) => noted.has(id)),
      );
      for (const part of remembered.values()) addSums(this.sums, part);
      after = page.at(-1)!;
      this.counted[table] += page.length;
      this.told(`${table}s`, this.counted[table]);
    }
  }

  private async ofMembers(ids: readonly Id[]) {
    const { catalogue } = this;
    const members = await readMembers(this.sql, ids, (plan) => catalogue.plan(plan)?.kind === 'MEMBERSHIP');
    return members.flatMap((facts) => cellsOfMember(facts, calendarOf(catalogue)));
  }

  private async ofRedemptions(ids: readonly Id[]) {
    const redemptions = await readRedemptions(this.sql, ids);
    return redemptions.flatMap((fact) => cellsOfRedemption(fact, calendarOf(this.catalogue)));
  }

  /** Of all transfers, less what is noted and not yet counted. */
  private async points(notes: readonly ChangeNote[]): Promise<void> {
    const flows = new PointsFlows(this.catalogue.time);
    let seen = 0;
    let after = ZERO_ID;
    for (;;) {
      const page = await transfersAfter(this.sql, after, TRANSFERS_A_PAGE);
      for (const transfer of page) flows.add(transfer);
      seen += page.length;
      if (page.length < TRANSFERS_A_PAGE) break;
      after = page.at(-1)!.id;
      this.told('transfers', seen);
    }
    const noted = notes.flatMap(({ detail }) => (detail === undefined ? [] : [flowFromText(detail)]));
    addCells(this.sums, flows.flows.flatMap(flowCells), this.numbers);
    const waiting: Sums = new Map();
    addCells(waiting, noted.flatMap(flowCells), this.numbers);
    addSums(this.sums, waiting, -1);
  }

  private async compare(waiting: number): Promise<RecountReport> {
    const expected: Sums = new Map(this.sums);
    for (const [key, value] of this.sums) for (const wider of widerKeys(key)) add(expected, wider, value);
    const differences: FigureDifference[] = [];
    let differing = 0;
    const differ = (key: string, rolledUp: number, recounted: number) => {
      differing += 1;
      if (differences.length < DIFFERENCES_SHOWN) differences.push(differenceOf(key, rolledUp, recounted));
    };
    for await (const page of rollUpPages(this.sql)) {
      for (const [key, value] of page) {
        const recounted = expected.get(key) ?? 0;
        if (recounted !== value) differ(key, value, recounted);
        expected.delete(key);
      }
    }
    for (const [key, value] of expected) differ(key, 0, value);
    return {
      clean: differing === 0,
      members: this.counted.member,
      redemptions: this.counted.redemption,
      waiting,
      figures: totalsOf(this.sums),
      differences,
      differing,
    };
  }
}

function totalsOf(sums: Sums): RecountReport['figures'] {
  const totals = new Map<number, { days: Set<PeriodNumber>; total: number }>();
  for (const [key, value] of sums) {
    const number = Number(key.slice(0, key.indexOf(',')));
    const known = totals.get(number) ?? { days: new Set<PeriodNumber>(), total: 0 };
    known.days.add(dayOfKey(key));
    known.total += value;
    totals.set(number, known);
  }
  return FIGURE_NAMES.map((figure) => {
    const found = totals.get(FIGURES[figure].number);
    return { figure, days: found?.days.size ?? 0, total: found?.total ?? 0 };
  });
}

function differenceOf(key: string, rolledUp: number, recounted: number): FigureDifference {
  const [number, period, ...rest] = key.split(',');
  const figure = FIGURE_NAMES.find((name) => FIGURES[name].number === Number(number));
  // A number that this code does not know was left by another edition.
  return {
    figure: figure ?? (`#${number}` as FigureName),
    period: periodText(Number(period)),
    cell: rest.join(','),
    rolledUp,
    recounted,
  };
}
