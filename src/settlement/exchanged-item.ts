// An item of an agreement in force, with all that moving something of it in the books asks for.
import { type AgreementItem, ceilingsOf, type FullAgreement } from '../agreements/agreement';
import { aheadThrough, effectOf, inForceAt, phasesOf } from '../agreements/agreement-phases';
import type { Balancing } from '../agreements/exchange-transfers';
import type { Instant } from '../kernel/clock';
import { refuse } from '../kernel/refusal';
import type { ExchangeCeiling } from '../program/agreement-definition';

export interface ExchangedItem {
  readonly item: AgreementItem;
  readonly balancing: Balancing;
  readonly ceilings: readonly ExchangeCeiling[];
}

export const NO_ITEM = refuse('NOT_FOUND', 'The agreement has no such item of this side in force.', 'item');

/** The first item that fits in the revision that was in force when it happened; the room is that of now. */
export function exchangedItem(
  { agreement, revisions }: FullAgreement,
  fits: (item: AgreementItem) => boolean,
  { at, now }: { readonly at: Instant; readonly now: Instant },
): ExchangedItem | undefined {
  const item = inForceAt(revisions, at)?.terms.items.find(fits);
  const phases = phasesOf(agreement, revisions);
  const begun = phases.filter(({ startsAt }) => startsAt <= now);
  if (!item) return undefined;
  const { id: agreementId, currency } = agreement;
  const room = aheadThrough(begun.length > 0 ? begun : phases.slice(0, 1));
  return { item, balancing: { agreementId, currency, ...room }, ceilings: ceilingsOf(item) };
}

/** All items that both sides ever confirmed, each as it was agreed last before an instant, by their numbers. */
export function confirmedItems({ revisions }: FullAgreement, before: Instant): AgreementItem[] {
  const items = new Map<number, AgreementItem>();
  for (const revision of revisions) {
    const effect = effectOf(revision);
    if (effect === undefined) continue;
    for (const item of revision.terms.items) {
      if (effect < before || !items.has(item.number)) items.set(item.number, item);
    }
  }
  return [...items.values()].sort((left, right) => left.number - right.number);
}
