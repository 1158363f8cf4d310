// What each argument of the schema that takes a text or an id names, for the test of tenancy.
import { newSigningSecret } from '../../src/partner-port/signature';
import { standardManifest } from './partner-story';
import { RECONCILIATION_CONTENT, RECONCILIATION_KINDS, type ReconciliationKinds } from './reconciliation-kinds';
import { SETTLEMENT_CONTENT, SETTLEMENT_KINDS, type SettlementKind } from './settlement-kinds';
import { TRACKING_KINDS } from './tracking-kinds';

/** What an argument names. `PLAIN` is content, such as a nickname; `PUBLIC_…` belongs to the catalogue of all. */
export type Kind =
  | 'MEMBER'
  | 'CARD'
  | 'REDEMPTION'
  | 'LISTED_OFFER'
  | 'PARTNER'
  | 'PARTNER_ID'
  | 'CREDENTIAL'
  | 'STAFF_CURSOR'
  | 'KEY'
  | 'ORDER'
  | 'COUPON_CURSOR'
  | 'REDEMPTION_CURSOR'
  | 'FUNNEL_CURSOR'
  | 'OFFER'
  | 'OFFER_CODE'
  | 'OFFER_DRAFT'
  | 'OFFER_WAITING'
  | 'OFFER_CURSOR'
  | 'REVIEW_CURSOR'
  | 'WEBHOOK'
  | 'WEBHOOK_CURSOR'
  | 'PUBLIC_CURSOR'
  | 'PUBLIC_ITEM'
  | 'PUBLIC_PLAN'
  | 'APPLICATION'
  | 'DRAWING'
  | 'DRAWING_CURSOR'
  | 'EVENT_CURSOR'
  | 'LEVEL_CURSOR'
  | 'AGREEMENT'
  | 'AGREEMENT_CURSOR'
  | SettlementKind
  | ReconciliationKinds
  | 'ALERT_CURSOR'
  | 'PLAIN';

/** What a partner writes of an offer names nothing but the program's words. */
function ofOffer(mutation: string, argument: string): Record<string, Kind> {
  const fields = ['title', 'description', 'useConditions', 'offerRef', 'schedule.from', 'schedule.until'];
  const audience = ['levels', 'plans', 'tags', 'condition'].map((field) => `audience.${field}`);
  return Object.fromEntries(
    [...fields, ...audience].map((field) => [`Mutation.${mutation}(${argument}.${field})`, 'PLAIN']),
  );
}

