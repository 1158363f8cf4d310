// Judges members whose day has come, and everybody once the rules have changed: a bounded part in each pass.
import type { Database } from '../../database/database';
import { readProgress, saveProgress } from '../../database/progress.store';
import { type Clock, MINUTE } from '../../kernel/clock';
import { type Id, namedId } from '../../kernel/id';
import type { Catalogue } from '../../program/catalogue';
import { readThresholds, saveThresholds, takeQuantiles } from '../rfm/rfm.store';
import { type LifecycleService, thresholdsOf } from './lifecycle.service';
import { cardsAfter, makeConsumersDue, makeNextDue } from './lifecycle.store';

const ANEW = 'lifecycle-anew';
const CARDS = 'lifecycle-cards';
const MEMBERS_A_PASS = 2_000;
const CARDS_A_PASS = 500;
/** A card may be committed so much later than the instant that it says it was opened at. */
const LATE_MS = 5 * MINUTE;

interface Anew {
  /** Names the rules by which everybody is judged. */
  readonly rules: Id;
  readonly after?: Id;
  readonly done: boolean;
}

export class LifecycleJob {
  readonly name = 'lifecycle';

  constructor(
    private readonly database: Database,
    private readonly lifecycle: LifecycleService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<number> {
    const catalogue = this.catalogue();
    const { lifecycle, rfm } = catalogue.settings;
    if (!lifecycle && !rfm) return 0;
    const anew = await this.judgeAnew(catalogue);
    const noticed = lifecycle?.joins === 'CARD' ? await this.noticeCards() : 0;
    const settled = await this.lifecycle.settleDue();
    if (anew + noticed + settled > 0) return anew + noticed + settled;
    // Quantiles are taken of what everybody was found to have bought, so when nobody is due any more.
    return this.takeQuantiles(catalogue);
  }

  /** Has all members judged again, some in each pass, when the rules are not those by which they were. */
  private async judgeAnew({ settings: { lifecycle, rfm }, time }: Catalogue): Promise<number> {
    const thresholds = rfm && (await thresholdsOf(this.database.read, rfm));
    const rules = namedId('lifecycle rules', JSON.stringify({ lifecycle, rfm, thresholds }));
    const progress = await readProgress(this.database.read, ANEW);
    const known: Anew | undefined = progress && JSON.parse(progress.detail);
    const state: Anew = known?.rules === rules ? known : { rules, done: false };
    if (state.done) return 0;
    const at = this.clock.now();
    await this.database.transaction(async (tx) => {
      const after = await makeNextDue(tx, state.after, MEMBERS_A_PASS, { now: at, today: time.dayNumber(at) });
      const next: Anew = { rules, after: after ?? state.after, done: after === undefined };
      await saveProgress(tx, { name: ANEW, position: 0, detail: JSON.stringify(next) }, at);
    });
    return 1;
  }

  /**
   * Consumers who opened a card are members; their cards are read in the order of opening, and at the end once more
   * those of the last minutes, since a card may be committed later than another that was opened after it.
   */
  private async noticeCards(): Promise<number> {
    const progress = await readProgress(this.database.read, CARDS);
    const from = { openedAt: progress?.position ?? 0, id: progress?.detail ?? '' };
    // A card of a process whose clock is ahead counts once its time has come, so that nobody is judged for ever.
    const now = this.clock.now();
    const found = await cardsAfter(this.database.read, from, CARDS_A_PASS);
    const cards = found.filter(({ openedAt }) => openedAt <= now);
    const last = cards.at(-1);
    if (!last) return 0;
    const full = cards.length === CARDS_A_PASS;
    const next = full ? last : { openedAt: Math.max(from.openedAt, last.openedAt - LATE_MS), id: '' };
    const moved = next.openedAt !== from.openedAt || next.id !== from.id;
    return this.database.transaction(async (tx) => {
      if (moved) await saveProgress(tx, { name: CARDS, position: next.openedAt, detail: next.id }, this.clock.now());
      const changed = await makeConsumersDue(tx, [...new Set(cards.map(({ memberId }) => memberId))].sort());
      return changed + Number(full);
    });
  }

  private async takeQuantiles(catalogue: Catalogue): Promise<number> {
    const { scores } = catalogue.settings.rfm ?? {};
    if (scores?.method !== 'QUANTILES') return 0;
    const now = this.clock.now();
    const period = catalogue.time.periodAt(scores.refresh, now);
    const taken = await readThresholds(this.database.read);
    if (taken && taken.period >= period) return 0;
    const thresholds = await takeQuantiles(this.database.read, catalogue.time.dayNumber(now));
    if (!thresholds) return 0;
    await this.database.transaction((tx) => saveThresholds(tx, { period, thresholds }, now));
    return 1;
  }
}
