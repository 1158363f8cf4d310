// What adjustments come from: the name that makes each of them be made once, and what that is at the API.
import { type GlobalIdType, type Id, isId, toGlobalId } from '../../kernel/id';

/** Where an adjustment comes from; one is made once for each kind and id of an agreement. */
export interface AdjustmentSource {
  /** a-z, 0-9 and hyphens, such as `dispute`. */
  readonly kind: string;
  readonly id: string;
}

/** A delivery may be disputed again, and each dispute ends by itself; they are numbered from 1. */
export function disputeSource(delivery: Id, dispute: number): AdjustmentSource {
  return { kind: 'dispute', id: `${delivery}-${dispute}` };
}

interface Found {
  readonly id: Id;
  readonly kind: string;
  readonly redemptionId?: Id;
  readonly runId?: Id;
  readonly line?: number;
}

/** Which redemption or line an item is about, whichever reconciliation has found it. */
export function reconciliationSource({ id, redemptionId, kind, line, runId }: Found): AdjustmentSource {
  const item = runId === undefined ? id : `${kind} ${runId} ${line}`;
  return { kind: 'reconciliation', id: redemptionId === undefined ? item : `${kind} ${redemptionId}` };
}

/** What holds the id, for each count of words that an id of `reconciliationSource` has. */
const RECONCILED: readonly GlobalIdType[] = ['reconciliationItem', 'redemption', 'reconciliation'];

/** The global id of what the source is about; of a source that is no object here, its own id. */
export function sourceGlobalId({ kind, id }: AdjustmentSource): string {
  const words = kind === 'dispute' ? [id.slice(0, id.lastIndexOf('-'))] : id.split(' ');
  const type = kind === 'dispute' ? 'delivery' : RECONCILED[words.length - 1];
  const about = words.find(isId);
  const known = kind === 'dispute' || kind === 'reconciliation';
  return known && type !== undefined && about !== undefined ? toGlobalId(type, about) : id;
}
