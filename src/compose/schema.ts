// The schema of the gateway: its resolvers, each made by hand.
import { AGREEMENT_RESOLVERS, agreementResolvers } from '../agreements/agreement-side';
import { AuditResolver } from '../audit/audit.resolver';
import { auditMutations } from '../audit/audited-schema';
import { ENGAGEMENT_RESOLVERS, engagementResolvers } from '../engagement/engagement-resolvers';
import { LIFECYCLE_RESOLVERS, lifecycleResolvers } from '../engagement/lifecycle-resolvers';
import { INSIGHT_RESOLVERS, insightResolvers } from '../insight/insight-resolvers';
import type { AccountKey } from '../ledger/account';
import { GroupBudgetResolver } from '../marketplace/group-budget.resolver';
import { OfferResolver } from '../marketplace/offer/offer.resolver';
import { OfferReviewResolver } from '../marketplace/offer/review.resolver';
import { PARTNER_RESOLVERS, partnerResolvers } from '../marketplace/partner/partner-resolvers';
import { LevelResolver } from '../members/level/level.resolver';
import { MemberResolver } from '../members/member.resolver';
import { PointsResolver } from '../members/points.resolver';
import { SALE_RESOLVERS, saleResolvers } from '../members/sale/sale-side';
import { ProgramResolver } from '../program/program.resolver';
import { isOnExchangeBoard } from '../redemption/exchange-board';
import { RedemptionResolver } from '../redemption/redemption.resolver';
import { RefundResolver } from '../redemption/refund/refund.resolver';
import { FeedResolver, serveFeed } from '../redemption/saga/feed.resolver';
import { RedemptionFeed } from '../redemption/saga/redemption-feed';
import { FunnelResolver } from '../redemption/tracking/funnel.resolver';
import { TrackingResolver } from '../redemption/tracking/tracking.resolver';
import { CardBenefitsResolver, MemberWalletResolver } from '../redemption/wallet.resolver';
import { type ResolverClass, schemaOf } from '../server/schema';
import {
  RECONCILIATION_RESOLVERS,
  reconciliationResolvers,
} from '../settlement/reconciliation/reconciliation-resolvers';
import { SETTLEMENT_RESOLVERS, settlementResolvers } from '../settlement/settlement-resolvers';
import { WebhookResolver } from '../webhooks/webhook.resolver';
import type { Gateway } from './gateway';

export const RESOLVERS: readonly ResolverClass[] = [
  ProgramResolver,
  MemberResolver,
  PointsResolver,
  ...SALE_RESOLVERS,
  RefundResolver,
  GroupBudgetResolver,
  LevelResolver,
  OfferResolver,
  OfferReviewResolver,
  ...PARTNER_RESOLVERS,
  ...AGREEMENT_RESOLVERS,
  RedemptionResolver,
  TrackingResolver,
  FunnelResolver,
  FeedResolver,
  WebhookResolver,
  MemberWalletResolver,
  CardBenefitsResolver,
  ...ENGAGEMENT_RESOLVERS,
  ...LIFECYCLE_RESOLVERS,
  ...SETTLEMENT_RESOLVERS,
  ...RECONCILIATION_RESOLVERS,
  ...INSIGHT_RESOLVERS,
  AuditResolver,
];

export function gatewaySchema(gateway: Gateway) {
  const { members, cards, programs, redemptions, ends, stock, partnerAvailability, webhooks } = gateway;
  const { offers, offerReviews } = gateway;
  const current = () => gateway.catalogue.current();
  const budgets = (account: AccountKey) =>
    (isOnExchangeBoard(account) ? gateway.exchangeBoard : gateway.budgets).leftOn(account);
  const watched = new RedemptionFeed((id) => redemptions.find(id), gateway.clock);
  const feed = new FeedResolver(redemptions, watched, current);
  const instances = new Map<ResolverClass, object>([
    [ProgramResolver, new ProgramResolver(programs)],
    [MemberResolver, new MemberResolver(members, cards, current)],
    [PointsResolver, new PointsResolver()],
    ...saleResolvers(gateway, current),
    [RefundResolver, new RefundResolver(gateway.refunds)],
    [GroupBudgetResolver, new GroupBudgetResolver(gateway.budgets, current)],
    [LevelResolver, new LevelResolver(gateway.levels, members, current)],
    [OfferResolver, new OfferResolver(current, stock, offers, offerReviews)],
    [OfferReviewResolver, new OfferReviewResolver(offerReviews, stock, current)],
    ...partnerResolvers(gateway, current),
    ...agreementResolvers(gateway, current),
    [RedemptionResolver, new RedemptionResolver(redemptions, ends, members, current)],
    [TrackingResolver, new TrackingResolver(redemptions, current)],
    [FunnelResolver, new FunnelResolver(gateway.funnel, gateway.impressions, current)],
    [WebhookResolver, new WebhookResolver(webhooks, current)],
    [FeedResolver, feed],
    [MemberWalletResolver, new MemberWalletResolver(redemptions, { stock, partners: partnerAvailability, budgets })],
    [CardBenefitsResolver, new CardBenefitsResolver(budgets)],
    ...engagementResolvers(gateway, current),
    ...lifecycleResolvers(gateway, gateway.database, current),
    ...settlementResolvers(gateway),
    ...reconciliationResolvers(gateway, current),
    ...insightResolvers(gateway),
    [AuditResolver, new AuditResolver(gateway.audit)],
  ]);
  return auditMutations(serveFeed(schemaOf(RESOLVERS, instances), feed), gateway.audit);
}
