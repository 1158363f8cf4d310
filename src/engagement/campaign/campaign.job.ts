// Runs campaigns: opens the occasions that have come, gives to their members page by page, and finishes what is due.
import type { Database } from '../../database/database';
import { readProgress, saveProgress } from '../../database/progress.store';
import { type Clock, DAY, type Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { Trigger } from '../../program/campaign';
import type { Catalogue } from '../../program/catalogue';
import { isValidAt, type LiveCampaign } from './campaign';
import type { CampaignService, OfferOutcome } from './campaign.service';
import {
  type CampaignRun,
  dueTriggers,
  openRuns,
  readBirthDays,
  readCandidates,
  removeTriggers,
  runsToGoOn,
  saveRun,
  type TriggerRow,
} from './campaign.store';
import { countGiven, dueGifts, type Gift } from './gift.store';
import { birthDaysOn, type Occasion, occasionsBetween } from './occasion';

const MEMBERS_A_PASS = 200;
/** In parallel, so that the ledger takes them in batches. */
const AT_ONCE = 32;
/** Those that wait longest; each goes on by a page. */
const RUNS_A_PASS = 5;
/** After a long stop occasions are opened so many days at a time. */
const SPAN_MS = 31 * DAY;

export class CampaignJob {
  readonly name = 'campaigns';

  constructor(
    private readonly database: Database,
    private readonly campaigns: CampaignService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** What fails holds up nothing else; the first fault is thrown when all has had its turn. */
  async run(): Promise<number> {
    const faults: unknown[] = [];
    const tried = (work: () => Promise<number>): Promise<number> =>
      work().catch((fault: unknown) => {
        faults.push(fault);
        return 0;
      });
    let found = 0;
    for (const gift of await dueGifts(this.database.read, MEMBERS_A_PASS))
      found += await tried(() => this.finish(gift));
    found += await tried(async () => {
      const taken = await this.takeTriggers();
      faults.push(...taken.faults);
      return taken.looked;
    });
    found += await tried(() => this.openOccasions());
    for (const run of await runsToGoOn(this.database.read, RUNS_A_PASS)) found += await tried(() => this.goOn(run));
    if (faults.length > 0) throw faults[0];
    return found;
  }

  /** Of a gift that was decided by a process that ended before it had handed it out. */
  private async finish(gift: Gift): Promise<number> {
    await this.campaigns.hand(gift);
    return 1;
  }

  /**
   * Members to whom something happened that a campaign waits for: how many were looked at, and what went wrong with
   * some of them, who are looked at again by the next pass.
   */
  async takeTriggers(limit: number = MEMBERS_A_PASS): Promise<{ looked: number; faults: unknown[] }> {
    const due = await dueTriggers(this.database.read, limit);
    const done: TriggerRow[] = [];
    const faults: unknown[] = [];
    await inParts(due, AT_ONCE, async (trigger) => {
      try {
        await this.takeTrigger(trigger);
        done.push(trigger);
      } catch (fault) {
        faults.push(fault);
      }
    });
    if (done.length > 0) await this.database.transaction((tx) => removeTriggers(tx, done));
    return { looked: due.length, faults };
  }

  private async takeTrigger({ campaignId, memberId, occasion, dueAt }: TriggerRow): Promise<void> {
    const campaign = this.campaigns.byId(campaignId);
    if (campaign) await this.campaigns.offer({ campaign, memberId, occasion, occurredAt: dueAt });
  }

  private async openOccasions(): Promise<number> {
    let behind = 0;
    for (const campaign of this.campaigns.live()) behind += await this.openOccasionsOf(campaign);
    return behind;
  }

  /** Opens what came since it was looked last; answers 1 when it has not come up to now yet. */
  private async openOccasionsOf(campaign: LiveCampaign): Promise<number> {
    const { trigger } = campaign.definition;
    if (trigger.on === 'STAGE' || trigger.on === 'EVENT') return 0;
    const name = `campaign ${campaign.id}`;
    const now = this.clock.now();
    const progress = await readProgress(this.database.read, name);
    const reached = progress?.position ?? (await this.appliedAt(campaign)) - 1;
    const from = Math.max(reached, this.lookedBackFrom(trigger, now));
    if (from >= now) return 0;
    const to = Math.min(now, from + SPAN_MS);
    const meant = occasionsBetween(trigger, this.catalogue().time, from, to);
    const valid = meant.filter(({ dueAt }) => isValidAt(campaign, dueAt));
    const occasions = trigger.on === 'BIRTHDAY' ? await this.keptBySomebody(valid) : valid;
    // Looking costs a write only when there is something to remember, or once a day.
    if (occasions.length === 0 && progress && to === now && to - from < DAY) return 0;
    await this.database.transaction(async (tx) => {
      await openRuns(tx, campaign.id, occasions, now);
      await saveProgress(tx, { name, position: to, detail: campaign.code }, now);
    });
    return occasions.length + (to < now ? 1 : 0);
  }

  /** What was due up to here is left out: it is too long ago for the campaign. */
  private lookedBackFrom({ lookBackDays }: Trigger, now: Instant): Instant {
    if (lookBackDays === undefined) return Number.NEGATIVE_INFINITY;
    const { time } = this.catalogue();
    return time.startOfDay(time.dayNumber(now) - lookBackDays) - 1;
  }

  /** Days on which nobody has a birthday need no run. */
  private async keptBySomebody(occasions: readonly Occasion[]): Promise<readonly Occasion[]> {
    const kept = await readBirthDays(this.database.read, [
      ...new Set(occasions.flatMap(({ birthDays = [] }) => birthDays)),
    ]);
    return occasions.filter(({ birthDays = [] }) => birthDays.some((day) => kept.has(day)));
  }

  private async appliedAt({ version }: LiveCampaign): Promise<Instant> {
    const [row] = await this.database.read.arrays('SELECT applied_at FROM program_version WHERE version = ?', [
      version,
    ]);
    return row ? Number(row[0]) : this.clock.now();
  }

  /** One page of a run; answers how many members were looked at, and 1 for the run. */
  private async goOn(run: CampaignRun): Promise<number> {
    const campaign = this.campaigns.byId(run.campaignId);
    const now = this.clock.now();
    if (!campaign) {
      await this.database.transaction((tx) => saveRun(tx, { ...run, state: 'DONE', finishedAt: now }));
      return 1;
    }
    const { definition, segment } = campaign;
    const { trigger } = definition;
    const ids = await readCandidates(this.database.read, {
      segment: segment.segment,
      birthDays: trigger.on === 'BIRTHDAY' ? birthDaysOn(run.occasion, trigger.leapDay ?? 'FEB_28') : undefined,
      after: run.position,
      limit: MEMBERS_A_PASS,
    });
    const outcomes = await this.offerAll(campaign, run, ids);
    await this.database.transaction(async (tx) => {
      const next = after(run, ids, outcomes, now);
      // Pages may have been looked at twice, so at the end the gifts themselves are counted.
      const ended = next.state !== 'RUNNING';
      const given = ended ? await countGiven(tx, campaign.id, run.occasion) : next.given;
      await saveRun(tx, { ...next, given });
    });
    return ids.length + 1;
  }

  private async offerAll(campaign: LiveCampaign, run: CampaignRun, ids: readonly Id[]): Promise<OfferOutcome[]> {
    const outcomes: OfferOutcome[] = [];
    await inParts(ids, AT_ONCE, async (memberId) => {
      const offer = { campaign, memberId, occasion: run.occasion, occurredAt: run.dueAt };
      outcomes.push(await this.campaigns.offer(offer));
    });
    return outcomes;
  }
}

/** The run after a page. Out of money, it stays before the page, which is looked at again when there is more. */
function after(run: CampaignRun, ids: readonly Id[], outcomes: readonly OfferOutcome[], now: Instant): CampaignRun {
  const given = run.given + outcomes.filter((outcome) => outcome === 'GIVEN').length;
  if (outcomes.includes('OUT_OF_BUDGET')) return { ...run, given, state: 'OUT_OF_BUDGET', finishedAt: now };
  const looked = run.looked + ids.length;
  if (ids.length < MEMBERS_A_PASS) return { ...run, given, looked, state: 'DONE', finishedAt: now };
  return { ...run, given, looked, position: ids.at(-1) };
}

async function inParts<Item>(items: readonly Item[], size: number, work: (item: Item) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += size) {
    await Promise.all(items.slice(from, from + size).map(work));
  }
}
