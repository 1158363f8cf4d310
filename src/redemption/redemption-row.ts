// A redemption as a row of its table: the columns, and the way there and back.
import { HexBytes, type InsertRow, type SqlRow, type SqlValue } from '../database/sql';
import { type Id, idFromBytes } from '../kernel/id';
import { amountOf } from '../ledger/ledger.store';
import type { AtPartner, DueStep, ItemKind, Redemption, RedemptionStatus } from './redemption';

export const COLUMNS = [
  'id',
  'member_id',
  'item_kind',
  'item_id',
  'partner_id',
  'card_id',
  'term_id',
  'status',
  'cost_basis',
  'currency',
  'cost',
  'co_pay',
  'face_value',
  'points',
  'pool_seq',
  'code_cipher',
  'claimed_at',
  'expires_at',
  'used_at',
  'ended_at',
  'item_version',
  'offer_ref',
  'partner_ref',
  'link_cipher',
  'attempts',
  'step_no',
  'level_id',
  'plan_id',
  'source',
  'agreement_id',
  'due_step',
] as const;
export const SELECTED = COLUMNS.join(', ');

function optionalBytes(id: Id | undefined): HexBytes | null {
  return id === undefined ? null : new HexBytes(id);
}

function optionalId(value: SqlValue | undefined): Id | undefined {
  return Buffer.isBuffer(value) ? idFromBytes(value) : undefined;
}

function optionalNumber(value: SqlValue | undefined): number | undefined {
  return value === null || value === undefined ? undefined : amountOf(value);
}

export function toRow(redemption: Redemption): InsertRow {
  const r = redemption;
  return [
    new HexBytes(r.id),
    new HexBytes(r.memberId),
    r.itemKind,
    new HexBytes(r.itemId),
    optionalBytes(r.partnerId),
    optionalBytes(r.cardId),
    optionalBytes(r.termId),
    r.status,
    r.costBasis,
    r.currency,
    r.cost,
    r.coPay,
    r.faceValue,
    r.points,
    r.poolSeq ?? null,
    r.sealedCode ?? null,
    r.claimedAt,
    r.expiresAt,
    r.usedAt ?? null,
    r.endedAt ?? null,
    r.itemVersion ?? null,
    r.atPartner?.offerRef ?? null,
    r.atPartner?.partnerRef ?? null,
    r.atPartner?.sealedLink ?? null,
    r.atPartner?.attempts ?? 0,
    r.atPartner?.stepNo ?? 0,
    optionalBytes(r.levelId),
    optionalBytes(r.planId),
    r.source ?? null,
    optionalBytes(r.agreementId),
  ];
}

export function fromRow(row: SqlRow): Redemption {
  return {
    id: idFromBytes(row[0] as Buffer),
    memberId: idFromBytes(row[1] as Buffer),
    itemKind: row[2] as ItemKind,
    itemId: idFromBytes(row[3] as Buffer),
    partnerId: optionalId(row[4]),
    cardId: optionalId(row[5]),
    termId: optionalId(row[6]),
    status: row[7] as RedemptionStatus,
    costBasis: row[8] as Redemption['costBasis'],
    currency: String(row[9]),
    cost: amountOf(row[10]),
    coPay: amountOf(row[11]),
    faceValue: amountOf(row[12]),
    points: amountOf(row[13]),
    poolSeq: optionalNumber(row[14]),
    sealedCode: Buffer.isBuffer(row[15]) ? row[15] : undefined,
    claimedAt: amountOf(row[16]),
    expiresAt: amountOf(row[17]),
    usedAt: optionalNumber(row[18]),
    endedAt: optionalNumber(row[19]),
    itemVersion: optionalNumber(row[20]),
    levelId: optionalId(row[26]),
    planId: optionalId(row[27]),
    source: typeof row[28] === 'string' ? row[28] : undefined,
    agreementId: optionalId(row[29]),
    atPartner: typeof row[21] === 'string' ? atPartnerFrom(row[21], row) : undefined,
  };
}

function atPartnerFrom(offerRef: string, row: SqlRow): AtPartner {
  return {
    offerRef,
    partnerRef: typeof row[22] === 'string' ? row[22] : undefined,
    sealedLink: Buffer.isBuffer(row[23]) ? row[23] : undefined,
    attempts: amountOf(row[24]),
    stepNo: amountOf(row[25]),
    dueStep: typeof row[30] === 'string' ? (row[30] as DueStep) : undefined,
  };
}
