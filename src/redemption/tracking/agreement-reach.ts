// How far an agreement reaches: whose offers, which, and when. What it paid for is found by that, through indexes.
import { readAgreement, readRevisions } from '../../agreements/agreement.store';
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';

export interface AgreementReach {
  readonly partnerId: Id;
  /** That it paid for by any of its revisions. */
  readonly offers: readonly Id[];
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly endsAt: Instant;
}

interface Narrowed {
  readonly agreementId?: Id;
  readonly partnerId?: Id;
  readonly offerId?: Id;
}

/** `undefined` where there is no such agreement with this partner, or about this offer. */
export async function reachOf(
  sql: Sql,
  { agreementId, partnerId, offerId }: Narrowed & { readonly agreementId: Id },
): Promise<AgreementReach | undefined> {
  const found = await readAgreement(sql, partnerId === undefined ? {} : { partnerId }, agreementId);
  if (!found) return undefined;
  const revisions = (await readRevisions(sql, [agreementId])).get(agreementId)!;
  const offers = new Set(revisions.flatMap(({ terms }) => terms.items.flatMap((item) => item.offers)));
  if (offerId !== undefined && !offers.has(offerId)) return undefined;
  const { startsAt, endsAt } = found;
  return { partnerId: found.partnerId, offers: [...offers], startsAt, endsAt };
}

interface Claimed extends Narrowed {
  readonly claimedFrom?: Instant;
  readonly claimedBefore?: Instant;
}

/** The same redemptions, with all that an agreement among the words says of them; `undefined` for none. */
export async function withinReach<Scope extends Claimed>(sql: Sql, scope: Scope): Promise<Scope | undefined> {
  const { agreementId, offerId } = scope;
  if (agreementId === undefined) return scope;
  const reach = await reachOf(sql, { ...scope, agreementId });
  if (!reach || reach.offers.length === 0) return undefined;
  return {
    ...scope,
    partnerId: reach.partnerId,
    offerId: offerId ?? (reach.offers.length === 1 ? reach.offers[0] : undefined),
    claimedFrom: Math.max(reach.startsAt, scope.claimedFrom ?? reach.startsAt),
    claimedBefore: Math.min(reach.endsAt, scope.claimedBefore ?? reach.endsAt),
  };
}
