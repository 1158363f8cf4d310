// The rules beyond the schema: each file is sound in form, and is refused at the places that are marked with ¶.
import { parseProgram } from '../program-file';

const HEAD = 'name: Demo\ncurrency: CNY\n';
const LEVELS = 'levels: [{ code: base, name: Base, rank: 1, threshold: 0 }]\n';
const TWO_LEVELS = `levels:
  - { code: base, name: Base, rank: 1, threshold: 0 }
  - { code: gold, name: Gold, rank: 2, threshold: 100 }
`;
const PARTNER = 'partners: [{ code: brew, name: Brew }]\n';

function benefit(rest = ''): string {
  return `benefits: [{ code: coupon, name: C, class: SERVICE, faceValue: 0, unitCost: 300${rest} }]\n`;
}
function plan(rest: string, code = 'plus'): string {
  return `  - { code: ${code}, name: Plus, kind: MEMBERSHIP, price: 1000, term: { months: 1 }, ${rest} }\n`;
}
function privilege(rest: string, code = 'pet'): string {
  return `  - { code: ${code}, name: Pet, kind: PRIVILEGE, price: 1000, term: { days: 30 }, costCap: 500, ${rest} }\n`;
}
function offer(rest: string, code = 'latte'): string {
  return `  - { code: ${code}, title: L, kind: GIFT, partner: brew, faceValue: 0, unitCost: 6, ${rest} }\n`;
}

/** The text without its marks, and where they stood. */
function unmark(marked: string): { text: string; marks: string[] } {
  const marks: string[] = [];
  const lines = marked.split('\n').map((line, at) => {
    const [first = '', ...others] = line.split('¶');
    let kept = first;
    for (const part of others) {
      marks.push(`${at + 1}:${kept.length + 1}`);
      kept += part;
    }
    return kept;
  });
  return { text: lines.join('\n'), marks };
}

