// Writes down what happened to levels by itself, the longest due first; and looks at everybody after a new program.
import type { Database } from '../../database/database';
import { readProgress, saveProgress } from '../../database/progress.store';
import type { Clock } from '../../kernel/clock';
import { ZERO_ID } from '../../kernel/id';
import type { Catalogue } from '../../program/catalogue';
import type { LevelService } from './level.service';
import { readDueMembers, readMembersAfter } from './level.store';

const MEMBERS_A_PASS = 200;
const PROGRESS = 'levels-of-program';
const DONE = 'done';

export class BookLevelsJob {
  readonly name = 'book-levels';

  constructor(
    private readonly database: Database,
    private readonly levels: LevelService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** Members who are due go first, since their time is known; a new program takes everybody's turn after that. */
  async run(): Promise<number> {
    const due = await readDueMembers(this.database.read, this.clock.now(), MEMBERS_A_PASS);
    if (due.length > 0) await this.levels.bringUpToDate(due);
    return due.length > 0 ? due.length : this.sweep();
  }

  /** Some members more, of all, under the levels that are in force. Goes on where it was when the process died. */
  private async sweep(): Promise<number> {
    const { version } = this.catalogue().levelPolicy;
    const known = await readProgress(this.database.read, PROGRESS);
    const begun = known?.position === version;
    if (version === 0 || (begun && known.detail === DONE)) return 0;
    const after = begun ? known.detail : ZERO_ID;
    const ids = await readMembersAfter(this.database.read, after, MEMBERS_A_PASS);
    await this.levels.bringUpToDate(ids);
    const detail = ids.length < MEMBERS_A_PASS ? DONE : ids.at(-1)!;
    const now = this.clock.now();
    await this.database.transaction((tx) => saveProgress(tx, { name: PROGRESS, position: version, detail }, now));
    return ids.length;
  }
}
