// An item of an agreement in force, with all that moving something of it in the books asks for.
import { type AgreementItem, ceilingsOf } from '../agreements/agreement';
import type { FullAgreement } from '../agreements/agreement.service';
import type { Balancing } from '../agreements/exchange-transfers';
import { refuse } from '../kernel/refusal';
import type { ExchangeCeiling } from '../program/agreement-definition';

export interface ExchangedItem {
  readonly item: AgreementItem;
  readonly balancing: Balancing;
  readonly ceilings: readonly ExchangeCeiling[];
}

export const NO_ITEM = refuse('NOT_FOUND', 'The agreement has no such item of this side in force.', 'item');

/** The first item of the revision in force that fits. */
export function exchangedItem(
  { agreement, revisions }: FullAgreement,
  fits: (item: AgreementItem) => boolean,
): ExchangedItem | undefined {
  const terms = revisions.find(({ number }) => number === agreement.revision)?.terms;
  const item = terms?.items.find(fits);
  if (!terms || !item) return undefined;
  const { theirsAhead } = terms.allowedImbalance;
  const { id: agreementId, currency } = agreement;
  return { item, balancing: { agreementId, currency, theirsAhead }, ceilings: ceilingsOf(item) };
}

/** All items that both sides ever confirmed, each as it was last, in the order of their numbers. */
export function confirmedItems({ revisions }: FullAgreement): AgreementItem[] {
  const items = new Map<number, AgreementItem>();
  for (const { operator, partner, terms } of revisions) {
    if (operator && partner) for (const item of terms.items) items.set(item.number, item);
  }
  return [...items.values()].sort((left, right) => left.number - right.number);
}
