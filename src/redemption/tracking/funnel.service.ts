// The door to figures of offers by business day: the funnel, and how soon coupons are used. Counted when asked.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import { type DayNumber, dayFromText, dayText } from '../../kernel/period';
import { type Refusal, refuse } from '../../kernel/refusal';
import type { Catalogue } from '../../program/catalogue';
import type { OfferScope } from '../redemption.service';
import { reachOf } from './agreement-reach';
import { daySpans } from './business-days';
import { type FunnelKey, type FunnelRow, type FunnelScope, readFunnel, readUseTimes } from './funnel.store';
import { type UseTimes, useTimesByDay, useTimesOf } from './use-times';

/** The most days that one request may ask about. */
export const DAYS_MAX = 93;
const DAYS_UNLESS_TOLD = 30;

export interface Days {
  readonly first: DayNumber;
  /** Included. */
  readonly last: DayNumber;
}

export type Scope = Pick<OfferScope, 'partnerId' | 'offerId' | 'agreementId'>;

export interface TimeToUse extends UseTimes {
  readonly days: readonly (UseTimes & { readonly day: DayNumber })[];
}

export class FunnelService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** Both included, `2026-11-22`; the last 30 days unless told, today among them. */
  days(from: string | null | undefined, to: string | null | undefined): Days | Refusal {
    const today = this.catalogue().time.dayNumber(this.clock.now());
    const last = to ? dayFromText(to) : today;
    const first = from ? dayFromText(from) : last - DAYS_UNLESS_TOLD + 1;
    const length = last - first + 1;
    if (length >= 1 && length <= DAYS_MAX) return { first, last };
    const given = `${dayText(first)} to ${dayText(last)} are ${length} days`;
    return refuse('INVALID_INPUT', `${given}; allowed are 1 to ${DAYS_MAX}, the last one included.`, 'from');
  }

  /** By the day of the claim, the first one first; `partnerId: null` is a partner that has no offers. */
  async funnel(scope: Scope, days: Days, page: { after?: FunnelKey; limit: number }): Promise<FunnelRow[]> {
    const reached = await this.reached(scope, days);
    if (!reached) return [];
    const first = Math.max(reached.days.first, page.after?.day ?? reached.days.first);
    if (first > reached.days.last) return [];
    const spans = daySpans(this.catalogue().time, first, reached.days.last);
    return readFunnel(this.database.read, { scope: reached.scope, spans, now: this.clock.now(), ...page });
  }

  /** By the day of the use. */
  async timeToUse(scope: Scope, { first, last }: Days): Promise<TimeToUse> {
    // Coupons are used after the end of an agreement too, so its days narrow nothing here.
    const reached = await this.reached(scope);
    if (!reached) return { uses: 0, days: [] };
    const spans = daySpans(this.catalogue().time, first, last);
    const counts = await readUseTimes(this.database.read, reached.scope, spans);
    return { ...useTimesOf(counts), days: useTimesByDay(counts) };
  }

  private async reached(
    { partnerId, offerId, agreementId }: Scope,
    days: Days = { first: 0, last: 0 },
  ): Promise<{ readonly scope: FunnelScope; readonly days: Days } | undefined> {
    if (partnerId === null) return undefined;
    if (agreementId === undefined) return { scope: { partnerId, offerId }, days };
    const reach = await reachOf(this.database.read, { partnerId, offerId, agreementId });
    if (!reach || reach.offers.length === 0) return undefined;
    const { time } = this.catalogue();
    const first = Math.max(days.first, time.dayNumber(reach.startsAt));
    const last = Math.min(days.last, time.dayNumber(reach.endsAt - 1));
    return {
      scope: { partnerId: reach.partnerId, offerId, agreementId, offers: reach.offers },
      days: { first, last },
    };
  }
}
