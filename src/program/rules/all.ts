// Every rule that a program file must pass beyond its JSON Schema.

import { budgets } from './budgets.rule';
import { campaignTerms } from './campaign-terms.rule';
import { earning } from './earning.rule';
import { entitlementCost } from './entitlement-cost.rule';
import { grades } from './grades.rule';
import { levelsAscend } from './levels-ascend.rule';
import { lifecycleDays } from './lifecycle-days.rule';
import { offerCost } from './offer-cost.rule';
import { offerSupply } from './offer-supply.rule';
import { offerTerms } from './offer-terms.rule';
import { parentPlans } from './parent-plans.rule';
import { passiveBenefit } from './passive-benefit.rule';
import { planSale } from './plan-sale.rule';
import { references } from './references.rule';
import type { Rule } from './rule';
import { uniqueCodes } from './unique-codes.rule';

export const RULES: readonly Rule[] = [
  uniqueCodes,
  references,
  levelsAscend,
  parentPlans,
  planSale,
  budgets,
  passiveBenefit,
  entitlementCost,
  offerCost,
  offerSupply,
  offerTerms,
  earning,
  lifecycleDays,
  grades,
  campaignTerms,
];

/** Those that say something of offers alone. */
export const OFFER_RULES: readonly Rule[] = [references, offerCost, offerSupply, offerTerms];
