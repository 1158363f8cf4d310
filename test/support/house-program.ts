// The program of the tests below the API: each item shows one limit, so that a test can name the one it means.
import { benefit, entitles, level, offer, plan, privilege, programText } from './gateway-program';

/** Amounts are small, so that tests can count in their heads. */
const LIMITED = {
  levels: [level('base', 1, 0), level('gold', 2, 1_000, [entitles('lounge', 2)])],
  plans: [
    plan('plus', {
      price: 400,
      costCap: 1_000,
      entitlements: [
        entitles('ride', 20),
        entitles('gift', 1, 'TERM'),
        entitles('deal', 1, 'WEEK'),
        entitles('daily', 2, 'DAY'),
        entitles('free'),
        entitles('bare'),
        entitles('badge'),
        entitles('tour'),
        entitles('trip'),
      ],
    }),
    plan('tight', {
      price: 300,
      term: { months: 3 },
      costCap: 1_000,
      subCaps: { perClass: { SERVICE: 300, PARTNER: 250 }, perMonth: 200, perPartner: { brewer: 150 }, perUse: 100 },
      entitlements: [entitles('ride'), entitles('tour'), entitles('trip')],
    }),
    privilege('pet', {
      price: 90,
      term: { days: 30 },
      costCap: 300,
      drawsOnParentCap: true,
      parentPlans: ['plus'],
      entitlements: [entitles('wash'), entitles('free')],
    }),
    plan('single', { subCaps: { perUse: 50 }, entitlements: [entitles('tour')] }),
    plan('monthly', { price: 50, term: { months: 1 }, costCap: 100 }),
    plan('daily-pass', { price: 50, term: { days: 1 }, costCap: 100 }),
  ],
  benefits: [
    benefit('ride', { unitCost: 10, faceValue: 30, costBasis: 'USE', couponValidDays: 7 }),
    benefit('gift', { class: 'DISCOUNT', unitCost: 40, faceValue: 100, couponValidDays: 60 }),
    benefit('deal', { class: 'DISCOUNT', unitCost: 5, faceValue: 15, costBasis: 'USE', couponValidDays: 7 }),
    benefit('daily', { class: 'CONTENT', unitCost: 3, faceValue: 9 }),
    benefit('free', { class: 'CONTENT', unitCost: 0, faceValue: 50 }),
    benefit('bare', { class: 'BASIC', unitCost: 0, faceValue: 0 }),
    benefit('badge', { class: 'BASIC', redeemable: false, unitCost: 0, faceValue: 0 }),
    benefit('tour', { unitCost: 90, faceValue: 300, coPay: true }),
    benefit('trip', { unitCost: 70, faceValue: 200, coPay: true, costBasis: 'USE', couponValidDays: 10 }),
    benefit('lounge', { unitCost: 25, faceValue: 80 }),
    benefit('wash', { unitCost: 60, faceValue: 200 }),
  ],
  offers: [
    offer('latte', { fulfilment: 'CODE_POOL', audience: { plans: ['plus', 'tight'] }, unitCost: 20, faceValue: 50 }),
    offer('film', { partner: 'cinema', fulfilment: 'CODE_POOL', costBasis: 'USE', unitCost: 30, faceValue: 90 }),
    offer('ticket', { partner: 'cinema', stock: 5, costBasis: 'USE', unitCost: 30, faceValue: 90 }),
    offer('beans', {
      card: 'NONE',
      pointsPrice: 100,
      memberLimit: { limit: 2, period: 'MONTH' },
      unitCost: 15,
      faceValue: 60,
    }),
    offer('cup', { memberLimit: { limit: 2, period: 'DAY' }, unitCost: 4, faceValue: 12, couponValidDays: 3 }),
    offer('once', { memberLimit: { limit: 1, period: 'EVER' }, card: 'NONE', unitCost: 0, faceValue: 5 }),
    offer('snack', { audience: { plans: ['pet'] }, unitCost: 50, faceValue: 120 }),
    offer('suite', { partner: 'cinema', coPay: true, unitCost: 400, faceValue: 900 }),
    offer('golden', { card: 'NONE', audience: { levels: ['gold'] }, unitCost: 0, faceValue: 70 }),
    offer('tagged', { card: 'NONE', audience: { tags: ['pets'] }, unitCost: 0, faceValue: 70 }),
    offer('later', { validFrom: '2027-01-01T00:00:00+08:00', unitCost: 5, faceValue: 20 }),
    offer('plain', { audience: { plans: ['plus'] }, unitCost: 100, faceValue: 250 }),
    offer('early', {
      dailyStock: 5,
      memberLimits: [
        { limit: 2, period: 'DAY' },
        { limit: 3, period: 'MONTH' },
      ],
      unitCost: 4,
      faceValue: 12,
    }),
    offer('thrifty', { budget: 1_010, coPay: true, unitCost: 40, faceValue: 90 }),
    offer('donated', { funding: 'PARTNER', unitCost: 5_000, faceValue: 110, costBasis: 'USE' }),
  ],
};

export const HOUSE_PROGRAM = programText(LIMITED);

/** The same program with an item of a section changed, or left out when `change` is undefined. */
export function changedProgram(
  section: 'plans' | 'benefits' | 'offers',
  code: string,
  change: Readonly<Record<string, unknown>> | undefined,
): string {
  const items = LIMITED[section].flatMap((item) => {
    if (item.code !== code) return [item];
    return change ? [{ ...item, ...change }] : [];
  });
  return programText({ ...LIMITED, [section]: items });
}
