// What the demo needs of the gateway.
import type { Database } from '../database/database';
import type { CheckInService } from '../engagement/check-in/check-in.service';
import type { EventService } from '../engagement/event/event.service';
import type { LifecycleService } from '../engagement/lifecycle/lifecycle.service';
import type { CodePoolService } from '../marketplace/code-pool.service';
import type { CardService } from '../members/card.service';
import type { MemberService } from '../members/member.service';
import type { CatalogueService } from '../program/catalogue.service';
import type { ProgramService } from '../program/program.service';
import type { EndRedemptionService } from '../redemption/end.service';
import type { RedemptionService } from '../redemption/redemption.service';

export interface DemoHouse {
  readonly database: Database;
  readonly catalogue: CatalogueService;
  readonly programs: ProgramService;
  readonly members: MemberService;
  readonly cards: CardService;
  readonly pools: CodePoolService;
  readonly redemptions: RedemptionService;
  readonly ends: EndRedemptionService;
  readonly events: EventService;
  readonly checkIns: CheckInService;
  readonly lifecycle: LifecycleService;
}
