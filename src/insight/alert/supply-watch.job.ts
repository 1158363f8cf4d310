// One bounded pass over what feeds perks: partners that fail, stocks that run low, what waits to be reconciled.
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import { type Clock, DAY, type Instant, MINUTE } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { StockService } from '../../marketplace/stock.service';
import type { PartnerHealth } from '../../partner-port/partner-health';
import type { Catalogue } from '../../program/catalogue';
import type { AlertKind, Finding } from './alert';
import { openAlerts, settleAlerts } from './alert.store';
import { CallWindow, isFailing } from './partner-errors';

const EVERY_MS = MINUTE;
const ALERTS_A_PASS = 100;

/** What of one partner waits to be reconciled since before an instant. */
export interface Waiting {
  readonly partnerId: Id;
  readonly items: number;
  readonly oldestAt: Instant;
}

/** A room that has such items; read-only. */
export type WaitingSource = (sql: Sql, before: Instant) => Promise<readonly Waiting[]>;

export interface SupplyParts {
  readonly database: Database;
  readonly stock: Pick<StockService, 'left'>;
  readonly health: () => readonly { readonly partnerId: Id; readonly health?: PartnerHealth }[];
  readonly waiting: readonly WaitingSource[];
  readonly catalogue: () => Catalogue;
  readonly clock: Clock;
}

export class SupplyWatchJob {
  readonly name = 'supply-watch';
  private readonly calls = new CallWindow();
  private lastAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: SupplyParts) {}

  /** Answers how many alerts were raised or resolved; 0 until the next pass is due, a minute later. */
  async run(): Promise<number> {
    const now = this.parts.clock.now();
    if (now - this.lastAt < EVERY_MS) return 0;
    this.lastAt = now;
    const changed = [
      await this.settle('PARTNER_ERRORS', await this.failing(now), now),
      await this.settle('STOCK_LOW', this.low(), now),
      await this.settle('UNRECONCILED', await this.unreconciled(now), now),
    ];
    return changed.reduce((sum, count) => sum + count, 0);
  }

  private async settle(kind: AlertKind, found: readonly Finding[] | undefined, now: Instant): Promise<number> {
    if (!found) return 0;
    const { database } = this.parts;
    return database.transaction(async (tx) => {
      return settleAlerts(tx, { open: await openAlerts(tx, kind), found, limit: ALERTS_A_PASS }, now);
    });
  }

  /** What this process saw of the calls that it made itself. */
  private async failing(now: Instant): Promise<Finding[]> {
    const { database, catalogue, health } = this.parts;
    const { settings } = catalogue();
    const { partnerErrorMinutes: minutes } = settings.alerts;
    const open = await openAlerts(database.read, 'PARTNER_ERRORS');
    const seen = new Map(
      health().flatMap(({ partnerId, health }) =>
        health ? [[partnerId, this.calls.look(partnerId, health, minutes, now)] as const] : [],
      ),
    );
    const found: Finding[] = [];
    for (const [partnerId, recent] of seen) {
      const code = catalogue().partner(partnerId)?.code;
      if (code === undefined) continue;
      const known = open.find(({ subject }) => subject === code);
      const failing = isFailing(recent, settings.alerts);
      // Of an alert that another process raised, or that no call speaks of any more, nothing is known for a while.
      const stays = known !== undefined && failing === undefined && now - known.seenAt <= minutes * MINUTE;
      if (stays) found.push(known);
      if (failing !== true) continue;
      const { calls, errors, circuit } = recent;
      const figures = `${errors} of ${calls} calls to ${code} in ${minutes} minutes came to nothing`;
      const message = `${figures}; the circuit is ${circuit}. Look at partnerHealth, and tell the partner.`;
      const details = { calls, errors, circuit };
      found.push({ kind: 'PARTNER_ERRORS', subject: code, message, details, partnerId });
    }
    return found;
  }

  /** `undefined` while the board of stocks was not read. */
  private low(): Finding[] | undefined {
    const { offers, settings } = this.parts.catalogue();
    const found: Finding[] = [];
    for (const offer of offers) {
      const left = this.parts.stock.left(offer);
      if (left?.asOf === 0) return undefined;
      if (!left || left.left >= settings.alerts.stockLow) continue;
      const { code, partner, fulfilment } = offer;
      const what = fulfilment === 'CODE_POOL' ? 'code' : 'piece';
      const pieces =
        left.left === 1 ? `1 ${what} of the offer ${code} is` : `${left.left} ${what}s of the offer ${code} are`;
      const message = `${pieces} left. Upload more, or raise its stock, or end it.`;
      const details = { left: left.left, partner: partner.code };
      found.push({ kind: 'STOCK_LOW', subject: code, message, details, partnerId: partner.id });
    }
    return found;
  }

  private async unreconciled(now: Instant): Promise<Finding[]> {
    const { database, waiting, catalogue } = this.parts;
    const { unreconciledDays: days } = catalogue().settings.alerts;
    const byPartner = new Map<Id, Waiting>();
    for (const source of waiting) {
      for (const one of await source(database.read, now - days * DAY)) {
        const { items = 0, oldestAt = one.oldestAt } = byPartner.get(one.partnerId) ?? {};
        const sum = { items: items + one.items, oldestAt: Math.min(oldestAt, one.oldestAt) };
        byPartner.set(one.partnerId, { partnerId: one.partnerId, ...sum });
      }
    }
    return [...byPartner.values()].map(({ partnerId, items, oldestAt }): Finding => {
      const subject = catalogue().partner(partnerId)?.code ?? partnerId;
      const since = catalogue().time.isoDate(oldestAt);
      const waited = `waited to be reconciled for more than ${days} days`;
      const message =
        items === 1
          ? `1 item with ${subject} has ${waited}, since ${since}. See to it in reconciliationItems.`
          : `${items} items with ${subject} have ${waited}, the oldest since ${since}. ` +
            'See to them in reconciliationItems.';
      return { kind: 'UNRECONCILED', subject, message, details: { items, oldest: since }, partnerId };
    });
  }
}
