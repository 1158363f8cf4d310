// The services of tracking, put together, with their job.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import type { CatalogueService } from '../../program/catalogue.service';
import { FunnelService } from './funnel.service';
import { ImpressionService } from './impression.service';
import { PruneImpressionsJob } from './prune-impressions.job';
import { RedemptionExport } from './redemption-export';

export interface TrackingSideParts {
  readonly database: Database;
  readonly catalogue: CatalogueService;
  readonly clock: Clock;
}

export interface TrackingSide {
  readonly redemptionExport: RedemptionExport;
  readonly funnel: FunnelService;
  readonly impressions: ImpressionService;
  readonly pruneImpressions: PruneImpressionsJob;
}

export function makeTrackingSide({ database, catalogue, clock }: TrackingSideParts): TrackingSide {
  const current = () => catalogue.current();
  const impressions = new ImpressionService(database, current, clock);
  return {
    redemptionExport: new RedemptionExport(database, current, clock),
    funnel: new FunnelService(database, current, clock),
    impressions,
    pruneImpressions: new PruneImpressionsJob(impressions),
  };
}