// What is marked, and for each mark `path | given | allowed`: the whole path, and a part of the other two.
const cases: [string, string, string[]][] = [
  [
    'a code of two plans, and a benefit entitled to twice',
    `${LEVELS}${benefit()}plans:
${plan('costCap: 900')}${plan('costCap: 900, entitlements: [{ benefit: coupon }, { benefit: ¶coupon }]').replace(
  'code: ',
  'code: ¶',
)}`,
    [
      'plans[1].code | "plus" again (first at index 0) | a code that no other of the plans has',
      'plans[1].entitlements[1].benefit | "coupon" again (first at index 0) | each benefit once',
    ],
  ],
  [
    'unknown: a benefit, a parent, a partner of a sub-cap that every JavaScript object seems to have',
    `${LEVELS}${benefit()}plans:
${plan('costCap: 900, entitlements: [{ benefit: ¶cupon }]')}${privilege(
  'parentPlans: [¶plush], subCaps: { perPartner: { ¶constructor: 5 } }',
)}`,
    [
      'plans[0].entitlements[0].benefit | "cupon" | the code of one of the benefits in this file; did you mean coupon?',
      'plans[1].parentPlans[0] | "plush" | the code of one of the plans in this file; did you mean plus?',
      'plans[1].subCaps.perPartner.constructor | "constructor" | the code of one of the partners in this file',
    ],
  ],
  [
    'unknown: a benefit of a level; partner, level and plan of an offer',
    `levels: [{ code: base, name: Base, rank: 1, threshold: 0, entitlements: [{ benefit: ¶gone }] }]
offers:
${offer('audience: { levels: [¶gold], plans: [¶plus] }').replace('brew', '¶brew')}`,
    [
      'levels[0].entitlements[0].benefit | "gone" | the code of one of the benefits',
      'offers[0].partner | "brew" | the code of one of the partners',
      'offers[0].audience.levels[0] | "gold" | the code of one of the levels',
      'offers[0].audience.plans[0] | "plus" | the code of one of the plans',
    ],
  ],
  [
    'an offer: who bears it, its budget, its limits, its name at the partner, its condition',
    `${LEVELS}${PARTNER}offers:
${[
  ['funding: EXCHANGE, coPay: ¶true', 'a'],
  ['funding: PARTNER, coPay: ¶true', 'b'],
  ['budget: ¶5', 'c'],
  ['memberLimit: { limit: 1, period: DAY }, memberLimits: [{ limit: 2, period: ¶DAY }]', 'd'],
  ['offerRef: ¶x', 'e'],
  ['audience: { condition: ¶member.rnak > 1 }', 'g'],
  ['funding: EXCHANGE, budget: ¶9', 'h'],
]
  .map(([terms, code]) => offer(terms!, code))
  .join('')}`,
    [
      'offers[0].coPay | true with funding: EXCHANGE | false when the operator pays in kind',
      'offers[1].coPay | true with funding: PARTNER | false when the partner bears the cost',
      'offers[2].budget | 5 | at least the unitCost (6)',
      'offers[3].memberLimits[0].period | a second DAY | each period once',
      'offers[4].offerRef | "x" | nothing for a fulfilment of INTERNAL',
      'offers[5].audience.condition | where at 1:8 No such key: rnak | a CEL expression over member and card',
      'offers[6].budget | 9 | no budget with funding: EXCHANGE',
    ],
  ],
  [
    'levels: a hole at the bottom, a rank twice, a threshold that falls',
    `levels:
  - { code: a, name: A, rank: 1, threshold: ¶10 }
  - { code: b, name: B, rank: ¶1, threshold: 20 }
  - { code: c, name: C, rank: 3, threshold: ¶20 }
  - { code: d, name: D, rank: 2, threshold: 30 }
`,
    [
      'levels[0].threshold | 10 | 0 for the lowest level',
      'levels[1].rank | 1, the rank of levels[0] | a rank that no other level has',
      'levels[2].threshold | 20 at rank 3 | more than 30, the threshold of rank 2',
    ],
  ],
  [
    'earning rules: a condition, an amount that no event has, multipliers and caps that cannot be, a period twice',
    `${LEVELS}earningRules:
  - { code: a, on: REVIEW, earns: GROWTH, fixed: 1, when: ¶event.amuont > 1 }
  - { code: b, on: WATCH, earns: POINTS, per: { amount: ¶5, gives: 1 } }
  - { code: c, on: PURCHASE, earns: STORED_VALUE, fixed: 1, multiplyBy: ¶[PLAN] }
  - { code: d, on: REFUSAL, earns: GROWTH, fixed: 1, negative: true, caps: ¶[{ period: DAY, limit: 1 }] }
  - { code: e, on: SHARE, earns: POINTS, fixed: 1, caps: [{ period: DAY, limit: 1 }, { period: ¶DAY, limit: 2 }] }
storedValue: { bonuses: [{ from: 10, bonus: 1 }, { from: ¶10, rate: 0.1 }] }
`,
    [
      'earningRules[0].when | where at 1:7 No such key: amuont | a CEL expression over event, member and card',
      'earningRules[1].per.amount | 5 | quantity or fixed: events of type WATCH have no amount',
      'earningRules[2].multiplyBy | a list of 1 | nothing: plans and levels multiply points and growth only',
      'earningRules[3].caps | 1 with negative: true | no caps: a penalty ends at 0 by itself',
      'earningRules[4].caps[1].period | a second DAY | each period once',
      'storedValue.bonuses[1].from | a second 10 | an amount that no other step has',
    ],
  ],
  [
    'earning rules: stored value where the program has none, and too many rules for one type of event',
    `${LEVELS}earningRules:
  - { code: a, on: PURCHASE, earns: ¶STORED_VALUE, fixed: 1 }
${Array.from({ length: 16 }, (_, at) => `  - { code: r${at}, on: SHARE, earns: POINTS, fixed: 1 }\n`).join('')}\
  - { code: r16, on: ¶SHARE, earns: POINTS, fixed: 1 }
`,
    [
      'earningRules[0].earns | STORED_VALUE | GROWTH or POINTS: this program has no storedValue',
      'earningRules[17].on | rule 17 about SHARE | at most 16 rules for one type of event',
    ],
  ],
  [
    'levels: two that begin at 0',
    'levels:\n  - { code: a, name: A, rank: 1, threshold: 0 }\n  - { code: b, name: B, rank: 2, threshold: ¶0 }\n',
    ['levels[1].threshold | 0 at rank 2 | more than 0, the threshold of rank 1'],
  ],
  [
    'a cost cap given in both ways, and in neither',
    `${LEVELS}plans:\n${plan('costCap: 1, targetRoi: 2').replace('{', '¶{')}${plan(
      'pointsMultiplier: 2',
      'two',
    ).replace('{', '¶{')}`,
    ['plans[0] | targetRoi and costCap | exactly one of', 'plans[1] | neither | exactly one of targetRoi and costCap'],
  ],
  [
    'a target ROI of 0, and one of more decimals than are counted',
    `${LEVELS}plans:\n${plan('targetRoi: ¶0')}${plan('targetRoi: ¶1.23456789', 'two')}`,
    [
      'plans[0].targetRoi | 0 | a number from 0.01 to 1000, a multiple of 0.000001',
      'plans[1].targetRoi | 1.23456789 | a number from 0.01 to 1000',
    ],
  ],
  [
    'a term in months and days, and one in neither',
    `${LEVELS}plans:\n${plan('costCap: 1').replace('{ months: 1 }', '¶{ months: 1, days: 2 }')}${plan(
      'costCap: 1',
      'two',
    ).replace('{ months: 1 }', '¶{}')}`,
    ['plans[0].term | months and days | exactly one of', 'plans[1].term | neither | exactly one of months and days'],
  ],
  [
    'parents: of a membership, another privilege, none to draw on',
    `${LEVELS}plans:
${plan('costCap: 9, drawsOnParentCap: ¶true, parentPlans: ¶[pet]')}${privilege('parentPlans: [¶pet]')}${privilege(
  'drawsOnParentCap: ¶true',
  'vet',
)}`,
    [
      'plans[0].drawsOnParentCap | true | false for a MEMBERSHIP plan',
      'plans[0].parentPlans | 1 parents | none for a MEMBERSHIP plan',
      'plans[1].parentPlans[0] | the PRIVILEGE plan pet | the code of a MEMBERSHIP plan',
      'plans[2].drawsOnParentCap | true without parentPlans | at least one parent',
    ],
  ],
  [
    'a passive benefit with a cost, and with a quota',
    `${LEVELS}${benefit(', redeemable: false').replace('300', '¶300')}plans:
${plan('costCap: 9, entitlements: [{ benefit: coupon, quota: ¶{ limit: 1, period: DAY } }]')}`,
    [
      'benefits[0].unitCost | 300 | 0 for a benefit with redeemable: false',
      'plans[0].entitlements[0].quota | a quota | no quota: coupon has redeemable: false',
    ],
  ],
  [
    'a use that costs more than the cap that follows from price and ROI (1000 ÷ 3.334 = 299)',
    `${LEVELS}${benefit()}plans:\n${plan('targetRoi: 3.334, entitlements: [{ benefit: ¶coupon }]')}`,
    ['plans[0].entitlements[0].benefit | coupon, of which one use costs 300 | at most 299 (the cost cap of plan plus)'],
  ],
  [
    'a use that costs exactly the cap',
    `${LEVELS}${benefit()}plans:\n${plan('costCap: 300, entitlements: [{ benefit: coupon }]')}`,
    [],
  ],
  [
    'a use that costs more than the cap, with co-pay',
    `${LEVELS}${benefit(', coPay: true')}plans:\n${plan('costCap: 1, entitlements: [{ benefit: coupon }]')}`,
    [],
  ],
  ...['perUse: 299', 'perMonth: 299', 'perClass: { SERVICE: 299 }'].map((cap): [string, string, string[]] => [
    `a use that costs more than the sub-cap ${cap}`,
    `${LEVELS}${benefit()}plans:\n${plan(`costCap: 900, subCaps: { ${cap} }, entitlements: [{ benefit: ¶coupon }]`)}`,
    [`plans[0].entitlements[0].benefit | coupon, of which one use | at most 299 (subCaps.${cap.split(':')[0]}`],
  ]),
  [
    "a use that costs more than the parent's cap that it draws on",
    `${LEVELS}${benefit()}plans:
${plan('costCap: 299')}${privilege(
  'parentPlans: [plus], drawsOnParentCap: true, entitlements: [{ benefit: ¶coupon }]',
)}`,
    ['plans[1].entitlements[0].benefit | coupon, of which one use costs 300 | 299 (the cost cap of its parent plus)'],
  ],
  [
    "an offer dearer than its partner's sub-cap of a plan that it addresses, and co-pay without a card",
    `${LEVELS}${PARTNER}plans:\n${plan('costCap: 900, subCaps: { perPartner: { brew: 5 } }')}offers:
${offer('audience: { plans: [¶plus] }')}${offer('card: NONE, coPay: ¶true', 'tea')}`,
    [
      'offers[0].audience.plans[0] | plus for an offer of unitCost 6 | (5 is subCaps.perPartner.brew of plan plus)',
      'offers[1].coPay | true with card: NONE | false when no card is charged',
    ],
  ],
  [
    'prices: a code twice, the code of the plan itself, a condition that is none, an unknown gift, too small a cap',
    `${LEVELS}${benefit()}plans:
${plan(`targetRoi: 2, entitlements: [{ benefit: coupon }], opens: { when: ¶member.growht > 1, else: No }, prices: [
      { code: a, kind: TRIAL, price: ¶599 }, { code: ¶a, kind: REGULAR, price: 600, gift: { benefits: [¶gone] } },
      { code: ¶list, kind: REGULAR, price: 1, costCap: 300, when: ¶history.everHeld + 1 },
      { code: c, kind: REGULAR, price: 900, costCap: ¶299 }]`)}`,
    [
      'plans[0].opens.when | where at 1:8 No such key: growht | a CEL expression over member, card and history',
      'plans[0].prices[0].price | 599, by which a term may cost 299 | at least 300 to spend, what one use of coupon',
      'plans[0].prices[1].code | "a" | a code that no other price',
      'plans[0].prices[1].gift.benefits[0] | "gone" | the code of one of the redeemable benefits',
      'plans[0].prices[2].code | "list" | not list, its own price',
      'plans[0].prices[2].when | "history.everHeld + 1" | a CEL expression over member, card and history',
      'plans[0].prices[3].costCap | 299, by which a term may cost 299 | at least 300 to spend',
    ],
  ],
  [
    'an application: a field twice, a field that CEL cannot name, a check over what is not asked, nobody who decides',
    `${LEVELS}plans:
${plan(`costCap: 9, application: { fields: [{ code: age, name: A, kind: NUMBER }, { code: ¶age, name: B, kind: DATE }],
      check: { when: ¶application.revenue > 5, else: No } }`)}${plan(
  'costCap: 9, application: { fields: [{ code: ¶true, name: A, kind: NUMBER }] }',
  'two',
).replace('¶true', '¶"true"')}${plan(
  'costCap: 9, application: { review: ¶AUTO, fields: [{ code: founded, name: F, kind: DATE }] }',
  'three',
)}`,
    [
      'plans[0].application.fields[1].code | "age" again | a code that no other field has',
      'plans[0].application.check.when | No such key: revenue | a CEL expression over application and member',
      'plans[1].application.fields[0].code | "true" | a name such as companyAgeYears',
      'plans[2].application.review | AUTO without a check | STAFF, or a check that decides',
    ],
  ],
  [
    'budgets: for two groups at once, for none, for an unknown plan',
    `${LEVELS}plans:
${plan('costCap: 9')}budgets:
  - ¶{ code: a, name: A, amount: 5, period: YEAR, plans: [plus], levels: [base] }
  - ¶{ code: b, name: B, amount: 5, period: MONTH }
  - { code: c, name: C, amount: 5, period: MONTH, plans: [¶pluss] }
`,
    [
      'budgets[0] | plans and levels | exactly one of plans and levels',
      'budgets[1] | neither plans nor levels | exactly one of plans and levels',
      'budgets[2].plans[0] | "pluss" | the code of one of the plans in this file; did you mean plus?',
    ],
  ],
  [
    'an offer that closes when it opens, with a stock beside its code pool',
    `${LEVELS}${PARTNER}offers:
${offer('fulfilment: CODE_POOL, stock: ¶5, validFrom: "2026-01-01T00:00+08:00", validUntil: ¶"2025-12-31T16:00Z"')}`,
    [
      'offers[0].stock | 5 | no stock for a CODE_POOL',
      'offers[0].validUntil | 2025-12-31T16:00Z | a moment after validFrom (2026-01-01T00:00+08:00)',
    ],
  ],
  [
    'a level policy: plans that are not there, times that do not agree, decay on a third day',
    `levelPolicy:
  plans: [¶vipp]
  ¶keep: { days: 1 }
  ¶date: { month: 2, day: ¶30 }
  downgrade: ¶ONE_STEP
  rating: { initial: ¶9, max: 5 }
  decay: { plans: [vip, ¶vop], graceDays: 7, firstDay: ¶9, step: 5 }
  daily: { ¶constructor: 5 }
  activation: { vip: 5 }
${LEVELS}plans:
${plan('costCap: 1', 'vip')}`,
    [
      'levelPolicy.plans[0] | "vipp" | the code of one of the plans in this file; did you mean vip?',
      'levelPolicy.keep | a time to keep | no time to keep: AT_ONCE',
      'levelPolicy.date | a day of the year | only AT_DATE has one',
      'levelPolicy.date.day | 30 | of which the last is 29',
      'levelPolicy.downgrade | ONE_STEP at once without grace | TO_MATCHING',
      'levelPolicy.rating.initial | 9 | at most 5',
      'levelPolicy.decay.plans[1] | "vop" | the code of one of the plans',
      'levelPolicy.decay.firstDay | 9 | 7, the last day of grace, or 8',
      'levelPolicy.daily.constructor | "constructor" | the code of one of the plans',
    ],
  ],
  [
    'growth that could go below 0: a floor under it, a step upwards, a loss each day',
    `levelPolicy: { decay: { plans: [vip], step: ¶-5, floor: ¶-1 }, daily: { vip: ¶-3 } }
${LEVELS}plans:\n${plan('costCap: 1', 'vip')}`,
    [
      'levelPolicy.decay.step | -5 | an integer from 1',
      'levelPolicy.decay.floor | -1 | an integer from 0',
      'levelPolicy.daily.vip | -3 | an integer from 1',
    ],
  ],
  ...[
    ['AT_KEEP_END', 'keep', 'a time to keep levels for'],
    ['AT_DATE', 'date', 'the day of the year of AT_DATE'],
  ].map(([when, missing, allowed]): [string, string, string[]] => [
    `a level policy that falls ${when} and does not say more`,
    `levelPolicy: ¶{ when: ${when} }\n${LEVELS}`,
    [`levelPolicy.${missing} | nothing | ${allowed}`],
  ]),
  [
    'ratings of levels: of a program without one',
    'levels: [{ code: a, name: A, rank: 1, threshold: 0, ¶minRating: 3 }]\n',
    ['levels[0].minRating | 3 | no minRating: the program has no levelPolicy.rating'],
  ],
  [
    'ratings of levels: at the bottom, falling, and out of reach',
    `levelPolicy: { rating: { initial: 5, max: 50 } }
levels:
  - { code: a, name: A, rank: 1, threshold: 0, minRating: ¶3 }
  - { code: b, name: B, rank: 2, threshold: 9, minRating: ¶2 }
  - { code: c, name: C, rank: 3, threshold: 19, minRating: ¶51 }
`,
    [
      'levels[0].minRating | 3 | 0 for the lowest level',
      'levels[1].minRating | 2 at rank 2 | at least 3, which rank 1 needs already',
      'levels[2].minRating | 51 | at most 50',
    ],
  ],
  [
    'gifts of levels: a code twice, one that nobody rises to, one of nothing that is there',
    `levels:
  - code: a
    name: A
    rank: 1
    threshold: 0
    gifts:
      - { code: g, name: G, auto: ¶true, reward: { points: 1 } }
      - { code: ¶g, name: G, reward: { benefits: [¶none] } }
`,
    [
      'levels[0].gifts[0].auto | true | false: every member begins at this level',
      'levels[0].gifts[1].code | "g" | a code that no other gift of the level has',
      'levels[0].gifts[1].reward.benefits[0] | "none" | the code of one of the redeemable benefits',
    ],
  ],
  [
    'a rule that earns a rating where there is none',
    `${LEVELS}earningRules: [{ code: r, on: SIGN_IN, earns: ¶RATING, fixed: 1 }]\n`,
    ['earningRules[0].earns | "RATING" | the program has no levelPolicy.rating'],
  ],
  [
    'a design with too few multipliers, that do not rise, and bands that miss a level and are upside down',
    `${TWO_LEVELS}levelDesign:
  base: 100
  multipliers: ¶[1, ¶1, 2]
  target:
    meaning: POPULATION
    bands: [{ name: A, share: 1, levels: [base] }, { name: B, share: 6, levels: [¶gold, ¶base, ¶golt] }]
`,
    [
      'levelDesign.multipliers | a list of 3 | 1: one for each level above the lowest',
      'levelDesign.multipliers[1] | 1, which makes the threshold 100 | a multiplier that makes more than 100',
      'levelDesign.target.bands[1].levels[0] | gold of rank 2 | levels below those of the band before',
      'levelDesign.target.bands[1].levels[1] | base again | each level in one band only',
      'levelDesign.target.bands[1].levels[2] | "golt" | did you mean gold?',
    ],
  ],
  [
    'a level that no band holds',
    `${TWO_LEVELS}levelDesign:
  base: 100
  multipliers: [1]
  target: { meaning: SPEED, bands: ¶[{ name: A, share: 1, levels: [gold] }, { name: B, share: 6, levels: [gold] }] }
`.replace('levels: [gold] }] }', 'levels: [¶gold] }] }'),
    [
      'levelDesign.target.bands | no band with base | each level of the file in one band',
      'levelDesign.target.bands[1].levels[0] | gold again | each level in one band only',
    ],
  ],
  [
    'a profile with an activity twice, and one that ends before it begins',
    `${LEVELS}profiles:
  - code: keen
    name: Keen
    share: 1
    activities:
      - { code: order, perWeek: 1, growth: 5 }
      - { code: ¶order, perWeek: 1, growth: 5, fromWeek: 9, untilWeek: ¶8 }
`,
    [
      'profiles[0].activities[1].code | order again | no other activity',
      'profiles[0].activities[1].untilWeek | 8 | 9 or',
    ],
  ],
  [
    'a profile that lets no card lapse, and one that is back before it goes',
    `${LEVELS}plans:
  - { code: plus, name: P, kind: MEMBERSHIP, price: 1, term: { months: 1 }, costCap: 1 }
profiles:
  - { code: a, name: A, share: 1, ¶lapse: { fromWeek: 3 }, activities: [{ code: order, perWeek: 1, growth: 5 }] }
  - code: b
    name: B
    share: 1
    plan: plus
    lapse: { share: 0.5, fromWeek: 3, untilWeek: ¶2 }
    pause: { fromWeek: 9, untilWeek: ¶8 }
    activities: [{ code: order, perWeek: 1, growth: 5 }]
`,
    [
      'profiles[0].lapse | weeks without a card | none without a plan',
      'profiles[1].lapse.untilWeek | 2 | 3 or later',
      'profiles[1].pause.untilWeek | 8 | 9 or later',
    ],
  ],
  [
    'parts that are faulty in form do not hide the faults around them',
    `${LEVELS}benefits:
  - { code: free, name: F, class: BASIC, faceValue: 0, unitCost: ¶-5 }
plans:
  - { code: plus, name: P, kind: MEMBERSHIP, price: ¶oops, term: ¶7, costCap: 1, entitlements: [{ benefit: ¶fre }, ¶8] }
  - ¶5
`,
    [
      'benefits[0].unitCost | -5',
      'plans[0].price | "oops"',
      'plans[0].term | 7 | a mapping',
      'plans[0].entitlements[0].benefit | "fre" | the code of one of the benefits in this file; did you mean free?',
      'plans[0].entitlements[1] | 8 | a mapping',
      'plans[1] | 5 | a mapping',
    ],
  ],
  [
    'all at once: a condition of wrong types, levels that overlap, growth below nothing, a cap too low',
    `levels:
  - { code: base, name: Base, rank: 1, threshold: 0 }
  - { code: silver, name: Silver, rank: 2, threshold: 100 }
  - { code: gold, name: Gold, rank: 3, threshold: ¶100 }
levelPolicy: { decay: { plans: [plus], graceDays: 7, firstDay: 8, step: 5, floor: ¶-1 } }
${benefit()}plans:
${plan('costCap: 299, entitlements: [{ benefit: ¶coupon }]')}earningRules:
  - { code: orders, on: PURCHASE, earns: POINTS, fixed: 1, when: ¶event.amount >= member.level }
`,
    [
      'levels[2].threshold | 100 at rank 3 | more than 100, the threshold of rank 2',
      'levelPolicy.decay.floor | -1 | 0',
      'plans[0].entitlements[0].benefit | coupon, of which one use | 299',
      'earningRules[0].when | event.amount >= member.level | a CEL expression',
    ],
  ],
];

test.each(cases)('%s', (_name, marked, expected) => {
  const { text, marks } = unmark(HEAD + marked);
  const { faults = [] } = parseProgram(text, 'p.yaml');
  const wanted = expected.map((fault) => {
    const [path, given = '', allowed = ''] = fault.split(' | ');
    return { path, given: expect.stringContaining(given), allowed: expect.stringContaining(allowed) };
  });
  expect(faults).toMatchObject(wanted);
  expect(faults.map(({ line, column }) => `${line}:${column}`)).toEqual(marks);
});
