// The program of tests about sales: plans with prices under conditions, a form, a window and a refund; a group budget.
import { benefit, entitles, level, offer, plan, programText } from './gateway-program';

export const SALE_PARTS = {
  levels: [level('base', 1, 0), level('gold', 2, 1_000)],
  plans: [
    plan('club', {
      price: 10_000,
      targetRoi: 1.2,
      prices: [
        { code: 'trial', kind: 'TRIAL', price: 100, term: { days: 7 }, costCap: 300 },
        { code: 'early', kind: 'RENEWAL', price: 9_000 },
        { code: 'back', kind: 'WIN_BACK', when: 'history.daysSinceEnded > 30', price: 6_000, gift: { points: 66 } },
        { code: 'gold', kind: 'REGULAR', when: 'member.growth >= 1000', price: 8_000, oncePerMember: true },
      ],
      renewal: { daysBefore: 30, daysAfter: 15, gift: { points: 50, benefits: ['gift'] } },
      refund: { withinDays: 30, lessUsed: true },
      advertisedValue: 88_800,
      professions: ['baker'],
      entitlements: [
        { ...entitles('ride', 2), saves: { perPurchase: 100, percent: 2.5, minSpend: 1_000 } },
        entitles('gift', 1, 'TERM'),
      ],
    }),
    plan('guild', {
      price: 20_000,
      opens: { when: 'member.tags.exists(tag, tag == "founder")', else: 'For founders only.' },
      application: {
        fields: [
          { code: 'companyAgeYears', name: 'Age', kind: 'NUMBER' },
          { code: 'founded', name: 'Founded', kind: 'DATE', required: false },
          { code: 'cleanRecord', name: 'No record', kind: 'BOOLEAN' },
          { code: 'site', name: 'Site', kind: 'LINK', required: false },
          { code: 'story', name: 'Story', kind: 'TEXT', required: false },
        ],
        evidence: 1,
        check: { when: 'application.companyAgeYears > 2 && application.cleanRecord', else: 'Older, and clean.' },
        validDays: 10,
      },
      refund: { lessUsed: false },
    }),
    plan('plain', { price: 500, costCap: 400, entitlements: [entitles('ride')] }),
  ],
  benefits: [
    benefit('ride', { unitCost: 30, faceValue: 500, costBasis: 'USE' }),
    benefit('gift', { unitCost: 40, faceValue: 900 }),
  ],
  offers: [
    offer('code', { fulfilment: 'CODE_POOL', unitCost: 20, faceValue: 700 }),
    offer('remote', { fulfilment: 'PARTNER_API', unitCost: 20, faceValue: 300 }),
    offer('treat', { card: 'NONE', unitCost: 70, faceValue: 100 }),
  ],
  budgets: [{ code: 'club-year', name: 'Club', amount: 1_000_000, period: 'YEAR', plans: ['club'] }],
};

export const SALE_PROGRAM = programText(SALE_PARTS);
