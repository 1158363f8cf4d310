// Every rule that a program file must pass beyond its JSON Schema.

import { budgets } from './budgets.rule';
import { campaignTerms } from './campaign-terms.rule';
import { checkInTerms } from './check-in-terms.rule';
import { drawTerms } from './draw-terms.rule';
import { earning } from './earning.rule';
import { entitlementCost } from './entitlement-cost.rule';
import { grades } from './grades.rule';
import { levelDesign } from './level-design.rule';
import { levelGifts } from './level-gifts.rule';
import { levelPolicy } from './level-policy.rule';
import { levelRating } from './level-rating.rule';
import { levelsAscend } from './levels-ascend.rule';
import { lifecycleDays } from './lifecycle-days.rule';
import { offerCost } from './offer-cost.rule';
import { offerSupply } from './offer-supply.rule';
import { offerTerms } from './offer-terms.rule';
import { parentPlans } from './parent-plans.rule';
import { passiveBenefit } from './passive-benefit.rule';
import { planSale } from './plan-sale.rule';
import { profileAbsence } from './profile-absence.rule';
import { profileActivities } from './profile-activities.rule';
import { references } from './references.rule';
import { referralTerms } from './referral-terms.rule';
import type { Rule } from './rule';
import { storedValue } from './stored-value.rule';
import { taskTerms } from './task-terms.rule';
import { uniqueCodes } from './unique-codes.rule';

export const RULES: readonly Rule[] = [
  uniqueCodes,
  references,
  levelsAscend,
  levelPolicy,
  levelRating,
  levelGifts,
  levelDesign,
  profileActivities,
  profileAbsence,
  parentPlans,
  planSale,
  budgets,
  passiveBenefit,
  entitlementCost,
  offerCost,
  offerSupply,
  offerTerms,
  earning,
  storedValue,
  taskTerms,
  drawTerms,
  checkInTerms,
  referralTerms,
  lifecycleDays,
  grades,
  campaignTerms,
];

/** Those that say something of offers alone. */
export const OFFER_RULES: readonly Rule[] = [references, offerCost, offerSupply, offerTerms];
