// The second half of a run: both sides in the order of the keys, merged a page a pass, and the pools as the third.
import type { PartnersOfOffers } from '../../agreements/agreement.service';
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import type { Clock } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { BusinessTime } from '../../kernel/period';
import { mergeByKey } from '../../ledger/sorted-streams';
import type { Feed, FeedLine } from './feed';
import { readLines } from './feed.store';
import { type FoundItem, itemOf } from './item';
import { addFound, closeEarlier } from './item.store';
import { type Finding, type MatchRules, matchGroup } from './match';
import type { MatchKeys } from './match-keys';
import { added, type Outcome, type OutcomeTotal, type Run, type RunPosition } from './run';
import {
  addMatches,
  advanceRun,
  dropOurs,
  type KeyedOurs,
  type Match,
  numbersInPool,
  type Pooled,
  readOurs,
  readPools,
} from './run.store';

interface Group<Row> {
  readonly key: string;
  readonly rows: readonly Row[];
}
type Lone = Extract<Finding, { kind: 'ONLY_THEIRS' }>;

/** What one pass has looked at, and where the next one goes on. */
interface Looked {
  readonly findings: readonly Finding[];
  readonly lines: readonly FeedLine[];
  readonly next: RunPosition;
  readonly done: boolean;
}

export class MatchPass {
  constructor(
    private readonly database: Database,
    private readonly keys: MatchKeys,
    private readonly partnersOf: PartnersOfOffers,
    private readonly clock: Clock,
    /** Of each side at once. */
    private readonly rowsAPass: number,
  ) {}

  /** Throws StaleRunError when another process has taken the step meanwhile. */
  async run(run: Run, feed: Feed): Promise<void> {
    const looked = await this.look(run, feed);
    const { findings, next: position, done } = looked;
    const items = await this.itemsOf(looked, feed);
    const matches = findings.flatMap((finding): Match[] =>
      finding.kind === 'MATCHED' ? [{ line: finding.theirs.line, redemptionId: finding.ours.redemptionId }] : [],
    );
    const now = this.clock.now();
    const next: Run = {
      ...run,
      position,
      totals: added(run.totals, totalsOf(findings, items)),
      done: run.done + looked.lines.length,
      ...(done ? { state: 'DONE', endedAt: now } : {}),
    };
    await this.database.transaction(async (tx) => {
      await advanceRun(tx, run, next);
      await addMatches(tx, run.id, matches);
      await addFound(tx, run, items, now);
      await dropOurs(tx, run.id, position.after);
      if (done) await closeEarlier(tx, run, now);
    });
  }

  private async look(run: Run, feed: Feed): Promise<Looked> {
    const { read } = this.database;
    const { after, within } = run.position;
    if (within) return this.lookWithin(run, feed, within);
    const lines = await readLines(read, feed.id, { key: after }, this.rowsAPass + 1);
    const ours = await readOurs(read, run.id, { after }, this.rowsAPass + 1);
    // The last key of a full page may go on behind it.
    const [ofLines, ofOurs] = [lines, ours].map((rows) =>
      rows.length > this.rowsAPass ? rows.at(-1)!.key : undefined,
    );
    const whole = [ofLines, ofOurs].filter((key) => key !== undefined).sort()[0];
    const fits = ({ key }: { readonly key: string }) => whole === undefined || key < whole;
    const [wholeLines, wholeOurs] = [lines.filter(fits), ours.filter(fits)];
    if (whole !== undefined && wholeLines.length + wholeOurs.length === 0) return this.lookAtOne(run, feed, whole);
    const findings: Finding[] = [];
    const rules = rulesOf(run, feed);
    let last = after;
    for await (const { key, found } of mergeByKey<[Group<KeyedOurs>, Group<FeedLine>]>([
      groupsOf(wholeOurs),
      groupsOf(wholeLines),
    ])) {
      findings.push(...matchGroup(found[0]?.rows ?? [], found[1]?.rows ?? [], rules));
      last = key;
    }
    return { findings, lines: wholeLines, next: { after: last }, done: whole === undefined };
  }

  /** A key that fills a page alone: all of ours with the first lines; more lines are looked at in the next passes. */
  private async lookAtOne(run: Run, feed: Feed, key: string): Promise<Looked> {
    const { read } = this.database;
    const lines = await readLines(read, feed.id, { key, line: 0 }, this.rowsAPass + 1);
    const ours = await readOurs(read, run.id, { key });
    const some = lines.slice(0, this.rowsAPass);
    const findings = matchGroup(ours, some, rulesOf(run, feed));
    const taken = findings.find((finding) => finding.kind === 'MATCHED' || finding.kind === 'DIFFERS');
    const first = taken?.theirs.line ?? some[0]?.line ?? 0;
    const within = lines.length > this.rowsAPass ? { line: some.at(-1)!.line, first } : undefined;
    return { findings, lines: some, next: { after: key, within }, done: false };
  }

