// Whether what is written is an agreement: every field within its bounds, and each item the one it was before.

import { type BusinessTime, dayOfDate } from '../kernel/period';
import { type Refusal, refuse } from '../kernel/refusal';
import { checkAmount, checkText, shown } from '../members/input-checks';
import type { AgreementItem, AgreementTerms } from './agreement';

/** As callers write it: items have no numbers yet. */
export interface WrittenTerms extends Omit<AgreementTerms, 'items'> {
  readonly items: readonly Omit<AgreementItem, 'number'>[];
}

const ITEMS_MAX = 50;
const OFFERS_MAX = 100;
/** So that no sum of an agreement leaves the safe integers. */
const MOST = 1_000_000_000;
const CODE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

function invalid(field: string, given: string, allowed: string): Refusal {
  return refuse('INVALID_INPUT', `${field} is ${given}; allowed is ${allowed}.`, field);
}

export function checkCode(field: string, code: string): Refusal | undefined {
  if (code.length <= 64 && CODE.test(code)) return undefined;
  return invalid(field, shown(code), '1 to 64 of a-z, 0-9 and single hyphens');
}

function between(field: string, value: number | undefined, min: number): Refusal | undefined {
  if (value === undefined || (value <= MOST && checkAmount(field, value, min) === undefined)) return undefined;
  return invalid(field, String(value), `an integer from ${min} to ${MOST}`);
}

/** The terms with the numbers of their items, or the first fault. `known`: items of all revisions before. */
export function checkTerms(written: WrittenTerms, known: readonly AgreementItem[]): AgreementTerms | Refusal {
  const { title, startsOn, endsBefore, effectiveOn, items, allowedImbalance } = written;
  const fault =
    checkText('title', title) ??
    dayFault('startsOn', startsOn) ??
    dayFault('endsBefore', endsBefore) ??
    (effectiveOn === undefined ? undefined : dayFault('effectiveOn', effectiveOn)) ??
    between('allowedImbalance.oursAhead', allowedImbalance.oursAhead, 0) ??
    between('allowedImbalance.theirsAhead', allowedImbalance.theirsAhead, 0);
  if (fault) return fault;
  if (endsBefore <= startsOn) return invalid('endsBefore', endsBefore, `a day after startsOn, ${startsOn}`);
  if (items.length < 1 || items.length > ITEMS_MAX) return invalid('items', `${items.length}`, `1 to ${ITEMS_MAX}`);
  const numbered = numberItems(items, known);
  for (const [at, item] of items.entries()) {
    const first = items.findIndex(({ code }) => code === item.code);
    if (first < at) return invalid(`items[${at}].code`, shown(item.code), 'a code that no other item has');
    const itemFault = checkItem(`items[${at}]`, item) ?? changeFault(`items[${at}]`, item, known);
    if (itemFault) return itemFault;
  }
  const offers = items.flatMap((item) => item.offers);
  if (new Set(offers).size < offers.length) return invalid('items.offers', 'an offer twice', 'each offer once');
  return { ...written, items: numbered };
}

function numberItems(items: WrittenTerms['items'], known: readonly AgreementItem[]): AgreementItem[] {
  const numbers = new Map(known.map(({ code, number }) => [code, number]));
  const taken = Math.max(0, ...numbers.values());
  const added = items.filter(({ code }) => !numbers.has(code)).map(({ code }) => code);
  return items.map((item) => {
    const number = numbers.get(item.code) ?? taken + 1 + added.indexOf(item.code);
    return { ...item, number };
  });
}

function checkItem(at: string, item: Omit<AgreementItem, 'number'>): Refusal | undefined {
  const { code, unit, unitValue, quantity, ceiling, offers, side, kind } = item;
  const fault =
    checkCode(`${at}.code`, code) ??
    checkText(`${at}.unit`, unit) ??
    between(`${at}.unitValue`, unitValue, 1) ??
    between(`${at}.quantity`, quantity, 1) ??
    between(`${at}.ceiling.quantity`, ceiling?.quantity, 1);
  if (fault) return fault;
  if (ceiling?.per === 'EVER' && quantity !== undefined) {
    return invalid(`${at}.ceiling`, 'EVER beside a quantity', 'one of both: the quantity is a ceiling in all already');
  }
  if (offers.length > OFFERS_MAX) return invalid(`${at}.offers`, `${offers.length}`, `at most ${OFFERS_MAX}`);
  if (offers.length > 0 && (side !== 'PARTNER' || kind !== 'PERK_REDEMPTION')) {
    const allowed = 'offers only for a PERK_REDEMPTION that the PARTNER gives; deliveries of others are recorded';
    return invalid(`${at}.offers`, `${offers.length} for a ${kind} of the ${side}`, allowed);
  }
  return undefined;
}

/** What was counted under a code stays what it was. */
function changeFault(
  at: string,
  item: Omit<AgreementItem, 'number'>,
  known: readonly AgreementItem[],
): Refusal | undefined {
  const before = known.find(({ code }) => code === item.code);
  const changed = (['side', 'kind', 'unit'] as const).find((name) => before && before[name] !== item[name]);
  if (!before || !changed) return undefined;
  const allowed = `${before[changed]} as in an earlier revision; give the new item another code`;
  return invalid(`${at}.${changed}`, shown(item[changed]), allowed);
}

function dayFault(field: string, text: string): Refusal | undefined {
  return dayOfDate(text) === undefined ? invalid(field, shown(text), 'a day like 2026-12-01') : undefined;
}

/** The instants of the period: `startsAt` inclusive, `endsAt` exclusive. */
export function periodOf(
  { startsOn, endsBefore }: Pick<AgreementTerms, 'startsOn' | 'endsBefore'>,
  time: BusinessTime,
) {
  const startOf = (text: string) => {
    const [year, month, day] = text.split('-').map(Number);
    return time.startOfDate(year!, month!, day!);
  };
  return { startsAt: startOf(startsOn), endsAt: startOf(endsBefore) };
}
