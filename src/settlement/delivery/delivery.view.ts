// Deliveries and adjustments in the words of the API, with the codes of their items.
import type { FullAgreement } from '../../agreements/agreement';
import { type Id, toGlobalId } from '../../kernel/id';
import type { Adjustment } from '../adjustment/adjustment';
import { sourceGlobalId } from '../adjustment/adjustment-source';
import type { Dispute } from './delivery';
import type { FullDelivery } from './delivery.service';
import type { AdjustmentType, DeliveryDisputeType, DeliveryType } from './delivery.type';

export type AgreementsById = ReadonlyMap<Id, FullAgreement>;

/** The code that an item had in the last revision that has it. */
export function itemCode({ revisions }: FullAgreement, number: number): string {
  const items = revisions.flatMap(({ terms }) => terms.items);
  return items.findLast((item) => item.number === number)?.code ?? String(number);
}

export function deliveryView({ delivery, disputes }: FullDelivery, agreements: AgreementsById): DeliveryType {
  const found = agreements.get(delivery.agreementId)!;
  const { currency } = found.agreement;
  return {
    ...delivery,
    id: toGlobalId('delivery', delivery.id),
    agreement: toGlobalId('agreement', delivery.agreementId),
    item: itemCode(found, delivery.item),
    value: { amount: delivery.value, currency },
    countedValue: { amount: delivery.countedValue, currency },
    deliveredAt: new Date(delivery.deliveredAt),
    recordedAt: new Date(delivery.recordedAt),
    note: delivery.note ?? null,
    disputes: disputes.map(disputeView),
  };
}

function disputeView({ number, reason, openedAt, openedBy, resolved }: Dispute): DeliveryDisputeType {
  return {
    number,
    reason,
    openedAt: new Date(openedAt),
    openedBy,
    resolution: resolved?.resolution ?? null,
    quantity: resolved?.quantity ?? null,
    resolvedAt: resolved ? new Date(resolved.at) : null,
    resolvedBy: resolved?.by ?? null,
    resolvedReason: resolved?.reason ?? null,
  };
}

export function adjustmentView(adjustment: Adjustment, agreements: AgreementsById): AdjustmentType {
  const { id, agreementId, item, side, quantity, value, reason, source, happenedAt, madeAt, madeBy } = adjustment;
  const found = agreements.get(agreementId)!;
  return {
    id: toGlobalId('adjustment', id),
    agreement: toGlobalId('agreement', agreementId),
    item: itemCode(found, item),
    side,
    quantity,
    value: { amount: value, currency: found.agreement.currency },
    reason,
    sourceKind: source.kind,
    sourceId: sourceGlobalId(source),
    happenedAt: new Date(happenedAt),
    madeAt: new Date(madeAt),
    madeBy,
  };
}
