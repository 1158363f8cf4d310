// One bounded pass of the roll-up: whatever was noted is counted again, and its part in the figures replaced.
import { deleteNotes, readNotes } from '../../database/change-note.store';
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import type { Clock } from '../../kernel/clock';
import { type Id, ZERO_ID } from '../../kernel/id';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueService } from '../../program/catalogue.service';
import { addCells, addSums, type Cell, type Sums, sumsOf } from './cell';
import { cellsOfMember, cellsOfRedemption } from './counting';
import type { Calendar } from './facts';
import { idsAfter, readMembers, readRedemptions } from './facts.store';
import { EDITION } from './figure';
import { flowCells, flowFromText } from './points-flow';
import { addToRollUp, lockWalk, numbersOf, readParts, readWalk, saveParts, saveWalk, type Walk } from './roll-up.store';

const NAME = 'figures';
const NOTES_A_PASS = 250;
const WALKED_A_PASS = 2_000;

/** What a pass has to count. */
interface Due {
  /** Whether a plan that the catalogue does not know is a reason to read it anew. */
  readonly strict: boolean;
  readonly members: ReadonlySet<Id>;
  /** Redemptions of which something has changed, and those of the walk. */
  readonly noted: ReadonlySet<Id>;
  readonly walked: ReadonlySet<Id>;
  readonly cells: readonly Cell[];
}

class UnknownPlanError extends Error {
  override readonly name = 'UnknownPlanError';
}

export class RollUpJob {
  readonly name = NAME;
  /** Of which edition and time zone this process knows that the walk is done, so that it need not ask again. */
  private walked: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly catalogues: Pick<CatalogueService, 'current' | 'refresh'>,
    private readonly clock: Clock,
    private readonly notesAPass = NOTES_A_PASS,
    private readonly walkedAPass = WALKED_A_PASS,
  ) {}

  /** Answers how many notes and members and redemptions of the walk it counted; 0 when nothing is left. */
  async run(): Promise<number> {
    const catalogue = this.catalogues.current();
    const wanted = `${EDITION} ${catalogue.time.timeZone}`;
    // Before there is a program there is no calendar, and nothing to be counted by it.
    if (catalogue.version < 0) return 0;
    if (this.walked === wanted && (await readNotes(this.database.read, 1)).length === 0) return 0;
    if (this.walked !== wanted) {
      const walk = await readWalk(this.database.read);
      if (walk && isDone(walk, wanted)) this.walked = wanted;
    }
    try {
      return await this.database.transaction((tx) => this.pass(tx, catalogue, true));
    } catch (error) {
      if (!(error instanceof UnknownPlanError)) throw error;
      // Another process knows it already: a card of it was sold.
      const newest = await this.catalogues.refresh();
      return this.database.transaction((tx) => this.pass(tx, newest, false));
    }
  }

  /** Until nothing is left; answers how much was counted. */
  async drain(): Promise<number> {
    let counted = 0;
    for (;;) {
      const found = await this.run();
      if (found === 0) return counted;
      counted += found;
    }
  }

  private async pass(tx: Sql, catalogue: Catalogue, strict: boolean): Promise<number> {
    const now = this.clock.now();
    // The lock of the walk lets one pass run at a time, so that no part is replaced twice.
    const before = await lockWalk(tx, now);
    const { timeZone } = catalogue.time;
    // Counted by newer code than this already, while both run.
    if (before && before.edition > EDITION) return 0;
    const current = before?.edition === EDITION && before.timeZone === timeZone;
    const walk: Walk = current ? before : { edition: EDITION, timeZone, table: 'member', after: ZERO_ID };
    const notes = await readNotes(tx, this.notesAPass);
    const page = walk.table ? await idsAfter(tx, walk.table, walk.after, this.walkedAPass) : [];
    const ids = (kind: string) => notes.filter((note) => note.kind === kind).map(({ subject }) => subject);
    await countAgain(tx, catalogue, {
      strict,
      members: new Set([...ids('MEMBER'), ...(walk.table === 'member' ? page : [])]),
      noted: new Set(ids('REDEMPTION')),
      walked: new Set(walk.table === 'redemption' ? page : []),
      cells: notes.flatMap(({ detail }) => (detail === undefined ? [] : flowCells(flowFromText(detail)))),
    });
    await deleteNotes(
      tx,
      notes.map(({ noteId }) => noteId),
    );
    if (walk.table) await saveWalk(tx, this.next(walk, page), now);
    return notes.length + (walk.table ? page.length + 1 : 0);
  }

  private next(walk: Walk, page: readonly Id[]): Walk {
    if (page.length === this.walkedAPass) return { ...walk, after: page.at(-1)! };
    return { ...walk, table: walk.table === 'member' ? 'redemption' : undefined, after: ZERO_ID };
  }
}

function isDone({ edition, timeZone, table }: Walk, wanted: string): boolean {
  return table === undefined && `${edition} ${timeZone}` === wanted;
}

export function calendarOf({ time, settings }: Catalogue): Calendar {
  return { time, currency: settings.currency };
}

async function countAgain(tx: Sql, catalogue: Catalogue, due: Due): Promise<void> {
  const calendar = calendarOf(catalogue);
  const redemptions = await readRedemptions(tx, [...new Set([...due.noted, ...due.walked])]);
  // How much of a cap is used is counted with the member, which the walk has come to before.
  const ofCards = redemptions.flatMap(({ id, memberId, termId }) => {
    return termId !== undefined && due.noted.has(id) ? [memberId] : [];
  });
  const memberIds = [...new Set([...due.members, ...ofCards])];
  const members = await readMembers(tx, memberIds, (planId) => {
    const plan = catalogue.plan(planId);
    if (!plan && due.strict) throw new UnknownPlanError(`the catalogue has no plan ${planId}`);
    return plan?.kind === 'MEMBERSHIP';
  });
  const memberCells = new Map(members.map((facts) => [facts.id, cellsOfMember(facts, calendar)]));
  const redemptionCells = new Map(redemptions.map((fact) => [fact.id, cellsOfRedemption(fact, calendar)]));
  const all = [...memberCells.values(), ...redemptionCells.values(), due.cells].flat();
  const numbers = await numbersOf(
    tx,
    new Set(all.flatMap(({ one, other }) => [one, other].filter((id) => id !== undefined))),
  );
  const change: Sums = new Map();
  addCells(change, due.cells, numbers);
  for (const [kind, cells] of [
    ['MEMBER', memberCells],
    ['REDEMPTION', redemptionCells],
  ] as const) {
    const before = await readParts(tx, kind, [...cells.keys()]);
    const after = new Map([...cells].map(([id, some]) => [id, sumsOf(some, numbers)]));
    const changed = new Map<Id, Sums>();
    for (const [id, sums] of after) {
      const difference: Sums = new Map(sums);
      addSums(difference, before.get(id) ?? new Map(), -1);
      if (difference.size === 0) continue;
      addSums(change, difference);
      changed.set(id, sums);
    }
    await saveParts(tx, kind, changed);
  }
  await addToRollUp(tx, change);
}
