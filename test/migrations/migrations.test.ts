// All migrations in their order over the rows that were there before, and back again; each table as it should be.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { seed as seedLedger } from '../../migrations/0001-ledger/seed';
import { seed as seedProgram } from '../../migrations/0002-program/seed';
import { seed as seedMembers } from '../../migrations/0003-members-and-redemptions/seed';
import { seed as seedPartnerEvents } from '../../migrations/0004-partner-events/seed';
import { seed as seedPartners } from '../../migrations/0005-partners/seed';
import { seed as seedOffers } from '../../migrations/0006-offers/seed';
import { seed as seedSaga } from '../../migrations/0007-saga/seed';
import { seed as seedWebhooks } from '../../migrations/0008-webhooks/seed';
import { seed as seedPartnerStock } from '../../migrations/0009-partner-stock/seed';
import { seed as seedMemberEvents } from '../../migrations/0011-member-events/seed';
import { seed as seedLevels } from '../../migrations/0012-levels/seed';
import { seed as seedSales } from '../../migrations/0013-sales/seed';
import { seed as seedEngagement } from '../../migrations/0014-engagement/seed';
import { seed as seedLifecycle } from '../../migrations/0015-lifecycle/seed';
import { seed as seedAlerts } from '../../migrations/0016-alerts/seed';
import { seed as seedAudit } from '../../migrations/0017-audit/seed';
import { seed as seedAgreements } from '../../migrations/0018-agreements/seed';
import { seed as seedSettlement } from '../../migrations/0019-settlement/seed';
import { seed as seedReconciliation } from '../../migrations/0020-reconciliation/seed';
import { seed as seedTracking } from '../../migrations/0021-tracking/seed';
import { seed as seedFigures } from '../../migrations/0022-figures/seed';
import { seed as seedAmendments } from '../../migrations/0023-amendments/seed';
import { seed as seedContraRows } from '../../migrations/0024-contra-rows/seed';
import { MIGRATIONS } from '../../migrations/all';
import { CARD, LIVE_OFFER, LOST_REDEMPTION, MEMBER, OFFER, REDEMPTION, TIME } from '../../migrations/seed-ids';
import { type Database, openDatabase } from '../../src/database/database';
import { mysqlSource } from '../../src/database/mysql';
import type { Sql } from '../../src/database/sql';
import { type MigrationClass, sqliteSource } from '../../src/database/sqlite';
import { ManualClock } from '../../src/kernel/clock';
import { expectBooks, must, openHouse, outcomeOf } from '../support/house';
import { eachDatabase, type Lane } from '../support/lanes';

/** What existed before each later migration, in the order of the migrations. */
const SEEDS: readonly ((tx: Sql) => Promise<void>)[] = [
  seedLedger,
  seedProgram,
  seedMembers,
  seedPartnerEvents,
  seedPartners,
  seedOffers,
  seedSaga,
  seedWebhooks,
  seedPartnerStock,
  seedMemberEvents,
  seedLevels,
  seedSales,
  seedEngagement,
  seedLifecycle,
  seedAlerts,
  seedAudit,
  seedAgreements,
  seedSettlement,
  seedReconciliation,
  seedTracking,
  seedFigures,
  seedAmendments,
  seedContraRows,
];

