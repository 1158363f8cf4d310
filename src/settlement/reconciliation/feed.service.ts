// The door to feeds: opened, filled line by line or from a file, closed, and looked at.

import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../database/database';
import { readProgress, type WorkProgress } from '../../database/progress.store';
import { type Actor, nameOf } from '../../kernel/actor';
import { assert } from '../../kernel/assert';
import { type Clock, DAY, type Instant } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { BusinessTime } from '../../kernel/period';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { checkText, shown } from '../../members/input-checks';
import type { Catalogue } from '../../program/catalogue';
import type { SettlementScope } from '../settlement-scope';
import type { ClearLine, Feed, FeedLine, FeedTerms } from './feed';
import {
  addLines,
  closeFeed,
  contentsOf,
  countOpenFeeds,
  insertFeed,
  listFeeds,
  lockFeed,
  readFeed,
  readFeedByName,
} from './feed.store';
import { feedLines } from './feed-file';
import { checkMapping, isFaulty, type ReadLine } from './feed-mapping';
import { counted, emptyReport, type FileReport, type LineFault, type LinesReport } from './lines-report';
import type { MatchKeys } from './match-keys';

export const LINES_A_CALL = 1_000;
const LINE_MAX = 2_000_000_000;
const CHUNK_LINES = 2_000;
const PERIOD_MAX = 400 * DAY;
const AMOUNT_MAX = 1_000_000_000_000;
const OPEN_MAX = 100;
const FEED_LINES_MAX = 5_000_000;

export interface NewFeed {
  readonly partnerId: Id;
  readonly name: string;
  /** The time zone of the program unless told. */
  readonly terms: Omit<FeedTerms, 'timeZone'> & { readonly timeZone?: string };
  readonly periodFrom: Instant;
  readonly periodBefore: Instant;
}

export interface FeedFile {
  /** Names the file by its content, so that an interrupted upload of the same file goes on where it stopped. */
  readonly name: string;
  readonly source: Readable;
  readonly onProgress?: (report: Readonly<FileReport>) => void;
}

/** The same for what is not there and for what is another partner's. */
export const NO_FEED = refuse('NOT_FOUND', 'There is no such feed.', 'feed');
const NO_PARTNER = refuse('NOT_FOUND', 'There is no such partner.', 'partner');