/** Whoever adds an argument that takes a text or an id says here what it names; a test fails until it is done. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'Query.auditDrawing(id)': 'DRAWING',
  'Query.agreement(id)': 'AGREEMENT',
  'Query.agreements(after)': 'AGREEMENT_CURSOR',
  'Query.agreements(filter.owner)': 'PLAIN',
  'Query.agreements(filter.partner)': 'PARTNER',
  'Mutation.closeAgreement(input.agreement)': 'AGREEMENT',
  'Mutation.closeAgreement(input.reason)': 'PLAIN',
  'Mutation.confirmAgreement(input.agreement)': 'AGREEMENT',
  'Mutation.createAgreement(input.code)': 'PLAIN',
  'Mutation.createAgreement(input.owner)': 'PLAIN',
  'Mutation.createAgreement(input.partner)': 'PARTNER_ID',
  'Mutation.createAgreement(input.terms.items.offers)': 'LISTED_OFFER',
  'Mutation.reviseAgreement(input.agreement)': 'AGREEMENT',
  'Mutation.reviseAgreement(input.terms.items.offers)': 'LISTED_OFFER',
  'Mutation.createAgreement(input.terms.effectiveOn)': 'PLAIN',
  'Mutation.createAgreement(input.terms.endsBefore)': 'PLAIN',
  'Mutation.createAgreement(input.terms.items.code)': 'PLAIN',
  'Mutation.createAgreement(input.terms.items.unit)': 'PLAIN',
  'Mutation.createAgreement(input.terms.startsOn)': 'PLAIN',
  'Mutation.createAgreement(input.terms.title)': 'PLAIN',
  'Mutation.reviseAgreement(input.terms.effectiveOn)': 'PLAIN',
  'Mutation.reviseAgreement(input.terms.endsBefore)': 'PLAIN',
  'Mutation.reviseAgreement(input.terms.items.code)': 'PLAIN',
  'Mutation.reviseAgreement(input.terms.items.unit)': 'PLAIN',
  'Mutation.reviseAgreement(input.terms.startsOn)': 'PLAIN',
  'Mutation.reviseAgreement(input.terms.title)': 'PLAIN',
  'Query.auditEntries(after)': 'PUBLIC_CURSOR',
  'Query.auditEntries(filter.action)': 'PLAIN',
  'Query.auditEntries(filter.actor)': 'PLAIN',
  'Query.auditEntries(filter.subjectKey)': 'PLAIN',
  'Query.auditEntries(filter.subjectType)': 'PLAIN',
  'Query.campaignGifts(after)': 'PUBLIC_CURSOR',
  'Query.campaignGifts(campaign)': 'PLAIN',
  'Query.campaignPreview(campaign)': 'PLAIN',
  'Query.member(externalId)': 'MEMBER',
  'Query.offers(partner)': 'PARTNER',
  'Query.alerts(after)': 'ALERT_CURSOR',
  'Query.alerts(partner)': 'PARTNER',
  'Query.offersInReview(after)': 'REVIEW_CURSOR',
  'Query.offerExposure(offer)': 'OFFER',
  'Query.registeredOffer(id)': 'OFFER',
  'Query.registeredOffers(after)': 'OFFER_CURSOR',
  'Query.partnerApplication(application)': 'PARTNER_ID',
  'Query.partnerApplication(claimSecret)': 'PLAIN',
  'Query.partnerHealth(partner)': 'PARTNER_ID',
  'Query.partners(after)': 'STAFF_CURSOR',
  'Query.planApplications(after)': 'PUBLIC_CURSOR',
  'Query.planProgram(text)': 'PLAIN',
  'Query.quoteRedemption(card)': 'CARD',
  'Query.quoteRedemption(item)': 'PUBLIC_ITEM',
  'Query.quoteRedemption(member)': 'MEMBER',
  ...RECONCILIATION_KINDS,
  'Query.redemption(id)': 'REDEMPTION',
  ...TRACKING_KINDS,
  ...SETTLEMENT_KINDS,
  'Query.webhookDeliveries(after)': 'WEBHOOK_CURSOR',
  'Query.webhookEndpoint(partner)': 'PARTNER',
  'Subscription.redemptionUpdated(id)': 'REDEMPTION',
  'Member.coupons(after)': 'COUPON_CURSOR',
  'Member.perks(after)': 'PUBLIC_CURSOR',
  'Member.levelHistory(after)': 'LEVEL_CURSOR',
  'Member.checkIns(month)': 'PLAIN',
  'Member.drawings(after)': 'DRAWING_CURSOR',
  'Member.events(after)': 'EVENT_CURSOR',
  'Member.stageChanges(after)': 'PUBLIC_CURSOR',
  // A code is made to be given away: whoever has it may accept it.
  'Mutation.acceptReferral(code)': 'PLAIN',
  'Mutation.acceptReferral(member)': 'MEMBER',
  'Mutation.assignTasks(assignments.idempotencyKey)': 'KEY',
  'Mutation.assignTasks(assignments.member)': 'MEMBER',
  'Mutation.assignTasks(assignments.task)': 'PLAIN',
  'Mutation.checkIn(member)': 'MEMBER',
  'Mutation.draw(input.draw)': 'PLAIN',
  'Mutation.draw(input.idempotencyKey)': 'KEY',
  'Mutation.draw(input.member)': 'MEMBER',
  'Mutation.makeUpCheckIn(date)': 'PLAIN',
  'Mutation.makeUpCheckIn(member)': 'MEMBER',
  'Mutation.recordEvents(events.eventId)': 'PLAIN',
  'Mutation.recordEvents(events.member)': 'MEMBER',
  'Mutation.recordEvents(events.name)': 'PLAIN',
  'Mutation.recordEvents(events.orderId)': 'ORDER',
  'Mutation.recordEvents(events.source)': 'PLAIN',
  'Mutation.refundStoredValue(input.idempotencyKey)': 'KEY',
  'Mutation.refundStoredValue(input.member)': 'MEMBER',
  'Mutation.refundStoredValue(input.orderId)': 'ORDER',
  'Mutation.cancelStoredValuePayment(input.member)': 'MEMBER',
  'Mutation.cancelStoredValuePayment(input.paidBy)': 'PLAIN',
  'Mutation.cancelStoredValuePayment(input.paymentKey)': 'KEY',
  'Mutation.spendStoredValue(input.idempotencyKey)': 'KEY',
  'Mutation.spendStoredValue(input.member)': 'MEMBER',
  'Mutation.spendStoredValue(input.orderId)': 'ORDER',
  'Mutation.adjustBalance(input.idempotencyKey)': 'KEY',
  'Mutation.adjustBalance(input.member)': 'MEMBER',
  'Mutation.applyForPlan(input.evidence)': 'PLAIN',
  'Mutation.applyForPlan(input.fields.code)': 'PLAIN',
  'Mutation.applyForPlan(input.fields.value)': 'PLAIN',
  'Mutation.applyForPlan(input.idempotencyKey)': 'KEY',
  'Mutation.applyForPlan(input.plan)': 'PLAIN',
  'Mutation.applyProgram(text)': 'PLAIN',
  'Mutation.cancelRedemption(input.idempotencyKey)': 'KEY',
  'Mutation.claimLevelGift(input.gift)': 'PLAIN',
  'Mutation.claimLevelGift(input.level)': 'PLAIN',
  'Mutation.claimLevelGift(input.member)': 'MEMBER',
  'Mutation.clearManualLevel(input.member)': 'MEMBER',
  'Mutation.clearManualLevel(input.reason)': 'PLAIN',
  'Mutation.setManualLevel(input.level)': 'PLAIN',
  'Mutation.setManualLevel(input.member)': 'MEMBER',
  'Mutation.setManualLevel(input.reason)': 'PLAIN',
  'Mutation.cancelRedemption(input.redemption)': 'REDEMPTION',
  'Mutation.closeCard(card)': 'CARD',
  ...ofOffer('createOffer', 'input'),
  'Mutation.createOffer(input.code)': 'OFFER_CODE',
  ...ofOffer('reviseOffer', 'changes'),
  'Mutation.reviseOffer(offer)': 'OFFER_DRAFT',
  'Mutation.submitOffer(offer)': 'OFFER_DRAFT',
  'Mutation.withdrawOffer(offer)': 'OFFER_WAITING',
  'Mutation.pauseOffer(offer)': 'OFFER',
  'Mutation.resumeOffer(offer)': 'OFFER',
  'Mutation.endOffer(offer)': 'OFFER_DRAFT',
  'Mutation.reviewOffer(input.offer)': 'OFFER_WAITING',
  'Mutation.reviewOffer(input.reason)': 'PLAIN',
  'Mutation.confirmUse(input.idempotencyKey)': 'KEY',
  'Mutation.confirmUse(input.redemption)': 'REDEMPTION',
  'Mutation.createPartnerCredential(input.label)': 'PLAIN',
  'Mutation.createPartnerCredential(input.partner)': 'PARTNER_ID',
  'Mutation.openCard(input.member)': 'MEMBER',
  'Mutation.openCard(input.orderId)': 'ORDER',
  'Mutation.openCard(input.parentCard)': 'CARD',
  'Mutation.openCard(input.plan)': 'PUBLIC_PLAN',
  'Mutation.openCard(input.priceCode)': 'PLAIN',
  'Mutation.redeem(input.card)': 'CARD',
  'Mutation.redeem(input.idempotencyKey)': 'KEY',
  'Mutation.redeem(input.item)': 'PUBLIC_ITEM',
  'Mutation.redeem(input.member)': 'MEMBER',
  'Mutation.registerMembers(members.birthday)': 'PLAIN',
  'Mutation.registerMembers(members.externalId)': 'MEMBER',
  'Mutation.registerMembers(members.nickname)': 'PLAIN',
  'Mutation.registerMembers(members.tags)': 'PLAIN',
  'Mutation.removePartnerConnector(partner)': 'PARTNER_ID',
  'Mutation.renewCard(input.card)': 'CARD',
  'Mutation.registerPartner(input.contact)': 'PLAIN',
  'Mutation.registerPartner(input.description)': 'PLAIN',
  'Mutation.registerPartner(input.name)': 'PLAIN',
  'Mutation.registerPartner(input.code)': 'PLAIN',
  'Mutation.registerPartner(input.website)': 'PLAIN',
  'Mutation.renewCard(input.orderId)': 'ORDER',
  'Mutation.renewCard(input.priceCode)': 'PLAIN',
  'Mutation.refundCard(input.card)': 'CARD',
  'Mutation.refundCard(input.idempotencyKey)': 'KEY',
  'Mutation.refundCard(input.orderId)': 'ORDER',
  'Mutation.reviewPlanApplication(input.application)': 'APPLICATION',
  'Mutation.reviewPlanApplication(input.reason)': 'PLAIN',
  'Mutation.resendWebhook(delivery)': 'WEBHOOK',
  'Mutation.setWebhookEndpoint(input.eventTypes)': 'PLAIN',
  'Mutation.setWebhookEndpoint(input.url)': 'PLAIN',
  'Mutation.resumePartner(input.partner)': 'PARTNER_ID',
  'Mutation.resumePartner(input.reason)': 'PLAIN',
  'Mutation.reviewPartner(input.partner)': 'PARTNER_ID',
  'Mutation.reviewPartner(input.reason)': 'PLAIN',
  'Mutation.revokePartnerCredential(input.credential)': 'CREDENTIAL',
  'Mutation.revokePartnerCredential(input.reason)': 'PLAIN',
  'Mutation.rotatePartnerCredential(input.credential)': 'CREDENTIAL',
  'Mutation.setPartnerConnector(input.manifest)': 'PLAIN',
  'Mutation.setPartnerConnector(input.partner)': 'PARTNER_ID',
  'Mutation.setPartnerConnector(input.secrets.name)': 'PLAIN',
  'Mutation.setPartnerConnector(input.secrets.value)': 'PLAIN',
  'Mutation.suspendPartner(input.partner)': 'PARTNER_ID',
  'Mutation.suspendPartner(input.reason)': 'PLAIN',
  'Mutation.testPartnerConnector(offerRefs)': 'PLAIN',
  'Mutation.testPartnerConnector(partner)': 'PARTNER_ID',
};

// Nobody answers there, and trying it says so.
export const MANIFEST = standardManifest('http://127.0.0.1:9/');

/** Values of required arguments that name nothing. */
export const CONTENT: Readonly<Record<string, unknown>> = {
  ...SETTLEMENT_CONTENT,
  'Mutation.createAgreement(input.terms.title)': 'Views',
  'Mutation.createAgreement(input.terms.startsOn)': '2026-01-01',
  'Mutation.createAgreement(input.terms.endsBefore)': '2027-01-01',
  'Mutation.createAgreement(input.terms.items.code)': 'views',
  'Mutation.createAgreement(input.terms.items.side)': 'PARTNER',
  'Mutation.createAgreement(input.terms.items.kind)': 'PERK_REDEMPTION',
  'Mutation.createAgreement(input.terms.items.unit)': 'view',
  'Mutation.createAgreement(input.terms.items.unitValue)': 2,
  'Mutation.reviseAgreement(input.terms.title)': 'Views',
  'Mutation.reviseAgreement(input.terms.startsOn)': '2026-01-01',
  'Mutation.reviseAgreement(input.terms.endsBefore)': '2027-01-01',
  'Mutation.reviseAgreement(input.terms.items.code)': 'views',
  'Mutation.reviseAgreement(input.terms.items.side)': 'PARTNER',
  'Mutation.reviseAgreement(input.terms.items.kind)': 'PERK_REDEMPTION',
  'Mutation.reviseAgreement(input.terms.items.unit)': 'view',
  'Mutation.reviseAgreement(input.terms.items.unitValue)': 2,
  'Mutation.createAgreement(input.code)': 'views',
  'Mutation.closeAgreement(input.reason)': 'a reason',
  'Mutation.confirmAgreement(input.revision)': 1,
  ...RECONCILIATION_CONTENT,
  'Mutation.adjustBalance(input.amount)': 1,
  'Mutation.adjustBalance(input.balance)': 'POINTS',
  'Mutation.claimLevelGift(input.gift)': 'welcome',
  'Mutation.claimLevelGift(input.level)': 'registered',
  'Mutation.clearManualLevel(input.reason)': 'goodwill',
  'Mutation.setManualLevel(input.level)': 'registered',
  'Mutation.setManualLevel(input.reason)': 'goodwill',
  'Mutation.setManualLevel(input.until)': '2026-12-01T00:00:00Z',
  'Mutation.acceptReferral(code)': 'no code',
  'Mutation.assignTasks(assignments.task)': 'spend',
  'Mutation.draw(input.draw)': 'wheel',
  'Mutation.makeUpCheckIn(date)': '2026-03-09',
  'Mutation.recordEvents(events.eventId)': 'an event',
  'Mutation.recordEvents(events.source)': 'of the test',
  'Mutation.recordEvents(events.type)': 'REVIEW',
  'Mutation.recordEvents(events.occurredAt)': '2026-03-01T00:00:00Z',
  'Mutation.spendStoredValue(input.amount)': 1,
  'Query.campaignGifts(campaign)': 'no campaign',
  'Query.campaignPreview(campaign)': 'no campaign',
  'Mutation.applyForPlan(input.plan)': 'gated',
  'Mutation.applyForPlan(input.fields.code)': 'age',
  'Mutation.applyForPlan(input.fields.value)': '5',
  'Mutation.reviewPlanApplication(input.decision)': 'APPROVE',
  'Mutation.applyProgram(text)': 'no program',
  'Query.planProgram(text)': 'no program',
  'Mutation.recordImpressions(input.impressions.day)': '2026-03-10',
  'Mutation.recordImpressions(input.impressions.shown)': 1,
  'Mutation.registerMembers(members.nickname)': 'Renamed',
  'Mutation.createOffer(input.title)': 'A title',
  'Mutation.createOffer(input.kind)': 'COUPON',
  'Mutation.createOffer(input.unitCost)': 0,
  'Mutation.createOffer(input.faceValue)': 1,
  'Mutation.reviseOffer(changes)': {},
  'Mutation.reviewOffer(input.revision)': 1,
  'Mutation.reviewOffer(input.decision)': 'APPROVE',
  'Query.partnerApplication(claimSecret)': 'no secret',
  'Mutation.createPartnerCredential(input.label)': 'of the test',
  'Mutation.createPartnerCredential(input.scopes)': ['OFFERS_READ'],
  'Mutation.reviewPartner(input.decision)': 'APPROVE',
  'Mutation.setPartnerConnector(input.manifest)': MANIFEST,
  'Mutation.setPartnerConnector(input.secrets.name)': 'signing',
  'Mutation.setPartnerConnector(input.secrets.value)': newSigningSecret(),
  'Mutation.suspendPartner(input.reason)': 'a reason',
};
