// The services of webhooks, put together: what partners are told, and what they tell.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import { SecretCipher } from '../marketplace/sealer';
import { type AddressPolicy, urlFault } from '../partner-port/address-guard';
import { GuardedTransport } from '../partner-port/guarded-transport';
import type { CatalogueService } from '../program/catalogue.service';
import type { EndRedemptionService } from '../redemption/end.service';
import type { RedemptionService } from '../redemption/redemption.service';
import { WebhookDispatcher, type WebhookLog } from './dispatcher';
import { IncomingService, type RedemptionNews, type StockNews } from './incoming.service';
import { WebhookService } from './webhook.service';
import { WebhookSecrets } from './webhook-secrets';

export interface WebhookSideParts {
  readonly database: Database;
  readonly catalogue: CatalogueService;
  readonly redemptions: RedemptionService;
  readonly ends: EndRedemptionService;
  readonly redemptionNews: RedemptionNews;
  readonly stockNews: StockNews;
  readonly policy: AddressPolicy;
  /** 32 bytes; the key of the partners' secrets is derived from it. */
  readonly key: Buffer;
  readonly clock: Clock;
  readonly log: WebhookLog;
}

export interface WebhookSide {
  readonly webhooks: WebhookService;
  readonly dispatcher: WebhookDispatcher;
  readonly incoming: IncomingService;
  /** To be closed at the end. */
  readonly transport: GuardedTransport;
}

export function makeWebhookSide(parts: WebhookSideParts): WebhookSide {
  const { policy, key, log, clock, database, catalogue, redemptions, ends } = parts;
  const { redemptionNews, stockNews } = parts;
  const transport = new GuardedTransport({ policy });
  const secrets = new WebhookSecrets(new SecretCipher(key));
  const partnerIdOf = (code: string) => catalogue.current().partnerByCode(code)?.id;
  return {
    transport,
    webhooks: new WebhookService(database, secrets, (url) => urlFault(url, policy), clock),
    dispatcher: new WebhookDispatcher({ database, transport, secrets, clock, log }),
    incoming: new IncomingService({
      database,
      secrets,
      clock,
      partnerIdOf,
      redemptions,
      ends,
      redemptionNews,
      stockNews,
    }),
  };
}
