// What a connector needs from outside.
import type { Clock } from '../../kernel/clock';
import type { Secrets } from '../manifest/manifest';
import type { PartnerTransport } from '../transport';

export interface ConnectorDeps {
  readonly secrets: Secrets;
  readonly transport: PartnerTransport;
  readonly clock: Clock;
}
