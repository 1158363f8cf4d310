// The door to previews: each member that there is, or evenly spread ones, judged by both programs.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import type { MemberRowsStore } from '../../members/member-rows.store';
import { Catalogue } from '../../program/catalogue';
import type { PlannedProgram } from '../../program/program.service';
import { countMembers } from '../census/census.store';
import { walkMembers } from '../census/member-walk';
import { PreviewTally, type ProgramPreview } from './program-preview';

export class PreviewService {
  constructor(
    private readonly database: Pick<Database, 'read'>,
    private readonly memberRows: Pick<MemberRowsStore, 'load'>,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** Looks at so many members at most; writes nothing. */
  async preview(
    planned: PlannedProgram,
    most: number,
    onMembers: (done: number, total: number) => void = () => undefined,
  ): Promise<ProgramPreview> {
    const current = this.catalogue();
    const tally = new PreviewTally(current, new Catalogue(current.version, planned.items), this.clock.now());
    const members = await countMembers(this.database.read);
    let done = 0;
    for await (const page of walkMembers(this.database.read, members, most)) {
      for (const rows of await Promise.all(page.map((id) => this.memberRows.load(id)))) if (rows) tally.add(rows);
      done += page.length;
      onMembers(done, Math.min(members, most));
    }
    return tally.result(members);
  }
}
