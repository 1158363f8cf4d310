// The answer to MemberHome, put together by hand from the rows of one member.
import { toGlobalId } from '../../src/kernel/id';
import { encodeCursor } from '../../src/kernel/page';
import { PERIOD_KINDS, type PeriodKind } from '../../src/kernel/period';
import { ACCOUNT_KINDS as KIND } from '../../src/ledger/chart';
import type { CodeCipher } from '../../src/marketplace/code-cipher';
import type { Catalogue } from '../../src/program/catalogue';
import { type CatalogueOffer, type CataloguePlan, isOpen } from '../../src/program/catalogue-item';
import { benefitState, type Calendar, type HandBalance, type HandCard, type Holder, perkState } from './hand-rules';

export type LimitRow = readonly (string | number | Buffer | null)[];

const PERKS = 20;
const COUPONS = 5;
const NO_REF = '\0'.repeat(16);
const SAVINGS_KIND = packed(KIND.SAVINGS, 2);

function packed(value: number, bytes: 2 | 4): string {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer.toString('latin1');
}

const packs = new Map<number, string>();

function packedOnce(value: number): string {
  const known = packs.get(value);
  if (known !== undefined) return known;
  const text = packed(value, 4);
  packs.set(value, text);
  return text;
}

const KINDS = new Map<number, string>(Object.values(KIND).map((kind) => [kind, packed(kind, 2)]));

interface Shown {
  readonly offer: CatalogueOffer;
  readonly cursor: string;
  readonly stock: number | null;
}

interface Balance extends HandBalance {
  readonly posted: number;
}

interface CardRow extends HandCard {
  readonly plan: CataloguePlan;
  readonly globalId: string;
  readonly status: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

const latin1 = (value: LimitRow[number] | undefined): string => (value as Buffer).toString('latin1');
const hex = (value: LimitRow[number] | undefined): string => (value as Buffer).toString('hex');

export class LimitHome {
  monthBytes = Buffer.alloc(4);
  private calendar!: Calendar;
  private shown: readonly Shown[] = [];
  private more = false;
  private stockAsOf = '';

  constructor(
    private readonly catalogue: Catalogue,
    private readonly cipher: CodeCipher,
  ) {}

  /** Once a second: what does not differ between members. */
  tick(now: number, stockOf: (offer: CatalogueOffer) => number | null): void {
    const { time, offers } = this.catalogue;
    const each = <Value>(value: (kind: PeriodKind) => Value) =>
      Object.fromEntries(PERIOD_KINDS.map((kind) => [kind, value(kind)])) as Record<PeriodKind, Value>;
    const resets = (kind: PeriodKind) => {
      const at = time.nextPeriodAt(kind, now);
      return at === undefined ? null : new Date(at).toISOString();
    };
    this.calendar = { period: each((kind) => time.periodAt(kind, now)), resetsAt: each(resets) };
    this.monthBytes = Buffer.alloc(4);
    this.monthBytes.writeUInt32BE(this.calendar.period.MONTH);
    const open = offers.filter((offer) => isOpen(offer, now));
    this.more = open.length > PERKS;
    this.shown = open
      .slice(0, PERKS)
      .map((offer) => ({ offer, cursor: encodeCursor('perk', String(offer.number)), stock: stockOf(offer) }));
    this.stockAsOf = new Date(now).toISOString();
  }

  answer(rows: readonly LimitRow[], now: number): object {
    const { settings, time } = this.catalogue;
    const balances = new Map<string, Balance>();
    const cards: CardRow[] = [];
    const coupons: LimitRow[] = [];
    let member: LimitRow = [];
    let [total, membership]: [number, CardRow | undefined] = [0, undefined];
    for (const row of rows) {
      if (row[0] === 3) {
        const [posted, taken, held] = [Number(row[9]), Number(row[10]), Number(row[11])];
        const key = (row[13] as Buffer).toString('latin1', 16, 42);
        balances.set(key, { left: posted - taken - held, held, posted: posted - taken });
        if (key.startsWith(SAVINGS_KIND)) total += posted - taken;
      } else if (row[0] === 2) {
        const card = this.card(row, now);
        cards.push(card);
        if (card.plan.kind === 'MEMBERSHIP' && card.running) membership ??= card;
      } else if (row[0] === 1) {
        member = row;
      } else {
        coupons.push(row);
      }
    }
    const balance = (kind: number, ref: string, item: number, period: number) =>
      balances.get(KINDS.get(kind)! + (ref || NO_REF) + packedOnce(item) + packedOnce(period));
    const growth = balance(KIND.GROWTH, '', 0, 0)?.left ?? 0;
    const level = this.catalogue.levelForGrowth(growth)!;
    const next = this.catalogue.nextLevel(level);
    const holder: Holder = { levelId: level.id, tags: JSON.parse(String(member[4])), cards, balance };
    const money = (amount: number) => ({ amount, currency: settings.currency });
    const term = membership?.running;
    return {
      data: {
        me: {
          id: toGlobalId('member', hex(member[1])),
          externalId: member[2],
          nickname: member[3],
          level: { name: level.name, rank: level.rank },
          growth: {
            value: growth,
            nextLevel: next ? { name: next.name, threshold: next.threshold } : null,
            toNextLevel: next ? next.threshold - growth : null,
          },
          points: { balance: balance(KIND.POINTS, '', 0, 0)?.left ?? 0 },
          cards: cards.map((card) => this.cardShown(card, holder)),
          perks: this.perks(holder, now),
          coupons: this.coupons(coupons, now),
          savings: {
            thisMonth: money(balance(KIND.SAVINGS_MONTH, '', 0, this.calendar.period.MONTH)?.posted ?? 0),
            total: money(total),
            cardPrice: term ? { amount: term.price, currency: term.currency } : null,
            brokeEvenOn: term && term.brokeEvenAt !== null ? time.isoDate(term.brokeEvenAt) : null,
          },
        },
      },
    };
  }

