// One bounded pass over active agreements: what there is to alert of is raised, and what is over is resolved.
import { type Agreement, stateAt } from '../../agreements/agreement';
import { activeAgreements, readAgreementByCode, readRevisions } from '../../agreements/agreement.store';
import type { BalanceBook } from '../../agreements/agreement-balances';
import { inForceAt } from '../../agreements/agreement-phases';
import type { Database } from '../../database/database';
import { readProgress } from '../../database/progress.store';
import type { Sql } from '../../database/sql';
import { type Clock, type Instant, MINUTE } from '../../kernel/clock';
import { type Id, ZERO_ID } from '../../kernel/id';
import type { Catalogue } from '../../program/catalogue';
import { daySpans } from '../../redemption/tracking/business-days';
import { claimsByDay } from '../../redemption/tracking/funnel.store';
import { moveWalk } from '../census/census.store';
import { agreementFindings, isPaced, type Watching } from './agreement-alerts';
import { AGREEMENT_ALERTS, type Alert, type Finding } from './alert';
import { openAlerts, settleAlerts } from './alert.store';
import { WEEKS_MOST } from './pace';

const NAME = 'agreement-watch';
const AGREEMENTS_A_PASS = 10;
/** From the begin of a round over all of them to that of the next. */
const ROUND_MS = 5 * MINUTE;
/** More alerts than agreements have. */
const ALERTS_MAX = 1_000;

interface Round {
  readonly begunAt: Instant;
  readonly after: Id;
  readonly done: boolean;
}

export class AgreementWatchJob {
  readonly name = NAME;

  constructor(
    private readonly database: Database,
    private readonly book: BalanceBook,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
    private readonly agreementsAPass = AGREEMENTS_A_PASS,
  ) {}

  /** Answers how many agreements it looked at, and one more for the end of a round; 0 until the next one is due. */
  async run(): Promise<number> {
    const now = this.clock.now();
    const progress = await readProgress(this.database.read, NAME);
    const last = progress && (JSON.parse(progress.detail) as Round);
    if (last?.done && now - last.begunAt < ROUND_MS) return 0;
    const round = last && !last.done ? last : { begunAt: now, after: ZERO_ID, done: false };
    const page = await activeAgreements(this.database.read, round.after, now, this.agreementsAPass);
    const found = await this.findings(page, now);
    const done = page.length < this.agreementsAPass;
    const next: Round = { ...round, after: page.at(-1)?.id ?? round.after, done };
    await this.database.transaction(async (tx) => {
      // Another process whose lease came after ours has taken this step already.
      if (!(await moveWalk(tx, NAME, { from: progress?.position, detail: JSON.stringify(next) }, now))) return;
      for (const { code } of page) {
        const about = (subject: string) => subject === code || subject.startsWith(`${code}#`);
        const open = await openOf(tx, code);
        await settleAlerts(tx, { open, found: found.filter(({ subject }) => about(subject)), limit: ALERTS_MAX }, now);
      }
      if (done) await settleAlerts(tx, { open: await this.orphans(tx, now), found: [], limit: ALERTS_MAX }, now);
    });
    return page.length + (done ? 1 : 0);
  }

  private async findings(page: readonly Agreement[], now: Instant): Promise<Finding[]> {
    const { settings, time } = this.catalogue();
    const watching: Watching = { settings: settings.alerts, time, now };
    const revisions = await readRevisions(
      this.database.read,
      page.map(({ id }) => id),
    );
    const found: Finding[] = [];
    for (const agreement of page) {
      const full = { agreement, revisions: revisions.get(agreement.id)! };
      const { terms } = inForceAt(full.revisions, now)!;
      const balances = await this.book.of(full, time, now);
      const claims = terms.items.some(isPaced) ? await this.claims(agreement, watching) : [];
      const claimsOf = ({ offers }: { readonly offers: readonly Id[] }) =>
        claims.filter(({ offerId }) => offers.includes(offerId));
      found.push(...agreementFindings({ agreement, terms, balances, claimsOf }, watching));
    }
    return found;
  }

  private claims({ id, partnerId, startsAt }: Agreement, { time, now }: Watching) {
    const today = time.dayNumber(now);
    const first = Math.max(today - WEEKS_MOST * 7, time.dayNumber(startsAt));
    const spans = today > first ? daySpans(time, first, today - 1) : [];
    return claimsByDay(this.database.read, { partnerId, agreementId: id }, spans);
  }

  /** Alerts about agreements that are active no more. */
  private async orphans(tx: Sql, now: Instant): Promise<Alert[]> {
    const open = await openOf(tx);
    const codes = [...new Set(open.map(({ subject }) => subject.split('#')[0]!))];
    const active = new Set<string>();
    for (const code of codes) {
      const agreement = await readAgreementByCode(tx, code);
      if (agreement && stateAt(agreement, now) === 'ACTIVE') active.add(code);
    }
    return open.filter(({ subject }) => !active.has(subject.split('#')[0]!));
  }
}

/** About one agreement, or about all. */
async function openOf(tx: Sql, code?: string): Promise<Alert[]> {
  const open: Alert[] = [];
  for (const kind of AGREEMENT_ALERTS) open.push(...(await openAlerts(tx, kind, code)));
  return open;
}
