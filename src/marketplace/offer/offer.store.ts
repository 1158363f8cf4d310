// The only SQL of partners' offers and their revisions. Whose: the scope that is handed in, before anything else.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import type { Role } from '../../kernel/actor';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import { restoreOffer } from '../../program/program-schema';
import type { Offer, OfferState, RegisteredOffer, Revision, RevisionState } from './offer';

/** A partner's own offers, or those of all (staff). `null`: nobody's, for a token that names no partner. */
export interface OfferScope {
  readonly partnerId?: Id | null;
}

const OFFER_COLUMNS = [
  'id',
  'partner_id',
  'code',
  'number',
  'state',
  'live_revision',
  'open_revision',
  'last_revision',
  'paused_by',
  'waiting_since',
  'created_at',
] as const;
const REVISION_COLUMNS = [
  'offer_id',
  'number',
  'state',
  'definition',
  'created_at',
  'submitted_at',
  'reviewed_at',
  'reviewed_by',
  'reason',
] as const;
const OFFER = OFFER_COLUMNS.map((column) => `o.${column}`).join(', ');
const revisionOf = (alias: string) => REVISION_COLUMNS.map((column) => `${alias}.${column}`).join(', ');
const WITH_REVISIONS = `SELECT ${OFFER}, ${revisionOf('l')}, ${revisionOf('p')} FROM offer o
  LEFT JOIN offer_revision l ON l.offer_id = o.id AND l.number = o.live_revision
  LEFT JOIN offer_revision p ON p.offer_id = o.id AND p.number = o.open_revision`;

function offerRow(offer: Offer): SqlValue[] {
  return [
    idToBytes(offer.id),
    idToBytes(offer.partnerId),
    offer.code,
    offer.number ?? null,
    offer.state,
    offer.liveRevision ?? null,
    offer.openRevision ?? null,
    offer.lastRevision,
    offer.pausedBy ?? null,
    offer.waitingSince ?? null,
    offer.createdAt,
  ];
}

function revisionRow(revision: Revision): SqlValue[] {
  return [
    idToBytes(revision.offerId),
    revision.number,
    revision.state,
    JSON.stringify(revision.definition),
    revision.createdAt,
    revision.submittedAt ?? null,
    revision.reviewedAt ?? null,
    revision.reviewedBy ?? null,
    revision.reason ?? null,
  ];
}

const optional = (value: SqlValue | undefined) => (value === null || value === undefined ? undefined : Number(value));
const optionalText = (value: SqlValue | undefined) => (value === null ? undefined : String(value));

function offerFrom(row: SqlRow): Offer {
  return {
    id: idFromBytes(row[0] as Buffer),
    partnerId: idFromBytes(row[1] as Buffer),
    code: String(row[2]),
    number: optional(row[3]),
    state: row[4] as OfferState,
    liveRevision: optional(row[5]),
    openRevision: optional(row[6]),
    lastRevision: Number(row[7]),
    pausedBy: optionalText(row[8]) as Role | undefined,
    waitingSince: optional(row[9]),
    createdAt: Number(row[10]),
  };
}

/** A damaged one is as if it were not there, so that it takes no list with it. */
function revisionFrom(row: SqlRow): Revision | undefined {
  const definition = Buffer.isBuffer(row[0]) ? restoreOffer(String(row[3])) : undefined;
  if (!definition) return undefined;
  return {
    offerId: idFromBytes(row[0] as Buffer),
    number: Number(row[1]),
    state: row[2] as RevisionState,
    definition,
    createdAt: Number(row[4]),
    submittedAt: optional(row[5]),
    reviewedAt: optional(row[6]),
    reviewedBy: optionalText(row[7]),
    reason: optionalText(row[8]),
  };
}

function registeredFrom(row: SqlRow): RegisteredOffer {
  const [live, open] = [OFFER_COLUMNS.length, OFFER_COLUMNS.length + REVISION_COLUMNS.length];
  return { offer: offerFrom(row), live: revisionFrom(row.slice(live, open)), open: revisionFrom(row.slice(open)) };
}

/** The offer, locked until the commit, if the scope has it. */
export async function lockOffer(tx: Sql, { partnerId }: OfferScope, id: Id): Promise<RegisteredOffer | undefined> {
  const [locked] = await tx.arrays(`SELECT partner_id FROM offer WHERE id = ?${tx.dialect.forUpdate}`, [idToBytes(id)]);
  if (!locked || (partnerId !== undefined && idFromBytes(locked[0] as Buffer) !== partnerId)) return undefined;
  const [row] = await tx.arrays(`${WITH_REVISIONS} WHERE o.id = ?`, [idToBytes(id)]);
  return row && registeredFrom(row);
}

export async function readOffer(sql: Sql, { partnerId }: OfferScope, id: Id): Promise<RegisteredOffer | undefined> {
  const [row] = await sql.arrays(`${WITH_REVISIONS} WHERE o.id = ?`, [idToBytes(id)]);
  const found = row && registeredFrom(row);
  return found && (partnerId === undefined || found.offer.partnerId === partnerId) ? found : undefined;
}

