// The campaigns as agreements of exchange with the brands, one of each type, and the statements of the year by month.
import type { AgreementService } from '../../agreements/agreement.service';
import type { Actor } from '../../kernel/actor';
import { DAY, type Instant, type ManualClock, MINUTE } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { dayText } from '../../kernel/period';
import { isRefusal, type Refusal } from '../../kernel/refusal';
import type { CatalogueService } from '../../program/catalogue.service';
import type { Statement } from '../../settlement/statement/statement';
import type { StatementService } from '../../settlement/statement/statement.service';
import type { Figure } from '../figure-table';
import { ImportFault } from '../import-fault';
import type { Journey } from './journey';
import { COUPON_CENTS, offerCode, partnerCode, timeOf } from './program';
import { CAMPAIGN_TYPES, type CampaignType } from './records';
import type { KnownTotals } from './totals-table';

const BD: Actor = { role: 'BD', subject: 'import complete-journey' };

export interface ExchangeHouse {
  readonly catalogue: CatalogueService;
  readonly agreements: AgreementService;
  readonly statements: StatementService;
}

function sound<Value>(outcome: Value | Refusal): Value {
  if (isRefusal(outcome)) throw new ImportFault(`An agreement was refused: ${outcome.message}`);
  return outcome;
}

/** From the first day of the first campaign to the day after the last one's last. */
function daysOf(journey: Journey): { readonly startsOn: string; readonly endsBefore: string } {
  const { from, until } = timeOf(journey);
  return { startsOn: dayText(from / DAY), endsBefore: dayText(until / DAY) };
}

/** One agreement a type, one item a campaign, stated by the month. Asked again, it finds them. */
export async function agreeOnCampaigns({ catalogue, agreements }: ExchangeHouse, journey: Journey): Promise<void> {
  for (const type of CAMPAIGN_TYPES) {
    const code = partnerCode(type);
    const partner = catalogue.current().partnerByCode(code);
    if (!partner) throw new ImportFault(`The program in force has no brand ${code}.`);
    const items = journey.campaigns
      .filter((campaign) => campaign.type === type)
      .map(({ id }) => ({
        ...{ code: offerCode(id), side: 'PARTNER', kind: 'PERK_REDEMPTION', unit: 'coupon', unitValue: COUPON_CENTS },
        ...{ offers: [catalogue.current().offerByCode(offerCode(id))!.id], countsAt: 'USE', atCeiling: 'WARN' },
      })) as Parameters<AgreementService['create']>[1]['terms']['items'];
    if (items.length === 0) continue;
    const terms = {
      title: `Mailings of ${type}`,
      ...daysOf(journey),
      settlement: 'MONTHLY',
      allowedImbalance: {},
      items,
    };
    const asked = {
      code,
      partnerId: partner.id,
      owner: BD.subject,
      terms: { ...terms, settlement: 'MONTHLY' as const },
    };
    const id = sound(await agreements.create(BD, asked));
    const { agreement } = (await agreements.find({}, id))!;
    if (agreement.revision !== undefined) continue;
    const brand: Actor = { role: 'PARTNER', subject: code, partnerId: partner.id };
    for (const side of [BD, brand]) {
      const refusal = await agreements.confirm(side, {}, id, agreement.lastRevision);
      if (refusal) sound<never>(refusal);
    }
  }
  await catalogue.refresh();
}

/** The agreement with the brand of a type. */
async function agreementOf({ catalogue, agreements }: ExchangeHouse, type: CampaignType): Promise<Id | undefined> {
  const partnerId = catalogue.current().partnerByCode(partnerCode(type))?.id ?? null;
  const [found] = await agreements.list({ partnerId }, { now: 0, limit: 1 });
  return found?.agreement.id;
}

/** All statements that are due, in their order; the clock is moved to when the last of them is. */
export async function stateYear(
  house: ExchangeHouse,
  clock: ManualClock,
  journey: Journey,
): Promise<ReadonlyMap<CampaignType, readonly Statement[]>> {
  clock.set(Math.max(clock.now(), timeOf(journey).until + 60 * MINUTE));
  const stated = new Map<CampaignType, Statement[]>();
  for (const type of CAMPAIGN_TYPES) {
    const id = await agreementOf(house, type);
    if (id === undefined) continue;
    let next = await house.statements.issue(BD, id);
    while (!isRefusal(next)) next = await house.statements.issue(BD, id);
    const all = await house.statements.list({}, { agreementId: id, limit: 100 });
    stated.set(
      type,
      all.sort((left, right) => left.body.number - right.body.number),
    );
  }
  return stated;
}

const monthOf = (instant: Instant) => new Date(instant).toISOString().slice(0, 7);

/** What the statements say, beside what the data set says of itself: by type, campaign and month. */
export function statedFigures(
  stated: ReadonlyMap<CampaignType, readonly Statement[]>,
  journey: Journey,
  known: KnownTotals | undefined,
): Figure[] {
  const counts: Record<string, number> = {};
  const add = (what: string, quantity: number) => {
    counts[what] = (counts[what] ?? 0) + quantity;
  };
  let value = 0;
  for (const [type, statements] of stated) {
    for (const { body } of statements) {
      const { items, startsAt } = body;
      for (const { code, counted, adjusted } of items) {
        add('all', counted.quantity);
        add(type, counted.quantity);
        add(code, counted.quantity);
        add(monthOf(startsAt), counted.quantity);
        add('adjusted', Math.abs(adjusted.quantity));
        value += counted.value;
      }
    }
  }
  const byMonth: Record<string, number> = {};
  for (const { day } of journey.uses) byMonth[monthOf(day)] = (byMonth[monthOf(day)] ?? 0) + 1;
  const got = (what: string) => counts[what] ?? 0;
  return [
    { what: 'coupons stated', expected: journey.uses.length, got: got('all') },
    { what: '… in value, cents', expected: journey.uses.length * COUPON_CENTS, got: value },
    { what: '… put right', expected: 0, got: got('adjusted') },
    ...CAMPAIGN_TYPES.map((type) => {
      return { what: `… of ${type}`, expected: known?.redemptions.by_campaign_type[type], got: got(type) };
    }),
    ...Object.keys(byMonth).map((month) => ({ what: `… in ${month}`, expected: byMonth[month], got: got(month) })),
    ...journey.campaigns.map(({ id }) => {
      const expected = known?.campaigns.per_campaign[id]?.redemptions;
      return { what: `… of campaign ${id}`, expected, got: got(offerCode(id)) };
    }),
  ];
}
