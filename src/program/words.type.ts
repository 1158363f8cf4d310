// The program's words that the API lists by name, registered once for all rooms.
import { registerEnumType } from 'type-graphql';
import { enumOf } from '../request/shared.type';
import { BENEFIT_CLASSES, FULFILMENTS, FUNDINGS, WEEKDAYS } from './program';

export const OfferKinds = enumOf(['COUPON', 'DISCOUNT', 'GIFT', 'SERVICE', 'PRIVILEGE_CARD', 'DRAW_PRIZE']);
registerEnumType(OfferKinds, { name: 'OfferKind' });

export const BenefitClasses = enumOf(BENEFIT_CLASSES);
registerEnumType(BenefitClasses, { name: 'BenefitClass' });

export const Fulfilments = enumOf(FULFILMENTS);
registerEnumType(Fulfilments, {
  name: 'Fulfilment',
  description: "Who makes the coupon: the gateway, a pool of codes, or the partner's own API.",
});

export const CostBases = enumOf(['ISSUE', 'USE']);
registerEnumType(CostBases, {
  name: 'CostBasis',
  description: 'Whether a cost counts when a coupon is issued or used.',
});

export const Fundings = enumOf(FUNDINGS);
registerEnumType(Fundings, {
  name: 'Funding',
  description: 'Who bears the cost. What the partner bears is charged to no cap; an exchange needs an agreement.',
});

export const CardUses = enumOf(['REQUIRED', 'NONE']);
registerEnumType(CardUses, { name: 'CardUse', description: "Whether one of the member's cards is charged." });

export const LimitPeriods = enumOf(['EVER', 'MONTH', 'WEEK', 'DAY']);
registerEnumType(LimitPeriods, { name: 'LimitPeriod', description: "Of the program's time zone." });

export const Weekdays = enumOf(WEEKDAYS);
registerEnumType(Weekdays, { name: 'Weekday' });
