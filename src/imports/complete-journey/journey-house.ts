// What this import needs of the gateway besides what any import needs: uses, expiry, and the tracking of redemptions.
import type { EndRedemptionService } from '../../redemption/end.service';
import type { RedemptionService } from '../../redemption/redemption.service';
import type { ImportHouse } from '../import-house';

export interface JourneyHouse extends Omit<ImportHouse, 'redemptions'> {
  readonly redemptions: Pick<RedemptionService, 'redeem' | 'list' | 'totals'>;
  readonly ends: Pick<EndRedemptionService, 'confirmUse' | 'expireDue'>;
}
