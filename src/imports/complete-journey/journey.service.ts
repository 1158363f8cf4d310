// Takes the data set in: campaigns → offers of partners, households → members with a card each, then the year's days.
import type { ManualClock } from '../../kernel/clock';
import { isRefusal } from '../../kernel/refusal';
import { ImportFault } from '../import-fault';
import type { OnProgress } from '../import-house';
import { applyOwnProgram, isOwnProgram } from '../own-program';
import type { CheckedJourney } from './check';
import type { Household, Journey } from './journey';
import type { JourneyHouse } from './journey-house';
import { PLAN_CODE, PROGRAM_FILE, programText, timeOf } from './program';
import { JourneyReplay } from './replay';
import { type JourneyState, readState, saveState } from './state';

/** Members of one transaction; their cards are opened at once, so that the ledger gathers them into few batches. */
const BATCH = 500;
const APPLIED_BY = 'import complete-journey';
const EXAMPLE = 'sqlite:data/complete-journey.db';

/** `clock` is the one that the house's services look at; it is moved through the time of the data. */
export class JourneyImportService {
  constructor(
    private readonly house: JourneyHouse,
    private readonly clock: ManualClock,
    /** Given when the brands pay for the coupons: agrees on that with them, once the program is there. */
    private readonly agreeOn?: (journey: Journey) => Promise<void>,
  ) {}

  /**
   * May be interrupted at any point and asked again: what was stored is skipped, and every step has a key of its own.
   * Throws ImportFault when the database holds other data or another program.
   */
  async run(checked: CheckedJourney, onProgress: OnProgress = () => {}): Promise<JourneyState> {
    const { journey } = checked;
    const { from, until } = timeOf(journey);
    this.clock.set(from);
    let state = await this.begin(checked);
    await this.agreeOn?.(journey);
    const { households } = journey;
    while (state.households < households.length) {
      const batch = households.slice(state.households, state.households + BATCH);
      await this.storeHouseholds(batch);
      state = { ...state, households: state.households + batch.length };
      await saveState(this.house.database, state, this.clock.now());
      onProgress('households and cards', state.households, households.length);
    }
    state = await new JourneyReplay(this.house, this.clock, { journey, state, onProgress }).run();
    this.clock.set(Math.max(until, state.doneUntil));
    return state;
  }

  private async begin(checked: CheckedJourney): Promise<JourneyState> {
    const own = {
      text: programText(checked.journey, this.agreeOn ? 'EXCHANGE' : 'OPERATOR'),
      file: PROGRAM_FILE,
      appliedBy: APPLIED_BY,
      example: EXAMPLE,
    };
    const known = await readState(this.house.database);
    if (!known) {
      await applyOwnProgram(this.house, own);
      const state: JourneyState = { digest: checked.digest, households: 0, doneUntil: 0, refused: {} };
      await saveState(this.house.database, state, this.clock.now());
      return state;
    }
    const fresh = `Name a fresh database, for instance DATABASE_URL=${EXAMPLE}`;
    if (known.digest !== checked.digest) {
      throw new ImportFault(`The database holds another version of this data set. ${fresh}`);
    }
    if (await isOwnProgram(this.house, own)) return known;
    throw new ImportFault(`The program in force is not the imported one any more. ${fresh}`);
  }

  private async storeHouseholds(households: readonly Household[]): Promise<void> {
    const { members, cards, catalogue } = this.house;
    const startsAt = this.clock.now();
    const people = households.map(({ id, tags }) => {
      return { externalId: id, nickname: `Household ${id}`, tags, joinedAt: startsAt };
    });
    const registered = await members.register(people);
    if (isRefusal(registered)) throw new ImportFault(`The households were refused: ${registered.message}`);
    const plan = catalogue.current().planByCode(PLAN_CODE);
    if (!plan) throw new ImportFault(`The program in force has no plan ${PLAN_CODE}; import into a fresh database.`);
    const opened = await Promise.all(
      registered.map(({ id, externalId }) =>
        cards.open({ memberId: id, planId: plan.id, orderId: `complete-journey-${externalId}`, startsAt }),
      ),
    );
    const refused = opened.find(isRefusal);
    if (refused) throw new ImportFault(`A card was refused: ${refused.message}`);
  }
}
