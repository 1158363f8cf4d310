// Books as they were before the next migration: a card's cap and a stock with a coupon held on them, and a refusal.
import type { Sql } from '../../src/database/sql';
import {
  bytes,
  CARD_CHAIN,
  MEMBER,
  OFFER,
  PARTNER,
  PLAN,
  REDEMPTION,
  REFUSED_CHAIN,
  STOCK_CHAIN,
  TERM,
  TIME,
  transferOf,
} from '../seed-ids';

const NONE = '0'.repeat(32);
const CNY = '06b2';
const COUNT = '4e20';

// Written out, since what an account key is today need not be what it was.
function account(holder: string, kind: string, unit: string, ref = NONE, item = 0): Buffer {
  return bytes(`${holder}${kind}${ref}${item.toString(16).padStart(8, '0')}00000000${unit}`);
}

const CAP = account(MEMBER, '0010', CNY, TERM);
const STOCK = account(OFFER, '0030', COUNT);
const CAP_GRANTED = account(PLAN, '8010', CNY);
const COST = account(PARTNER, '8011', CNY, NONE, 5);
const STOCK_GRANTED = account(OFFER, '8030', COUNT);
const STOCK_ISSUED = account(OFFER, '8031', COUNT);

const BALANCE = ['account', 'credits_posted', 'credits_pending', 'debits_posted', 'debits_pending'];
const [MOVE, HOLD] = [1, 2];
const [GRANT, REDEEM, ADD] = [1, 2, 8];

export async function seed(tx: Sql): Promise<void> {
  await tx.insertMany('ledger_account', BALANCE, [
    [CAP, 9083, 0, 0, 30],
    [STOCK, 2, 0, 1, 0],
  ]);
  await tx.insertMany('ledger_contra', BALANCE, [
    [CAP_GRANTED, 0, 0, 9083, 0],
    [STOCK_GRANTED, 0, 0, 2, 0],
  ]);
  await tx.insertMany('ledger_contra_delta', BALANCE, [
    [COST, 0, 30, 0, 0],
    [STOCK_ISSUED, 1, 0, 0, 0],
  ]);
  await tx.insertMany(
    'ledger_transfer',
    ['id', 'kind', 'debit', 'credit', 'amount', 'released', 'pending_id', 'code', 'created_at'],
    [
      [transferOf(CARD_CHAIN, 1), MOVE, CAP_GRANTED, CAP, 9083, 0, null, GRANT, TIME],
      [transferOf(STOCK_CHAIN, 1), MOVE, STOCK_GRANTED, STOCK, 2, 0, null, ADD, TIME],
      [transferOf(REDEMPTION, 1), MOVE, STOCK, STOCK_ISSUED, 1, 0, null, REDEEM, TIME],
      [transferOf(REDEMPTION, 2), HOLD, CAP, COST, 30, 0, null, REDEEM, TIME],
    ],
  );
  await tx.insertMany('ledger_hold', ['chain', 'expires_at', 'open'], [[bytes(REDEMPTION), TIME + 86_400_000, 1]]);
  await seedChains(tx);
}

async function seedChains(tx: Sql): Promise<void> {
  const applied = (chain: string, transfers: number) => [0, null, null, null, null, transfers, TIME, bytes(chain)];
  const refusal = '{"refused":true,"code":"OUT_OF_STOCK","message":"This perk is out of stock."}';
  const rows = [
    applied(CARD_CHAIN, 1),
    applied(STOCK_CHAIN, 1),
    applied(REDEMPTION, 2),
    [11, 0, refusal, 0, null, 0, TIME, bytes(REFUSED_CHAIN)],
  ];
  await tx.insertMany(
    'ledger_chain',
    [
      'status',
      'refused_at',
      'refusal',
      'available',
      'flexible_amount',
      'transfers',
      'created_at',
      'id',
      'chain_key',
      'fingerprint',
    ],
    rows.map((row) => [...row, row.at(-1)!, row.at(-1)!]),
  );
}
