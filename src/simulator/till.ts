// What happens at the simulated partner beside the protocol, each told to the gateway: uses, late issues, stock.
import type { WireRedemption } from '../partner-port/standard/protocol';
import type { Shop } from './shop';
import type { PartnerMessage, WebhookSender } from './webhook-sender';

export interface Till {
  redemptions(): readonly WireRedemption[];
  /** Uses the coupon and tells the gateway; `undefined` when there is none to use. */
  use(redemptionId: string): Promise<WireRedemption | undefined>;
  /** Issues what is pending or was held back, and tells the gateway; `undefined` when there is nothing of it. */
  settle(redemptionId: string): Promise<WireRedemption | undefined>;
  /** Endless when `left` is absent; tells the gateway. Answers whether there is such an offer. */
  setStock(offerRef: string, left?: number): Promise<boolean>;
}

export function tillOf(shop: Shop, sender: WebhookSender): Till {
  return {
    redemptions: () => shop.redemptions(),
    use: async (redemptionId) => {
      const redemption = shop.use(redemptionId);
      if (redemption) await sender.send(useMessage(redemption));
      return redemption;
    },
    settle: async (redemptionId) => {
      const redemption = shop.settle(redemptionId);
      if (redemption) await sender.send(statusMessage(redemption));
      return redemption;
    },
    setStock: async (offerRef, left) => {
      const known = shop.setStock(offerRef, left);
      if (known) await sender.send({ type: 'offer.stock', data: { offerRef, available: left !== 0, left } });
      return known;
    },
  };
}

function useMessage({ redemptionId, partnerRef, usedAt }: WireRedemption): PartnerMessage {
  return { type: 'redemption.used', data: { redemptionId, partnerRef, usedAt } };
}

export function statusMessage(redemption: WireRedemption): PartnerMessage {
  return { type: 'redemption.status', data: redemption };
}
