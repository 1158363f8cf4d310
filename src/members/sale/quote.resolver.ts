// Quotes of plans, hung on the member.
import { FieldResolver, Resolver, Root } from 'type-graphql';
import { toGlobalId } from '../../kernel/id';
import { Allow } from '../../request/policy';
import { MemberType } from '../member.type';
import { MemberView } from '../member.view';
import type { PlanApplication } from './application';
import type { ApplicationService } from './application.service';
import { type PlanQuote, quotesOf } from './quote';
import { type ApplicationFormType, PlanQuoteType } from './quote.type';
import { estimateSince, hasEstimate, type Purchase, type PurchaseHistory, wouldHaveSaved } from './saved-estimate';

@Resolver(() => MemberType)
export class PlanQuoteResolver {
  constructor(
    private readonly applications: ApplicationService,
    private readonly purchases: PurchaseHistory,
  ) {}

  @Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
  @FieldResolver(() => [PlanQuoteType], {
    description: 'Each plan at its price for the member, open to it or not. Two reads more than the member itself.',
  })
  async planQuotes(@Root() { standing }: MemberView): Promise<PlanQuoteType[]> {
    const { rows, catalogue, now } = standing;
    const memberId = rows.member.id;
    const { plans } = catalogue;
    const [applied, purchases] = await Promise.all([
      plans.some((plan) => plan.application) ? this.applications.of(memberId) : [],
      plans.some(hasEstimate) ? this.purchases.purchasesSince(memberId, estimateSince(now)) : [],
    ]);
    const latest = new Map<string, PlanApplication>();
    for (const application of applied) {
      if (!latest.has(application.planId)) latest.set(application.planId, application);
    }
    return quotesOf(standing, latest).map((quote) => toQuoteType(quote, standing, purchases));
  }
}

function toQuoteType(
  quote: PlanQuote,
  { catalogue }: MemberView['standing'],
  purchases: readonly Purchase[],
): PlanQuoteType {
  const { plan, price, renews, reasons, suits } = quote;
  const { currency } = catalogue.settings;
  const { months = null, days = null } = price.term;
  return {
    plan: plan.view as PlanQuoteType['plan'],
    open: reasons.length === 0,
    reasons: reasons.map(({ code, message }) => ({ code, message })),
    price: price.price,
    priceCode: price.code,
    priceKind: price.kind,
    term: { months, days },
    renews: renews ? toGlobalId('card', renews.id) : null,
    suits,
    wouldHaveSaved: hasEstimate(plan) ? { amount: wouldHaveSaved(catalogue, plan, purchases), currency } : null,
    application: formOf(quote),
  };
}

function formOf({ plan: { application } }: PlanQuote): ApplicationFormType | null {
  return application ? { fields: application.fields, evidence: application.evidence } : null;
}
