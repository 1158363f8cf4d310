// The columns of an export: which ones a role gets, and how the ids of members are masked for it.
import type { Role } from '../../kernel/actor';
import { type Id, toGlobalId } from '../../kernel/id';
import type { Cell } from '../../kernel/sheet';
import type { Catalogue } from '../../program/catalogue';
import { type Redemption, statusAt } from '../redemption';

/** What a cell is made of. */
export interface ExportRow {
  readonly redemption: Redemption;
  readonly catalogue: Catalogue;
  /** When the page was read. */
  readonly now: number;
  /** The operator's own id of the member, masked as the role asks; absent where the role gets none. */
  readonly member?: string;
}

interface Column {
  readonly name: string;
  readonly cell: (row: ExportRow) => Cell;
}

function time(instant: number | undefined): Cell {
  return instant === undefined ? null : new Date(instant).toISOString();
}

function named(id: Id | undefined, find: (id: Id) => { readonly code: string } | undefined): Cell {
  return id === undefined ? null : (find(id)?.code ?? id);
}

const OWN: readonly Column[] = [
  { name: 'redemption', cell: ({ redemption }) => toGlobalId('redemption', redemption.id) },
  {
    name: 'partner',
    cell: ({ redemption, catalogue }) => named(redemption.partnerId, (id) => catalogue.partner(id)),
  },
  { name: 'offer', cell: ({ redemption, catalogue }) => named(redemption.itemId, (id) => catalogue.offer(id)) },
  {
    name: 'agreement',
    cell: ({ redemption: { agreementId } }) => (agreementId ? toGlobalId('agreement', agreementId) : null),
  },
  { name: 'title', cell: ({ redemption, catalogue }) => catalogue.offer(redemption.itemId)?.title ?? null },
  { name: 'status', cell: ({ redemption, now }) => statusAt(redemption, now) },
  { name: 'currency', cell: ({ redemption }) => redemption.currency },
  { name: 'face_value', cell: ({ redemption }) => redemption.faceValue },
  { name: 'claimed_at', cell: ({ redemption }) => time(redemption.claimedAt) },
  { name: 'expires_at', cell: ({ redemption }) => time(redemption.expiresAt) },
  { name: 'used_at', cell: ({ redemption }) => time(redemption.usedAt) },
  { name: 'ended_at', cell: ({ redemption }) => time(redemption.endedAt) },
  { name: 'partner_ref', cell: ({ redemption }) => redemption.atPartner?.partnerRef ?? null },
];

const FURTHER: readonly Column[] = [
  { name: 'cost', cell: ({ redemption }) => redemption.cost },
  { name: 'co_pay', cell: ({ redemption }) => redemption.coPay },
  { name: 'points', cell: ({ redemption }) => redemption.points },
  { name: 'member', cell: ({ member }) => member ?? null },
  { name: 'level', cell: ({ redemption, catalogue }) => named(redemption.levelId, (id) => catalogue.level(id)) },
  { name: 'plan', cell: ({ redemption, catalogue }) => named(redemption.planId, (id) => catalogue.plan(id)) },
  { name: 'source', cell: ({ redemption }) => redemption.source ?? null },
];

/** A partner gets nothing of the member, and nothing of what it costs the operator. */
export function columnsFor(role: Role): readonly Column[] {
  return role === 'PARTNER' ? OWN : [...OWN, ...FURTHER];
}

const CLEAR: ReadonlySet<Role> = new Set<Role>(['ADMIN', 'AUDITOR', 'OPERATIONS']);

/** The roles that may look a member up see its id; BD sees enough of it to tell two members apart in a talk. */
export function memberFor(role: Role): ((externalId: string) => string) | undefined {
  if (role === 'PARTNER') return undefined;
  return CLEAR.has(role) ? (externalId) => externalId : masked;
}

/** `customer-1234` → `cu***34`; short ones are masked whole. Its length is not told either. */
export function masked(externalId: string): string {
  const letters = [...externalId];
  return letters.length < 8 ? '***' : `${letters.slice(0, 2).join('')}***${letters.slice(-2).join('')}`;
}