  private async lookWithin(run: Run, feed: Feed, { line, first }: NonNullable<RunPosition['within']>): Promise<Looked> {
    const { after: key } = run.position;
    const lines = await readLines(this.database.read, feed.id, { key, line }, this.rowsAPass);
    const repeats = rulesOf(run, feed).repeats === 'SAME_KEY';
    const findings = lines.map(
      (theirs): Finding => (repeats ? { kind: 'DOUBLED', theirs, repeats: first } : { kind: 'ONLY_THEIRS', theirs }),
    );
    const within = lines.length === this.rowsAPass ? { line: lines.at(-1)!.line, first } : undefined;
    return { findings, lines, next: { after: key, within }, done: false };
  }

  private async itemsOf({ findings, lines }: Looked, feed: Feed): Promise<FoundItem[]> {
    const byLine = new Map(lines.map((line) => [line.line, line]));
    const alone = findings.flatMap((finding) => (finding.kind === 'ONLY_THEIRS' ? [finding] : []));
    const pooled = await this.pooled(alone, byLine, feed);
    return findings.flatMap((finding) => {
      if (finding.kind === 'MATCHED') return [];
      if (finding.kind !== 'ONLY_THEIRS') return [itemOf(finding)];
      const { line } = finding.theirs;
      const pool = pooled.get(line);
      const known = feed.terms.matchBy === 'MEMBER' ? byLine.get(line)?.offerId !== undefined : pool !== undefined;
      return [itemOf(finding, pool, known)];
    });
  }

  /** What the partner's pools know of lines that no redemption has, by line. */
  private async pooled(
    alone: readonly Lone[],
    byLine: ReadonlyMap<number, FeedLine>,
    { partnerId, terms }: Feed,
  ): Promise<Map<number, Pooled>> {
    const found = new Map<number, Pooled>();
    const codes = alone.flatMap(({ theirs: { line } }) => {
      const sealedCode = byLine.get(line)?.sealedCode;
      return sealedCode ? [{ line, sealedCode }] : [];
    });
    if (codes.length === 0) return found;
    const { read } = this.database;
    for (const [offerId, issued] of await this.poolsOf(read, partnerId, terms.offerId)) {
      const hashes = codes.map(({ line, sealedCode }) => ({
        line,
        hash: this.keys.inPool(offerId, partnerId, sealedCode),
      }));
      const numbers = await numbersInPool(
        read,
        offerId,
        hashes.map(({ hash }) => hash),
      );
      for (const { line, hash } of hashes) {
        const seq = numbers.get(hash.toString('hex'));
        if (seq !== undefined) found.set(line, { offerId, seq, issued: seq <= issued });
      }
    }
    return found;
  }

  private async poolsOf(sql: Sql, partnerId: Id, offerId: Id | undefined): Promise<[Id, number][]> {
    const pools = await readPools(sql);
    const partners = await this.partnersOf(sql, [...pools.keys()]);
    return [...pools].filter(([id]) => partners.get(id) === partnerId && (offerId === undefined || offerId === id));
  }
}

function rulesOf({ tolerance }: Run, { terms }: Feed): MatchRules {
  const { basis, matchBy, timeZone } = terms;
  return { basis, tolerance, time: zone(timeZone), repeats: matchBy === 'MEMBER' ? 'SAME_CONTENT' : 'SAME_KEY' };
}

/** The last zone that was asked for: making one costs more than a page of lines. */
let kept: BusinessTime | undefined;

function zone(timeZone: string): BusinessTime {
  if (kept?.timeZone !== timeZone) kept = new BusinessTime(timeZone);
  return kept;
}

async function* groupsOf<Row extends { readonly key: string }>(rows: readonly Row[]): AsyncGenerator<Group<Row>> {
  for (let from = 0; from < rows.length; ) {
    const { key } = rows[from]!;
    let to = from + 1;
    while (rows[to]?.key === key) to += 1;
    yield { key, rows: rows.slice(from, to) };
    from = to;
  }
}

function totalsOf(findings: readonly Finding[], items: readonly FoundItem[]) {
  const totals: Partial<Record<Outcome, OutcomeTotal>> = {};
  const count = (outcome: Outcome, ours: number, theirs: number) => {
    const sum = totals[outcome] ?? { count: 0, ours: 0, theirs: 0 };
    totals[outcome] = { count: sum.count + 1, ours: sum.ours + ours, theirs: sum.theirs + theirs };
  };
  for (const finding of findings) {
    if (finding.kind === 'MATCHED') count('MATCHED', finding.ours.amount, finding.theirs.amount ?? 0);
  }
  for (const { kind, sides } of items) count(kind, sides.ours?.amount ?? 0, sides.theirs?.amount ?? 0);
  return totals;
}