export class FeedService {
  constructor(
    private readonly database: Database,
    private readonly keys: MatchKeys,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** Asked again with the same content, it answers the same feed. */
  async open(actor: Actor, scope: SettlementScope, asked: NewFeed): Promise<Feed | Refusal> {
    const catalogue = this.catalogue();
    const partner = catalogue.partner(asked.partnerId);
    if (!partner || (scope.partnerId !== undefined && scope.partnerId !== partner.id)) return NO_PARTNER;
    const terms: FeedTerms = { ...asked.terms, timeZone: asked.terms.timeZone ?? catalogue.time.timeZone };
    const fault = checkText('name', asked.name) ?? this.checkTerms(actor, partner.id, terms) ?? checkPeriod(asked);
    if (fault) return fault;
    const { name, periodFrom, periodBefore } = asked;
    const open = await countOpenFeeds(this.database.read, partner.id);
    const now = this.clock.now();
    const feed: Feed = {
      ...{ id: newId(now), partnerId: partner.id, name, terms, periodFrom, periodBefore },
      ...{ state: 'OPEN', openedAt: now, openedBy: nameOf(actor), lines: 0 },
    };
    if (open >= OPEN_MAX) {
      const known = await readFeedByName(this.database.read, partner.id, name);
      if (!known) return refuse('CONFLICT', `${open} feeds of the partner take lines. Close one of them.`, 'name');
    }
    try {
      await this.database.transaction((tx) => insertFeed(tx, feed));
      return feed;
    } catch (error) {
      if (this.database.dialect.failureKind(error) !== 'DUPLICATE') throw error;
      return this.sameAs(feed);
    }
  }

  private async sameAs(wanted: Feed): Promise<Feed | Refusal> {
    const known = await readFeedByName(this.database.read, wanted.partnerId, wanted.name);
    const said = ({ terms, periodFrom, periodBefore }: Feed) => ({ terms, periodFrom, periodBefore });
    const same = known && isDeepStrictEqual(said(known), JSON.parse(JSON.stringify(said(wanted))));
    if (same) return known;
    return refuse(
      'CONFLICT',
      `There is a feed ${shown(wanted.name)} already, read otherwise. Choose another name.`,
      'name',
    );
  }

  private checkTerms({ role }: Actor, partnerId: Id, terms: FeedTerms): Refusal | undefined {
    if (role === 'PARTNER' && terms.matchBy === 'MEMBER') {
      // Else it could be asked whose coupons these are.
      const message = 'matchBy is MEMBER, which is for staff; use CODE, REDEMPTION or PARTNER_REF.';
      return refuse('INVALID_INPUT', message, 'matchBy');
    }
    const offer = terms.offerId === undefined ? undefined : this.catalogue().offer(terms.offerId);
    if (terms.offerId !== undefined && offer?.partner.id !== partnerId) {
      return refuse('NOT_FOUND', 'The partner has no such offer.', 'offer');
    }
    try {
      new BusinessTime(terms.timeZone);
    } catch {
      return refuse('INVALID_INPUT', `timeZone is ${shown(terms.timeZone)}; allowed is an IANA zone.`, 'timeZone');
    }
    return terms.mapping && checkMapping(terms.mapping, terms.matchBy);
  }

  /** Each line by itself: one that is faulty keeps no other back. A line that is there is known by its number. */
  async record(scope: SettlementScope, feedId: Id, lines: readonly ClearLine[]): Promise<LinesReport | Refusal> {
    if (lines.length === 0 || lines.length > LINES_A_CALL) {
      const message = `lines has ${lines.length} entries; allowed are 1 to ${LINES_A_CALL}.`;
      return refuse('INVALID_INPUT', message, 'lines');
    }
    const feed = await readFeed(this.database.read, scope, feedId);
    if (!feed) return NO_FEED;
    const report = emptyReport();
    const fault = await this.store(scope, feed, report, lines);
    return fault ?? report;
  }

  /** Streams a file of CSV into an open feed. Throws FeedFileError for what the feed's mapping cannot read. */
  async load(scope: SettlementScope, feedId: Id, file: FeedFile): Promise<FileReport | Refusal> {
    const feed = await readFeed(this.database.read, scope, feedId);
    if (!feed) return NO_FEED;
    const { mapping, timeZone } = feed.terms;
    if (!mapping) return refuse('CONFLICT', `The feed ${feed.name} has no mapping, so it takes no file.`, 'feed');
    const progressName = `feed:${feedId}:${file.name}`;
    const known = await readProgress(this.database.read, progressName);
    const report: FileReport = {
      ...emptyReport(),
      ...(known && JSON.parse(known.detail)),
      resumedAt: known?.position ?? 0,
    };
    let taken = report.resumedAt;
    let chunk: ReadLine[] = [];
    const store = async (): Promise<Refusal | undefined> => {
      const fault = await this.store(scope, feed, report, chunk, progressName);
      if (fault) return fault;
      taken = chunk.at(-1)?.line ?? taken;
      chunk = [];
      file.onProgress?.(report);
      return undefined;
    };
    for await (const line of feedLines(file.source, mapping, new BusinessTime(timeZone))) {
      if (line.line <= taken) continue;
      chunk.push(line);
      const fault = chunk.length === CHUNK_LINES ? await store() : undefined;
      if (fault) return fault;
    }
    const fault = chunk.length > 0 ? await store() : undefined;
    if (!fault) file.onProgress?.(report);
    return fault ?? report;
  }

  /** The counts of the lines are added to the report once they are kept. */
  private async store(
    scope: SettlementScope,
    feed: Feed,
    report: LinesReport,
    lines: readonly ReadLine[],
    progressName?: string,
  ): Promise<Refusal | undefined> {
    const kept = new Map<number, FeedLine>();
    const faults: LineFault[] = [];
    let repeated = 0;
    for (const line of lines) {
      const read = isFaulty(line) ? line : this.kept(feed, line);
      const known = kept.get(line.line);
      if ('fault' in read) faults.push({ line: line.line, reason: read.fault });
      else if (!known) kept.set(read.line, read);
      else if (known.content === read.content) repeated += 1;
      else faults.push({ line: line.line, reason: OTHERWISE });
    }
    const outcome = await this.database.transaction(async (tx) => {
      const now = await lockFeed(tx, scope, feed.id);
      if (!now) return NO_FEED;
      if (now.state !== 'OPEN') return refuse('CONFLICT', `The feed ${feed.name} is closed. Open another one.`, 'feed');
      const there = await contentsOf(tx, feed.id, [...kept.keys()]);
      const fresh = [...kept.values()].filter(({ line }) => !there.has(line));
      if (now.lines + fresh.length > FEED_LINES_MAX) {
        const message = `The feed would have more than ${FEED_LINES_MAX} lines. Open another one for the rest.`;
        return refuse('CONFLICT', message, 'feed');
      }
      const clashing = [...kept.values()].filter(({ line, content }) => there.has(line) && there.get(line) !== content);
      const next = counted(report, {
        lines: lines.length,
        added: fresh.length,
        known: repeated + kept.size - fresh.length - clashing.length,
        faults: [...faults, ...clashing.map(({ line }) => ({ line, reason: OTHERWISE }))],
      });
      const progress: WorkProgress | undefined =
        progressName === undefined
          ? undefined
          : { name: progressName, position: lines.at(-1)!.line, detail: JSON.stringify(next) };
      await addLines(tx, feed.id, fresh, progress && { progress, now: this.clock.now() });
      return next;
    });
    if (isRefusal(outcome)) return outcome;
    Object.assign(report, outcome);
    return undefined;
  }

  private kept(feed: Feed, line: ClearLine): FeedLine | { readonly fault: string } {
    if (!Number.isSafeInteger(line.line) || line.line < 1 || line.line > LINE_MAX) {
      return { fault: `line is ${line.line}; allowed is an integer from 1 to ${LINE_MAX}` };
    }
    const { amount } = line;
    if (amount !== undefined && !(Number.isSafeInteger(amount) && amount >= 0 && amount <= AMOUNT_MAX)) {
      return { fault: `amount is ${amount}; allowed is an integer from 0 to ${AMOUNT_MAX}` };
    }
    const offer = line.offer === undefined ? undefined : this.catalogue().offerByCode(line.offer);
    const offerId = offer?.partner.id === feed.partnerId ? offer.id : undefined;
    return this.keys.keep(feed.partnerId, feed.terms, line, offerId);
  }

  /** Takes no more lines from then on. Whoever says how many there are is told when they are not all there. */
  async close(actor: Actor, scope: SettlementScope, feedId: Id, lines?: number): Promise<Feed | Refusal> {
    const outcome = await this.database.transaction(async (tx) => {
      const feed = await lockFeed(tx, scope, feedId);
      if (!feed) return NO_FEED;
      if (lines !== undefined && lines !== feed.lines) {
        return refuse('CONFLICT', `The feed has ${feed.lines} lines, not ${lines}. Send what is missing.`, 'lines');
      }
      if (feed.state === 'OPEN') await closeFeed(tx, feedId, this.clock.now(), nameOf(actor));
      return undefined;
    });
    if (outcome) return outcome;
    const feed = await readFeed(this.database.read, scope, feedId);
    assert(feed, 'a feed that was closed is there');
    return feed;
  }

  find(scope: SettlementScope, id: Id): Promise<Feed | undefined> {
    return readFeed(this.database.read, scope, id);
  }

  list(scope: SettlementScope, page: { readonly before?: Id; readonly limit: number }): Promise<Feed[]> {
    return listFeeds(this.database.read, scope, page);
  }
}

const OTHERWISE = 'a line of this number is there already and says something else';

function checkPeriod({ periodFrom, periodBefore }: NewFeed): Refusal | undefined {
  const sound = Number.isSafeInteger(periodFrom) && Number.isSafeInteger(periodBefore) && periodFrom >= 0;
  if (sound && periodBefore > periodFrom && periodBefore - periodFrom <= PERIOD_MAX) return undefined;
  const rule = `a time after from, at most ${PERIOD_MAX / DAY} days later`;
  return refuse('INVALID_INPUT', `The period is none; before must be ${rule}.`, 'before');
}
