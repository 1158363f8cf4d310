// Scenes about events: a house with rules, and short ways to tell what members did.
import type { Database } from '../../src/database/database';
import { totalsOf } from '../../src/engagement/earning/earning';
import type { EventInput } from '../../src/engagement/event/event';
import type { EventOutcome, EventRecorded } from '../../src/engagement/event/event.service';
import type { Id } from '../../src/kernel/id';
import { growthOf } from '../../src/members/level';
import { type PointsStanding, pointsOf } from '../../src/members/points';
import { type ProgramParts, programText } from './gateway-program';
import { House, type HouseOptions, must, openHouse, unique } from './house';

export class EventScene {
  constructor(readonly house: House) {}

  static async open(database: Database, parts: ProgramParts, options: HouseOptions = {}): Promise<EventScene> {
    return new EventScene(await openHouse(database, { program: programText(parts), ...options }));
  }

  async member(): Promise<{ memberId: Id; member: string }> {
    const member = unique('member');
    return { memberId: await this.house.member({ externalId: member }), member };
  }

  /** An event of now with an id of its own, unless told. */
  input(member: string, type: EventInput['type'], more: Partial<EventInput> = {}): EventInput {
    return { source: 'shop', eventId: unique('event'), member, type, occurredAt: this.house.now, ...more };
  }

  record(...inputs: EventInput[]): Promise<readonly EventOutcome[]> {
    return this.house.events.record(inputs);
  }

  /** An event that must not be refused. */
  async tell(member: string, type: EventInput['type'], more: Partial<EventInput> = {}): Promise<EventRecorded> {
    const [outcome] = await this.record(this.input(member, type, more));
    return must(outcome!);
  }

  /** What the event earned. */
  async earned(member: string, type: EventInput['type'], more: Partial<EventInput> = {}) {
    return totalsOf((await this.tell(member, type, more)).earnings);
  }

  async growth(memberId: Id): Promise<number> {
    return growthOf(await this.judging(memberId));
  }

  async points(memberId: Id): Promise<PointsStanding> {
    return pointsOf(await this.judging(memberId));
  }

  async judging(memberId: Id) {
    const { catalogue, now } = this.house;
    return { rows: await this.house.rows(memberId), catalogue: catalogue.current(), now };
  }
}
