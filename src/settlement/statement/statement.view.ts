// Statements in the words of the API.
import { toGlobalId } from '../../kernel/id';
import { type Signature, type StatedItem, type Statement, type Sum, totalsOf } from './statement';
import type { StatementItemType, StatementLineType, StatementSumType, StatementType } from './statement.type';
import type { StatedLine } from './statement-line.store';

export function statementView(source: Statement): StatementType {
  const { id, agreementId, body, issuedBy, operator, partner } = source;
  const { currency, previousHash, items } = body;
  const money = (amount: number) => ({ amount, currency });
  const { opening, received, given, adjustments, closing, disputed } = totalsOf(items);
  return {
    id: toGlobalId('statement', id),
    agreement: toGlobalId('agreement', agreementId),
    agreementCode: body.agreement,
    partner: body.partner,
    title: body.title,
    number: body.number,
    startsAt: new Date(body.startsAt),
    endsAt: new Date(body.endsAt),
    issuedAt: new Date(body.issuedAt),
    issuedBy,
    lineCount: body.lineCount,
    hash: body.hash,
    previousHash: previousHash ?? null,
    totals: {
      opening: money(opening),
      received: money(received),
      given: money(given),
      adjustments: money(adjustments),
      closing: money(closing),
      disputed: money(disputed),
    },
    items: items.map((item) => itemView(item, currency)),
    operatorSignature: signatureView(operator),
    partnerSignature: signatureView(partner),
  };
}

function signatureView(signature: Signature | undefined) {
  return signature ? { at: new Date(signature.at), by: signature.by } : null;
}

function itemView(item: StatedItem, currency: string): StatementItemType {
  const sum = ({ quantity, value }: Sum): StatementSumType => ({ quantity, value: { amount: value, currency } });
  const { code, side, kind, unit, unitValue, opening, counted, adjusted, closing, disputed } = item;
  return {
    ...{ item: code, side, kind, unit, unitValue: { amount: unitValue, currency } },
    opening: sum(opening),
    counted: sum(counted),
    adjusted: sum(adjusted),
    closing: sum(closing),
    disputed: sum(disputed),
  };
}

export function lineView({ id, at, item, kind, quantity, value, reference }: StatedLine, currency: string) {
  const amount = { amount: value, currency };
  const view: StatementLineType = { id, at: new Date(at), item, kind, quantity, value: amount, reference: null };
  return { ...view, reference: reference ?? null };
}
