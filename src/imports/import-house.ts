// What an import needs of the gateway: the same services that the API calls.
import type { Database } from '../database/database';
import type { CardService } from '../members/card.service';
import type { MemberService } from '../members/member.service';
import type { CatalogueService } from '../program/catalogue.service';
import type { ProgramService } from '../program/program.service';
import type { RedemptionService } from '../redemption/redemption.service';

export interface ImportHouse {
  readonly database: Database;
  readonly catalogue: Pick<CatalogueService, 'current'>;
  readonly programs: Pick<ProgramService, 'plan' | 'apply'>;
  readonly members: Pick<MemberService, 'register' | 'idOf' | 'rowsOf'>;
  readonly cards: Pick<CardService, 'open'>;
  readonly redemptions: Pick<RedemptionService, 'redeem'>;
}

/** Told now and then how far a step has come. */
export type OnProgress = (step: string, done: number, total: number) => void;
