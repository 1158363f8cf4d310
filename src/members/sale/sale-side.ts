// The resolvers of sales, put together.
import type { Catalogue } from '../../program/catalogue';
import { ApplicationResolver } from './application.resolver';
import type { ApplicationService } from './application.service';
import { PlanQuoteResolver } from './quote.resolver';
import type { PurchaseHistory } from './saved-estimate';

export const SALE_RESOLVERS = [ApplicationResolver, PlanQuoteResolver] as const;

export interface SaleSide {
  readonly applications: ApplicationService;
  readonly purchases: PurchaseHistory;
}

type Instance = readonly [(typeof SALE_RESOLVERS)[number], object];

export function saleResolvers({ applications, purchases }: SaleSide, catalogue: () => Catalogue): readonly Instance[] {
  return [
    [ApplicationResolver, new ApplicationResolver(applications, catalogue)],
    [PlanQuoteResolver, new PlanQuoteResolver(applications, purchases)],
  ];
}
