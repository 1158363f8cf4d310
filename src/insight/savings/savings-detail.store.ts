// The SQL of a member's savings in detail, batched over members; the sums themselves are accounts and need none.
import { ReadBatcher } from '../../database/batcher';
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow } from '../../database/sql';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { BusinessTime } from '../../kernel/period';
import { type AccountKey, accountParts } from '../../ledger/account';
import { hexOf } from '../../ledger/ledger.store';
import { savingsMonthAccount } from '../../members/member-accounts';
import type { ItemSavings, MonthAmounts, SavedAmounts } from './savings-detail';

const BATCH = { keysMax: 16, inFlightMax: 2 };
/** As the ledger has it: a saving is pending from the claim until the coupon is used or ends otherwise. */
const OPEN = "status IN ('HELD', 'UNKNOWN', 'ISSUED')";
const FIRST_MONTH = 0;
const LAST_MONTH = 2 ** 32 - 1;

/** What months of savings are told by. */
export interface MonthRules {
  readonly time: BusinessTime;
  readonly currency: string;
}

/** Reads savings in detail. Authorise before asking. */
export class SavingsDetailStore {
  private readonly items: ReadBatcher<Id, readonly ItemSavings[]>;
  private readonly months: ReadBatcher<Id, MonthAmounts>;

  constructor(sql: Sql, rules: () => MonthRules) {
    this.items = new ReadBatcher((ids) => readItems(sql, ids), BATCH);
    this.months = new ReadBatcher((ids) => readMonths(sql, ids, rules()), BATCH);
  }

  itemsOf(memberId: Id): Promise<readonly ItemSavings[]> {
    return this.items.load(memberId);
  }

  monthsOf(memberId: Id): Promise<MonthAmounts> {
    return this.months.load(memberId);
  }
}

async function readItems(sql: Sql, ids: readonly Id[]): Promise<ItemSavings[][]> {
  const rows = await sql.arrays(
    `SELECT member_id, item_kind, item_id, partner_id, term_id,
       SUM(CASE WHEN status = 'USED' AND face_value > co_pay THEN face_value - co_pay ELSE 0 END),
       SUM(CASE WHEN ${OPEN} THEN face_value ELSE 0 END),
       SUM(CASE WHEN status = 'USED' THEN 1 ELSE 0 END),
       SUM(CASE WHEN ${OPEN} THEN 1 ELSE 0 END)
     FROM redemption WHERE member_id IN (${questionMarks(ids.length)}) AND (status = 'USED' OR ${OPEN})
     GROUP BY member_id, item_kind, item_id, partner_id, term_id`,
    ids.map(idToBytes),
  );
  const byMember = new Map<Id, ItemSavings[]>(ids.map((id) => [id, []]));
  for (const row of rows) byMember.get(idFromBytes(row[0] as Buffer))?.push(itemFrom(row));
  return ids.map((id) => byMember.get(id)!);
}

function itemFrom(row: SqlRow): ItemSavings {
  const optionalId = (value: SqlRow[number] | undefined) => (Buffer.isBuffer(value) ? idFromBytes(value) : undefined);
  return {
    itemKind: row[1] as ItemSavings['itemKind'],
    itemId: idFromBytes(row[2] as Buffer),
    partnerId: optionalId(row[3]),
    termId: optionalId(row[4]),
    verified: Number(row[5]),
    potential: Number(row[6]),
    used: Number(row[7]),
    open: Number(row[8]),
  };
}

/** The accounts of the months, which are gone from the member's packed read once they are past, and what is open. */
async function readMonths(sql: Sql, ids: readonly Id[], { time, currency }: MonthRules): Promise<MonthAmounts[]> {
  const key = (id: Id, month: number) => Buffer.from(savingsMonthAccount(id, month, currency), 'hex');
  const ranges = ids.flatMap((id) => [key(id, FIRST_MONTH), key(id, LAST_MONTH)]);
  const [accounts, open] = await Promise.all([
    sql.arrays(
      `SELECT account, credits_posted - debits_posted FROM ledger_account
       WHERE ${ids.map(() => 'account BETWEEN ? AND ?').join(' OR ')}`,
      ranges,
    ),
    sql.arrays(
      `SELECT member_id, claimed_at, face_value FROM redemption
       WHERE member_id IN (${questionMarks(ids.length)}) AND ${OPEN}`,
      ids.map(idToBytes),
    ),
  ]);
  const byMember = new Map(ids.map((id) => [id, new Map<number, SavedAmounts>()]));
  const add = (id: Id, month: number, more: Partial<SavedAmounts>): void => {
    const months = byMember.get(id)!;
    const known = months.get(month) ?? { verified: 0, potential: 0 };
    const { verified = 0, potential = 0 } = more;
    months.set(month, { verified: known.verified + verified, potential: known.potential + potential });
  };
  for (const row of accounts) {
    const account: AccountKey = hexOf(row[0]);
    const { holder, period } = accountParts(account);
    add(holder, period, { verified: Number(row[1]) });
  }
  for (const row of open) {
    const month = time.periodAt('MONTH', Number(row[1]));
    add(idFromBytes(row[0] as Buffer), month, { potential: Number(row[2]) });
  }
  return ids.map((id) => byMember.get(id)!);
}
