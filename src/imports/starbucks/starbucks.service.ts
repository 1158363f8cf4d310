// Takes the data set in: portfolio → program, profile → members with a card each, through the services of the API.
import type { Instant, ManualClock } from '../../kernel/clock';
import { isRefusal } from '../../kernel/refusal';
import type { MemberInput } from '../../members/member.service';
import { ImportFault } from '../import-fault';
import type { ImportHouse, OnProgress } from '../import-house';
import { applyOwnProgram, isOwnProgram } from '../own-program';
import type { CheckedFolder } from './check';
import { type CapSettings, PLAN_CODE, PROGRAM_FILE, programText } from './program';
import type { StarbucksPerson } from './records';
import { type ImportState, readState, saveState, startOfData } from './state';

/** Members of one transaction; their cards are opened at once, so that the ledger gathers them into few batches. */
const BATCH = 500;
const DEFAULT_SETTINGS: CapSettings = { cap: 20 };
const APPLIED_BY = 'import starbucks';
const EXAMPLE = 'sqlite:data/starbucks.db';

export interface StarbucksRequest {
  readonly checked: CheckedFolder;
  /** As an earlier run had it, else 20 dollars without a quota, when nothing is asked for. */
  readonly settings?: CapSettings;
  /** The instant that the data end with, when they are not in the database yet. */
  readonly now: Instant;
  readonly onProgress?: OnProgress;
}

/** `clock` is the one that the house's services look at; it is moved through the time of the data. */
export class StarbucksImportService {
  constructor(
    private readonly house: ImportHouse,
    private readonly clock: ManualClock,
  ) {}

  /**
   * May be interrupted at any point and asked again: what was stored is skipped, and every step has a key of its own.
   * Throws ImportFault when the database holds other data, another cap or another program.
   */
  async run({ checked, settings, now, onProgress = () => {} }: StarbucksRequest): Promise<ImportState> {
    const known = await readState(this.house.database);
    if (known) assertSame(known, checked, settings);
    let state = known ?? (await this.begin(checked, settings ?? DEFAULT_SETTINGS, now));
    this.clock.set(state.startsAt);
    const { profile } = checked.folder;
    let batch: StarbucksPerson[] = [];
    const store = async (): Promise<void> => {
      await this.storeMembers(batch, state);
      state = { ...state, members: state.members + batch.length };
      await saveState(this.house.database, state, this.clock.now());
      onProgress('members and cards', state.members, checked.totals.members);
      batch = [];
    };
    for await (const { record, value } of profile.records()) {
      if (record <= state.members + batch.length) continue;
      batch.push(value);
      if (batch.length === BATCH) await store();
    }
    if (batch.length > 0) await store();
    return state;
  }

  /** Throws ImportFault when the program in force is not the one that this import applied. */
  async assertProgramInForce(checked: CheckedFolder, state: ImportState): Promise<void> {
    const text = programText(checked.offers, state);
    if (await isOwnProgram(this.house, { text, file: PROGRAM_FILE })) return;
    throw new ImportFault(
      'The program in force is not the imported one any more, so the caps would differ; replay into a fresh database.',
    );
  }

  private async begin(checked: CheckedFolder, settings: CapSettings, now: Instant): Promise<ImportState> {
    const text = programText(checked.offers, settings);
    const startsAt = startOfData(now);
    this.clock.set(startsAt);
    await applyOwnProgram(this.house, { text, file: PROGRAM_FILE, appliedBy: APPLIED_BY, example: EXAMPLE });
    const state: ImportState = { ...settings, startsAt, digest: checked.digest, members: 0 };
    await saveState(this.house.database, state, startsAt);
    return state;
  }

  private async storeMembers(people: readonly StarbucksPerson[], state: ImportState): Promise<void> {
    const { members, cards, catalogue } = this.house;
    const registered = await members.register(people.map(memberOf));
    if (isRefusal(registered)) throw new ImportFault(`The members were refused: ${registered.message}`);
    const plan = catalogue.current().planByCode(PLAN_CODE);
    if (!plan) throw new ImportFault(`The program in force has no plan ${PLAN_CODE}; import into a fresh database.`);
    const opened = await Promise.all(
      registered.map(({ id, externalId }) =>
        cards.open({
          memberId: id,
          planId: plan.id,
          orderId: `starbucks-${externalId}`,
          startsAt: state.startsAt,
        }),
      ),
    );
    const refused = opened.find(isRefusal);
    if (refused) throw new ImportFault(`A card was refused: ${refused.message}`);
  }
}

function assertSame(known: ImportState, checked: CheckedFolder, asked: CapSettings | undefined): void {
  const fresh = 'Name a fresh database, for instance DATABASE_URL=sqlite:data/starbucks-2.db';
  if (known.digest !== checked.digest) {
    throw new ImportFault(`The database holds another version of this data set. ${fresh}`);
  }
  if (!asked || (asked.cap === known.cap && asked.quota === known.quota)) return;
  throw new ImportFault(`The database was imported with ${told(known)}, not with ${told(asked)}. ${fresh}`);
}

function told({ cap, quota }: CapSettings): string {
  return `a cap of ${cap} dollars and ${quota === undefined ? 'no quota' : `a quota of ${quota}`}`;
}

/** Ages and incomes as bands, because that is all that an audience needs to know of a person. */
function memberOf({ id, gender, age, income, joinedAt }: StarbucksPerson): MemberInput {
  const tags: string[] = [];
  if (gender !== undefined) tags.push(`gender:${gender}`);
  if (age !== undefined) tags.push(`age:${band(age, 10)}`);
  if (income !== undefined) tags.push(`income:${band(income, 10_000)}`);
  return { externalId: id, nickname: `Member ${id.slice(0, 8)}`, tags, joinedAt };
}

/** `band(55, 10)` is `50-59`. */
function band(value: number, width: number): string {
  const from = Math.floor(value / width) * width;
  return `${from}-${from + width - 1}`;
}