const BALANCE = 'account credits_posted credits_pending debits_posted debits_pending';
const TABLES: readonly Readonly<Record<string, string>>[] = [
  {
    ledger_account: BALANCE,
    ledger_transfer: 'id kind debit credit amount released pending_id code created_at',
    ledger_chain: 'chain_key id fingerprint status refused_at refusal available flexible_amount transfers created_at',
    ledger_hold: 'chain expires_at open',
    ledger_contra: BALANCE,
    ledger_contra_delta: `id ${BALANCE}`,
  },
  {
    program_item: 'id kind code number definition version retired',
    program_version: 'version applied_at applied_by hash definition',
    catalogue_version: 'id version',
  },
  {
    member: 'id external_id nickname birthday tags joined_at',
    card: 'id member_id plan_id parent_card_id status opened_at closed_at',
    card_term:
      'id card_id member_id order_id program_version starts_at ends_at price cost_cap withdrawn currency broke_even_at',
    redemption:
      'id member_id item_kind item_id partner_id card_id term_id status cost_basis currency cost co_pay face_value ' +
      'points pool_seq code_cipher claimed_at expires_at used_at ended_at due_at due_step',
    code_pool: 'offer_id loaded issued',
    pool_code: 'offer_id seq code_hash code_cipher',
    work_progress: 'name position detail updated_at',
    job_lease: 'name owner until',
  },
  { partner_event: 'id partner_id subject_id type happened_at data' },
  {
    partner:
      'id code taken_code number name contact website description state version claim_hash applied_at applied_by ' +
      'changed_at changed_by reason',
    partner_credential:
      'id partner_id key_prefix key_hash label scopes created_at created_by ends_at last_used_at replaced_by ' +
      'revoked_at revoked_by',
    partner_change: 'partner_id seq kind made_at made_by reason',
    partner_connector: 'partner_id version kind manifest set_at set_by',
    partner_secret: 'partner_id name cipher changed_at changed_by',
  },
  {
    offer:
      'id partner_id code number state live_revision open_revision last_revision paused_by waiting_since created_at',
    offer_revision: 'offer_id number state definition created_at submitted_at reviewed_at reviewed_by reason',
  },
  {
    // Columns that came later stand behind those that were there.
    redemption:
      'id member_id item_kind item_id partner_id card_id term_id status cost_basis currency cost co_pay face_value ' +
      'points pool_seq code_cipher claimed_at expires_at used_at ended_at due_at due_step ' +
      'item_version offer_ref partner_ref link_cipher code_hash attempts step_no',
    reconciliation_item: 'id redemption_id partner_id kind detail found_at resolved_at resolved_by',
  },
  {
    webhook_endpoint: 'partner_id url event_types state disabled_reason failing_since resume_at changed_at',
    webhook_secret: 'partner_id direction id sealed created_at ends_at',
    webhook_delivery:
      'seq event_id partner_id subject_id type happened_at data state attempts due_at last_status last_fault ended_at',
    webhook_received: 'partner_id message_hash received_at',
  },
  { partner_stock: 'partner_id offer_ref available left_count told_at changed_at' },
  {
    ledger_chain:
      'chain_key id fingerprint status refused_at refusal available flexible_amount transfers created_at group_amounts',
    member_event:
      'member_id occurred_at id source event_id type name amount quantity order_id attributes earnings ' +
      'program_version recorded_at',
    event_return: 'id member_id order_id amount state due_at recorded_at points growth stored_value',
    points_lot_due: 'day member_id',
  },
  {
    member:
      'id external_id nickname birthday tags joined_at level_at growth_unbooked level_id level_since level_shown_id ' +
      'level_kept_until level_falls_at level_manual_id level_manual_until level_due_at',
    level_history: 'seq member_id from_id to_id why at program_version noted_by reason',
    level_gift: 'member_id level_id code state program_version reward due_at given_at',
  },
  {
    card_term:
      'id card_id member_id order_id program_version starts_at ends_at price cost_cap withdrawn currency ' +
      'broke_even_at price_code',
    plan_application:
      'id member_id plan_id program_version request_key fingerprint fields evidence state open_key applied_at ' +
      'reviewed_at reviewed_by reason',
    term_gift: 'id member_id term_id reason reward due_at',
    card_refund:
      'id request_key fingerprint member_id card_id plan_id term_id order_id currency price asked less_used amount ' +
      'used_value voided used requested_by requested_at settled_at due_at',
  },
  {
    reward_given:
      'occasion member_id reason program_version points growth stored_value chances redemptions missed given_at',
    reward_due: 'occasion member_id reason program_version reward due_at',
    task_completion: 'member_id task_id assignment period program_version completed_at event_id recorded_at',
    task_day: 'member_id task_id day streak_end',
    draw_seed: 'draw_id day seed',
    draw_odds: 'draw_id version odds',
    drawing: 'id ticket member_id draw_id version day roll landed prize points drawn_at',
    check_in: 'member_id day made_up streak rewarded made_at',
    referral: 'invitee_id inviter_id accepted_at expires_at earned_at event_id',
  },
  {
    member:
      'id external_id nickname birthday tags joined_at level_at growth_unbooked level_id level_since level_shown_id ' +
      'level_kept_until level_falls_at level_manual_id level_manual_until level_due_at ' +
      'stage grade stage_day stage_changes counted_day settled_day lifecycle_due_at birth_day',
    member_day: 'member_id day activities purchases amount returned',
    member_rfm: 'member_id last_day frequency monetary r f m',
    stage_change: 'member_id id from_stage to_stage day program_version recorded_at',
    campaign_run: 'campaign_id occasion state position looked given due_at started_at finished_at',
    campaign_trigger: 'campaign_id member_id occasion due_at',
    campaign_gift: 'id campaign_id member_id occasion state cost program_version decided_at given_at reward',
  },
  {
    alert: 'id kind subject open_key message details raised_at seen_at resolved_at',
    level_census: 'day taken_at members levels',
  },
  {
    audit_entry: 'number kind made_at role actor request_id action subject_type subject_key asked outcome detail hash',
    audit_head: 'one number hash',
  },
  {
    agreement: [
      'id partner_id code owner number state revision last_revision currency starts_at ends_at',
      'created_at created_by closed_at closed_by reason',
    ].join(' '),
    agreement_revision: 'agreement_id number terms created_at created_by operator_at operator_by partner_at partner_by',
  },
  {
    delivery:
      'id agreement_id partner_id item side source external_id quantity value counted_quantity counted_value ' +
      'delivered_at recorded_at recorded_by evidence note fingerprint state disputes',
    delivery_dispute:
      'delivery_id number reason opened_at opened_by resolution quantity resolved_at resolved_by resolved_reason',
    settlement_adjustment:
      'id agreement_id partner_id item side quantity value reason source_kind source_id happened_at made_at made_by',
    statement:
      'id agreement_id partner_id number starts_at ends_at state making_until line_count hash body issued_at ' +
      'issued_by operator_at operator_by partner_at partner_by',
    statement_line: 'statement_id booked_at chain item kind month quantity value reference',
    stated_account: 'account credits debits',
  },
  {
    feed: 'id partner_id name terms period_from period_before state opened_at opened_by closed_at closed_by line_count',
    feed_line: 'feed_id match_key line content code_cipher offer_id amount happened_at day state',
    reconciliation_run:
      'id feed_id partner_id tolerance state step_no position totals done total started_at started_by ended_at',
    reconciliation_ours: 'run_id match_key redemption_id due amount happened_at status',
    reconciliation_match: 'run_id line redemption_id',
    reconciliation_item:
      'id redemption_id partner_id kind detail found_at resolved_at resolved_by origin run_id line differs sides ' +
      'decision reason decided_at decided_by adjustment answer answer_text answered_at answered_by',
  },
  {
    redemption:
      'id member_id item_kind item_id partner_id card_id term_id status cost_basis currency cost co_pay face_value ' +
      'points pool_seq code_cipher claimed_at expires_at used_at ended_at due_at due_step ' +
      'item_version offer_ref partner_ref link_cipher code_hash attempts step_no level_id plan_id source',
    impression: 'day offer_id partner_id shown',
    impression_batch: 'id fingerprint recorded_at',
  },
  {
    change_note: 'id kind subject detail',
    figure_item: 'number id',
    figure_part: 'kind subject cells',
    figure_roll_up: 'figure period one other mark unit value',
  },
  {
    agreement: [
      'id partner_id code owner number state revision last_revision currency starts_at ends_at',
      'created_at created_by closed_at closed_by reason next_at',
    ].join(' '),
    agreement_revision:
      'agreement_id number terms created_at created_by operator_at operator_by partner_at partner_by effective_at',
    redemption:
      'id member_id item_kind item_id partner_id card_id term_id status cost_basis currency cost co_pay face_value ' +
      'points pool_seq code_cipher claimed_at expires_at used_at ended_at due_at due_step item_version ' +
      'offer_ref partner_ref link_cipher code_hash attempts step_no level_id plan_id source agreement_id',
    alert: 'id kind subject open_key message details raised_at seen_at resolved_at partner_id',
  },
  { ledger_contra_delta: 'id moved' },
];

