// The pass that writes down what the clock has done to agreements; whoever reads one knows it before.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { CatalogueService } from '../program/catalogue.service';
import { stateAt } from './agreement';
import { dueAgreements, lockAgreement, readRevisions, updateAgreement } from './agreement.store';
import { effectOf, inForceAt, upcomingAt } from './agreement-phases';

const AGREEMENTS_A_PASS = 50;

export class AgreementClockJob {
  readonly name = 'agreement-clock';

  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
  ) {}

  /** Agreements that began are active, those that ended closed, amendments in force; answers how many it found. */
  async run(): Promise<number> {
    const due = await dueAgreements(this.database.read, this.clock.now(), AGREEMENTS_A_PASS);
    if (due.length === 0) return 0;
    await this.database.transaction(async (tx) => {
      await this.catalogue.lock(tx);
      for (const { id } of due) {
        const agreement = await lockAgreement(tx, {}, id);
        if (!agreement || agreement.state === 'CLOSED') continue;
        const now = this.clock.now();
        const state = stateAt(agreement, now);
        const revisions = (await readRevisions(tx, [id])).get(id)!;
        const upcoming = upcomingAt(revisions, now);
        const nextAt = state === 'CLOSED' ? undefined : upcoming && effectOf(upcoming);
        const revision = inForceAt(revisions, now)?.number;
        const { endsAt: at } = agreement;
        const closed = state === 'CLOSED' ? { at, by: 'clock', reason: 'The agreed period is over.' } : undefined;
        await updateAgreement(tx, { ...agreement, state, revision, nextAt, closed });
      }
      await this.catalogue.bump(tx);
    });
    await this.catalogue.refreshSoon();
    return due.length;
  }
}