export async function readOfferByCode(sql: Sql, partnerId: Id, code: string): Promise<RegisteredOffer | undefined> {
  const [row] = await sql.arrays(`${WITH_REVISIONS} WHERE o.partner_id = ? AND o.code = ?`, [
    idToBytes(partnerId),
    code,
  ]);
  return row && registeredFrom(row);
}

const IDS_A_STATEMENT = 500;

/** Those of these ids that are there, whoever's they are: authorise before asking. */
export async function readOffers(sql: Sql, ids: readonly Id[]): Promise<RegisteredOffer[]> {
  const found: RegisteredOffer[] = [];
  for (let from = 0; from < ids.length; from += IDS_A_STATEMENT) {
    const some = ids.slice(from, from + IDS_A_STATEMENT).map(idToBytes);
    const rows = await sql.arrays(`${WITH_REVISIONS} WHERE o.id IN (${questionMarks(some.length)})`, some);
    found.push(...rows.map(registeredFrom));
  }
  return found;
}

/** Whose registered offers these are; those that are not there are left out. */
export async function partnersOfOffers(sql: Sql, ids: readonly Id[]): Promise<Map<Id, Id>> {
  const found = new Map<Id, Id>();
  for (let from = 0; from < ids.length; from += IDS_A_STATEMENT) {
    const some = ids.slice(from, from + IDS_A_STATEMENT).map(idToBytes);
    const rows = await sql.arrays(`SELECT id, partner_id FROM offer WHERE id IN (${questionMarks(some.length)})`, some);
    for (const row of rows) found.set(idFromBytes(row[0] as Buffer), idFromBytes(row[1] as Buffer));
  }
  return found;
}

export interface OfferPage {
  readonly state?: OfferState;
  /** Only those registered earlier. */
  readonly before?: Id;
  readonly limit: number;
}

/** Newest first. */
export async function listOffers(sql: Sql, { partnerId }: OfferScope, page: OfferPage): Promise<RegisteredOffer[]> {
  if (partnerId === null) return [];
  const { state, before = 'f'.repeat(32), limit } = page;
  const values: SqlValue[] = [idToBytes(before)];
  if (partnerId !== undefined) values.push(idToBytes(partnerId));
  if (state !== undefined) values.push(state);
  const rows = await sql.arrays(
    `${WITH_REVISIONS} WHERE o.id < ? ${partnerId === undefined ? '' : 'AND o.partner_id = ?'}
     ${state === undefined ? '' : 'AND o.state = ?'} ORDER BY o.id DESC LIMIT ${Math.trunc(limit)}`,
    values,
  );
  return rows.map(registeredFrom);
}

/** Those that wait for review, the longest waiting first, after the one that the cursor names. */
export async function listWaiting(
  sql: Sql,
  after: { readonly since: Instant; readonly id: Id } | undefined,
  limit: number,
): Promise<RegisteredOffer[]> {
  const { since, id } = after ?? { since: 0, id: '0'.repeat(32) };
  const rows = await sql.arrays(
    `${WITH_REVISIONS} WHERE o.waiting_since IS NOT NULL AND
     (o.waiting_since > ? OR (o.waiting_since = ? AND o.id > ?))
     ORDER BY o.waiting_since, o.id LIMIT ${Math.trunc(limit)}`,
    [since, since, idToBytes(id)],
  );
  return rows.map(registeredFrom);
}

export async function countOffers(sql: Sql, partnerId: Id): Promise<number> {
  const [row] = await sql.arrays("SELECT COUNT(*) FROM offer WHERE partner_id = ? AND state <> 'ENDED'", [
    idToBytes(partnerId),
  ]);
  return Number(row![0]);
}

export async function insertOffer(tx: Sql, offer: Offer, revision: Revision): Promise<void> {
  await tx.insertMany('offer', OFFER_COLUMNS, [offerRow(offer)]);
  await insertRevision(tx, revision);
}

export async function insertRevision(tx: Sql, revision: Revision): Promise<void> {
  await tx.insertMany('offer_revision', REVISION_COLUMNS, [revisionRow(revision)]);
}

/** Call it under the lock of `lockOffer`. */
export async function updateOffer(tx: Sql, offer: Offer): Promise<void> {
  const [id, , , ...values] = offerRow(offer);
  const changes = OFFER_COLUMNS.slice(3).map((column) => `${column} = ?`);
  await tx.run(`UPDATE offer SET ${changes.join(', ')} WHERE id = ?`, [...values, id!]);
}

/** Call it under the lock of `lockOffer`. */
export async function updateRevision(tx: Sql, revision: Revision): Promise<void> {
  const [id, number, ...values] = revisionRow(revision);
  const changes = REVISION_COLUMNS.slice(2).map((column) => `${column} = ?`);
  await tx.run(`UPDATE offer_revision SET ${changes.join(', ')} WHERE offer_id = ? AND number = ?`, [
    ...values,
    id!,
    number!,
  ]);
}
