// A program as it was before the next migration: settings, a level, a plan, a partner and an offer with a pool.
import type { Sql } from '../../src/database/sql';
import { bytes, LEVEL, OFFER, PARTNER, PLAN, SETTINGS, TIME } from '../seed-ids';

const ITEMS: readonly [string, string, { readonly code?: string; readonly [key: string]: unknown }][] = [
  [SETTINGS, 'PROGRAM', { name: 'Seed', currency: 'CNY', timeZone: 'Asia/Shanghai' }],
  [LEVEL, 'LEVEL', { code: 'base', name: 'Base', rank: 1, threshold: 0, entitlements: [] }],
  [
    PLAN,
    'PLAN',
    { code: 'year', name: 'A year', kind: 'MEMBERSHIP', price: 10_900, term: { months: 12 }, targetRoi: 1.2 },
  ],
  [PARTNER, 'PARTNER', { code: 'brewer', name: 'Brewer' }],
  [
    OFFER,
    'OFFER',
    {
      code: 'latte',
      title: 'A latte',
      kind: 'GIFT',
      partner: 'brewer',
      fulfilment: 'CODE_POOL',
      unitCost: 30,
      faceValue: 0,
      costBasis: 'USE',
      couponValidDays: 1,
    },
  ],
];

export async function seed(tx: Sql): Promise<void> {
  await tx.insertMany(
    'program_item',
    ['id', 'kind', 'code', 'number', 'definition', 'version', 'retired'],
    ITEMS.map(([id, kind, definition], at) => {
      return [bytes(id), kind, definition.code ?? 'program', at + 1, JSON.stringify(definition), 1, 0];
    }),
  );
  const version = [1, TIME, 'seed', '0'.repeat(64), 'name: Seed\ncurrency: CNY\n'];
  await tx.insertMany('program_version', ['version', 'applied_at', 'applied_by', 'hash', 'definition'], [version]);
  await tx.run('UPDATE catalogue_version SET version = 1');
}