function upTo(count: number): MigrationClass[] {
  return MIGRATIONS.slice(0, count);
}

async function withDatabase<Result>(
  lane: Lane,
  count: number,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({ url: lane.url, migrations: upTo(count), entities: [] });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** TypeORM's own door, since nothing but a test ever goes back. */
async function goBack(lane: Lane, count: number): Promise<void> {
  const source: DataSource =
    lane.name === 'sqlite'
      ? sqliteSource(lane.url.slice('sqlite:'.length), upTo(count), [])
      : mysqlSource(lane.url, 2, upTo(count), []);
  await source.initialize();
  try {
    await source.undoLastMigration();
  } finally {
    await source.destroy();
  }
}

/** Each table with its columns in their order, without the tables of TypeORM and of the database itself. */
async function tablesOf(database: Database): Promise<Record<string, string>> {
  const { name } = database.dialect;
  const statement =
    name === 'mysql'
      ? `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()
         ORDER BY table_name, ordinal_position`
      : `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' ORDER BY m.name, c.cid`;
  const tables: Record<string, string[]> = {};
  for (const [table, column] of await database.read.arrays(statement)) {
    if (/^(migrations|sqlite_.*)$/.test(String(table))) continue;
    tables[String(table)] = [...(tables[String(table)] ?? []), String(column)];
  }
  return Object.fromEntries(Object.entries(tables).map(([table, columns]) => [table, columns.join(' ')]));
}

/** The rows of all tables that the first so many migrations made, in the columns that they had then. */
async function rowsOf(database: Database, count: number): Promise<unknown> {
  const tables: Record<string, string> = Object.assign({}, ...TABLES.slice(0, count));
  const selected = Object.entries(tables).map(([name, columns]) => [name, columns.split(' ').join(', ')]);
  return Promise.all(
    selected.map(async ([name, columns]) => [
      name,
      name === 'ledger_contra_delta'
        ? await appendedMoves(database)
        : await database.read.arrays(`SELECT ${columns} FROM ${name}`),
    ]),
  );
}

/** What is not folded yet of contra accounts, which was a row for each account before it was one for each batch. */
async function appendedMoves(database: Database): Promise<unknown[]> {
  const { ledger_contra_delta: columns } = await tablesOf(database);
  const rows = await database.read.arrays(
    `SELECT ${columns!.replaceAll(' ', ', ')} FROM ledger_contra_delta ORDER BY id`,
  );
  if (columns === 'id moved') return rows.flatMap(([, moved]) => JSON.parse(String(moved)) as unknown[]);
  return rows.map(([, account, ...sides]) => [(account as Buffer).toString('hex'), ...sides]);
}

test('each migration has its reason, its seed and its tables here', () => {
  const root = join(__dirname, '../../migrations');
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect([SEEDS.length, TABLES.length, folders.length]).toEqual(Array(3).fill(MIGRATIONS.length));
  // Each has a number of its own, and they stand in order.
  expect(new Set(folders.map(({ name }) => name.slice(0, 4))).size).toBe(folders.length);
  for (const { name } of folders) {
    expect(name).toMatch(/^\d{4}-[a-z-]+$/);
    expect(readdirSync(join(root, name)).sort()).toEqual(['seed.ts', 'up.ts', 'why.md']);
  }
  // A folder's number is the last part of its migration's time, and each comes after the one before.
  const times = MIGRATIONS.map((migration) => Number(/\d{13}$/.exec(new migration().name)![0]));
  expect(times).toEqual([...new Set(times)].toSorted());
  expect(folders.map(({ name }) => Number(name.slice(0, 4)))).toEqual(times.map((time) => time % 10_000));
});

eachDatabase(
  (lane) => {
    test('go up over rows that were there, and down again', async () => {
      const seen: unknown[] = [];
      for (let count = 1; count <= MIGRATIONS.length; count += 1) {
        await withDatabase(lane, count, async (database) => {
          // Given the rows of before, when the next migration runs, then they are as they were.
          expect(await database.migrate()).toEqual([new MIGRATIONS[count - 1]!().name]);
          expect(await database.migrate()).toEqual([]);
          if (count > 1) expect(await rowsOf(database, count - 1)).toEqual(seen[count - 2]);
          expect(await tablesOf(database)).toEqual(Object.assign({}, ...TABLES.slice(0, count)));
          await database.transaction(SEEDS[count - 1]!);
          seen.push(await rowsOf(database, count));
        });
      }
      // And the house of today lives on with them.
      await withDatabase(lane, MIGRATIONS.length, livesOn);
      // When they are taken back, the last one first, then each leaves what was there before it.
      for (let count = MIGRATIONS.length; count >= 1; count -= 1) {
        const before = await withDatabase(lane, count, (database) => rowsOf(database, count - 1));
        await goBack(lane, count);
        await withDatabase(lane, count - 1, async (database) => {
          expect(await tablesOf(database)).toEqual(Object.assign({}, ...TABLES.slice(0, count - 1)));
          expect(await rowsOf(database, count - 1)).toEqual(before);
        });
      }
      // And they can go up once more.
      await withDatabase(lane, MIGRATIONS.length, async (database) => {
        expect(await database.migrate()).toHaveLength(MIGRATIONS.length);
      });
    }, 60_000);
  },
  { migrations: [] },
);

async function livesOn(database: Database): Promise<void> {
  await expectBooks(database);
  const house = await openHouse(database, { clock: new ManualClock(TIME + 1_000), program: null });
  expect(house.errors).toEqual([]);
  const memberId = (await house.members.idOf('seed-1'))!;
  expect(memberId).toBe(MEMBER);
  const { member, cards } = await house.rows(memberId);
  expect(member).toMatchObject({ nickname: '林小满', tags: ['pets'] });
  expect(cards).toMatchObject([{ id: CARD, terms: [{ price: 10_900, costCap: 9_083 }] }]);
  expect(house.catalogue.current().offerByCode('brewer/mug')).toMatchObject({
    id: LIVE_OFFER,
    number: 100,
    version: 1,
  });
  expect(house.catalogue.current().offerByCode('latte')).toMatchObject({ id: OFFER, couponValidDays: 1 });
  expect(await house.wallet(memberId)).toMatchObject([
    { id: LOST_REDEMPTION, status: 'FAILED' },
    { id: REDEMPTION, status: 'ISSUED', poolSeq: 1 },
  ]);
  // The coupon of then is used today, and the pool goes on with its next code.
  expect(must(await house.use(REDEMPTION)).status).toBe('USED');
  expect(await house.claim(memberId, 'latte')).toMatchObject({ poolSeq: 2 });
  expect(outcomeOf(await house.redeem(memberId, 'latte'))).toBe('OUT_OF_STOCK');
  await expectBooks(database);
}
