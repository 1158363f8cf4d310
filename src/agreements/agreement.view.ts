// Agreements in the words of the API.
import type { Instant } from '../kernel/clock';
import { toGlobalId } from '../kernel/id';
import type { MoneyType } from '../request/shared.type';
import {
  type AgreementItem,
  type AgreementRevision,
  type Confirmation,
  type FullAgreement,
  stateAt,
} from './agreement';
import type { AgreementBalancesType, AgreementItemType, AgreementRevisionType, AgreementType } from './agreement.type';
import type { AgreementBalances, CeilingBalance } from './agreement-balances';
import { effectOf, inForceAt, upcomingAt } from './agreement-phases';

/** What the API shows, and what its further fields are made from. */
export interface AgreementView extends AgreementType {
  readonly source: FullAgreement;
}

export function agreementView(source: FullAgreement, partner: string, now: Instant): AgreementView {
  const { agreement, revisions } = source;
  const { id, code, owner, currency, startsAt, endsAt, closed } = agreement;
  const views = revisions.map((one) => revisionView(one, currency));
  const shown = (one: AgreementRevision | undefined) => views.find(({ number }) => number === one?.number) ?? null;
  const last = revisions.at(-1);
  return {
    id: toGlobalId('agreement', id),
    code,
    partner,
    owner,
    state: stateAt(agreement, now),
    startsAt: new Date(startsAt),
    endsAt: new Date(endsAt),
    inForce: shown(inForceAt(revisions, now)),
    upcoming: shown(upcomingAt(revisions, now)),
    waiting: shown(last && effectOf(last) === undefined ? last : undefined),
    revisions: views,
    closed: confirmationView(closed),
    closeReason: closed?.reason ?? null,
    source,
  };
}

function confirmationView(confirmation: Confirmation | undefined) {
  return confirmation ? { at: new Date(confirmation.at), by: confirmation.by } : null;
}

function revisionView(revision: AgreementRevision, currency: string): AgreementRevisionType {
  const { number, terms, createdAt, createdBy, operator, partner } = revision;
  const { title, startsOn, endsBefore, effectiveOn, settlement, allowedImbalance } = terms;
  const effect = effectOf(revision);
  const money = (amount: number | undefined): MoneyType | null => (amount === undefined ? null : { amount, currency });
  return {
    number,
    title,
    startsOn,
    endsBefore,
    effectiveOn: effectiveOn ?? null,
    effectiveAt: effect === undefined ? null : new Date(effect),
    settlement,
    items: terms.items.map((item) => itemView(item, currency)),
    oursAhead: money(allowedImbalance.oursAhead),
    theirsAhead: money(allowedImbalance.theirsAhead),
    createdAt: new Date(createdAt),
    createdBy,
    operator: confirmationView(operator),
    partner: confirmationView(partner),
  };
}

function itemView(item: AgreementItem, currency: string): AgreementItemType {
  return {
    ...item,
    unitValue: { amount: item.unitValue, currency },
    quantity: item.quantity ?? null,
    ceiling: item.ceiling ?? null,
    offers: item.offers.map((offer) => toGlobalId('offer', offer)),
  };
}

export function balancesView(balances: AgreementBalances, currency: string): AgreementBalancesType {
  const money = (amount: number): MoneyType => ({ amount, currency });
  const { given, received, held, imbalance, roomLeft, overdrawn } = balances;
  return {
    items: balances.items.map(({ item, given: sum, held: waiting, ceilings }) => ({
      item: item.code,
      side: item.side,
      quantity: sum.quantity,
      value: money(sum.value),
      heldQuantity: waiting.quantity,
      heldValue: money(waiting.value),
      ceilings: ceilings.map(ceilingView),
    })),
    given: money(given),
    received: money(received),
    held: money(held),
    imbalance: money(imbalance),
    roomLeft: roomLeft === undefined ? null : money(roomLeft),
    overdrawn: money(overdrawn),
  };
}

function ceilingView({ period, resetsAt, quantity, used, held, left }: CeilingBalance) {
  const per = period === 'TERM' ? ('EVER' as const) : period;
  return { per, quantity, used, held, left, resetsAt: resetsAt === undefined ? null : new Date(resetsAt) };
}