  /** The members measured have one term a card. */
  private card(row: LimitRow, now: number): CardRow {
    const [startsAt, endsAt] = [Number(row[9]), Number(row[10])];
    const runs = row[2] === 'ACTIVE' && startsAt <= now && now < endsAt;
    const term = {
      id: latin1(row[8]),
      startsAt,
      endsAt,
      price: Number(row[11]),
      currency: String(row[3]),
      brokeEvenAt: row[12] === null ? null : Number(row[12]),
    };
    return {
      id: latin1(row[5]),
      globalId: toGlobalId('card', hex(row[5])),
      plan: this.catalogue.plan(hex(row[6]))!,
      parentCardId: row[7] ? latin1(row[7]) : null,
      running: runs ? term : undefined,
      status: row[2] === 'CLOSED' ? 'CLOSED' : runs ? 'ACTIVE' : startsAt > now ? 'UPCOMING' : 'EXPIRED',
      startsAt,
      endsAt,
    };
  }

  private cardShown(card: CardRow, holder: Holder): object {
    const { plan, running } = card;
    return {
      id: card.globalId,
      kind: plan.kind,
      status: card.status,
      plan: { name: plan.name },
      term: { startsAt: new Date(card.startsAt).toISOString(), endsAt: new Date(card.endsAt).toISOString() },
      benefits: plan.entitlements.map((entitlement) => {
        const { name, class: itsClass } = entitlement.benefit;
        const state = running
          ? benefitState(entitlement, card, holder, this.calendar)
          : { quota: null, reasons: [{ code: 'CARD_NOT_ACTIVE', message: 'The card is not active.' }] };
        const usability = { usable: state.reasons.length === 0, reasons: state.reasons };
        return { benefit: { name, class: itsClass }, quota: state.quota, usability };
      }),
    };
  }

  private perks(holder: Holder, now: number): object {
    const live = { source: 'LIVE', asOf: new Date(now).toISOString() };
    const cached = { source: 'CACHED', asOf: this.stockAsOf };
    const edges = this.shown.map(({ offer, cursor, stock }) => {
      const { view } = offer;
      const { remaining, reasons } = perkState(offer, holder, this.calendar, stock);
      const node = {
        id: view.id,
        title: view.title,
        kind: view.kind,
        partner: { name: view.partner.name },
        faceValue: view.faceValue,
        pointsPrice: view.pointsPrice,
        remainingForMe: remaining,
        validUntil: view.validUntil,
        availability: stock === null ? live : cached,
        usability: { usable: reasons.length === 0, reasons },
      };
      return { cursor, node };
    });
    return { edges, pageInfo: { hasNextPage: this.more, endCursor: edges.at(-1)?.cursor ?? null } };
  }

  private coupons(rows: readonly LimitRow[], now: number): object {
    const edges = rows.slice(0, COUPONS).map((row) => {
      const itemId = hex(row[6]);
      const title = row[3] === 'OFFER' ? this.catalogue.offer(itemId)?.title : this.catalogue.benefit(itemId)?.name;
      const expiresAt = Number(row[9]);
      const node = {
        id: toGlobalId('coupon', hex(row[5])),
        title: title ?? '',
        status: row[2] === 'ISSUED' && expiresAt <= now ? 'EXPIRED' : row[2],
        code: row[13] ? this.cipher.open(itemId, row[13] as Buffer) : null,
        expiresAt: new Date(expiresAt).toISOString(),
      };
      return { node };
    });
    const last = rows[Math.min(rows.length, COUPONS) - 1];
    const endCursor = last ? encodeCursor('coupon', hex(last[5])) : null;
    return { edges, pageInfo: { hasNextPage: rows.length > COUPONS, endCursor } };
  }
}
