// Counts what the files hold, record by record, and refuses what does not fit together.
import type { StarbucksEvent, StarbucksEventName, StarbucksOffer, StarbucksPerson } from './records';
import { offerOf } from './records';

const GENDERS = ['F', 'M', 'O', 'unknown'] as const;
type Gender = (typeof GENDERS)[number];

// What a member did, as bits, so that 17,000 members need one number each.
const BITS: Record<StarbucksEventName, number> = {
  transaction: 1,
  'offer received': 2,
  'offer viewed': 4,
  'offer completed': 8,
};

export interface OfferCounts {
  received: number;
  viewed: number;
  completed: number;
  rewardCents: number;
}

const OFFER_COUNT = {
  'offer received': 'received',
  'offer viewed': 'viewed',
  'offer completed': 'completed',
} as const;

/** Memory is bounded by the number of members and the events of one hour, not by the length of the files. */
export class StarbucksTotals {
  readonly events: Record<StarbucksEventName, number> = {
    transaction: 0,
    'offer received': 0,
    'offer viewed': 0,
    'offer completed': 0,
  };
  readonly genders: Record<Gender, number> = { F: 0, M: 0, O: 0, unknown: 0 };
  readonly perOffer = new Map<string, OfferCounts>();
  readonly receivedByHour = new Map<number, number>();
  transactionCents = 0;
  /** Each amount rounded down to whole dollars, then summed. */
  wholeDollars = 0;
  rewardCents = 0;
  incomes = 0;
  duplicates = 0;
  firstJoined = Number.POSITIVE_INFINITY;
  lastJoined = Number.NEGATIVE_INFINITY;
  private readonly offers: ReadonlyMap<string, StarbucksOffer>;
  private readonly deeds = new Map<string, number>();
  private hour = 0;
  private readonly textsOfHour = new Set<string>();

  constructor(offers: readonly StarbucksOffer[]) {
    this.offers = new Map(offers.map((offer) => [offer.id, offer]));
    for (const { id } of offers) this.perOffer.set(id, { received: 0, viewed: 0, completed: 0, rewardCents: 0 });
  }

  get members(): number {
    return this.deeds.size;
  }

  get eventCount(): number {
    return Object.values(this.events).reduce((sum, count) => sum + count, 0);
  }

  membersWho(did: StarbucksEventName): number {
    let members = 0;
    for (const deeds of this.deeds.values()) if (deeds & BITS[did]) members += 1;
    return members;
  }

  /** Answers what is wrong with the record, or nothing. */
  addPerson(person: StarbucksPerson): string | undefined {
    if (this.deeds.has(person.id)) return `member ${person.id} is there a second time.`;
    this.deeds.set(person.id, 0);
    this.genders[person.gender ?? 'unknown'] += 1;
    this.incomes += person.income ?? 0;
    this.firstJoined = Math.min(this.firstJoined, person.joinedAt);
    this.lastJoined = Math.max(this.lastJoined, person.joinedAt);
    return undefined;
  }

  /** Answers what is wrong with the record, or nothing. */
  addEvent(event: StarbucksEvent, text: string): string | undefined {
    const fault = this.eventFault(event);
    if (fault) return fault;
    this.events[event.event] += 1;
    this.deeds.set(event.person, this.deeds.get(event.person)! | BITS[event.event]);
    this.countDuplicate(event.time, text);
    if (event.event === 'transaction') {
      const { amount } = event.value;
      this.transactionCents += amount;
      this.wholeDollars += Math.floor(amount / 100);
      return undefined;
    }
    const counts = this.perOffer.get(offerOf(event)!)!;
    counts[OFFER_COUNT[event.event]] += 1;
    if (event.event === 'offer completed') {
      counts.rewardCents += event.value.reward;
      this.rewardCents += event.value.reward;
    }
    if (event.event === 'offer received') {
      this.receivedByHour.set(event.time, (this.receivedByHour.get(event.time) ?? 0) + 1);
    }
    return undefined;
  }

  private eventFault(event: StarbucksEvent): string | undefined {
    if (!this.deeds.has(event.person)) return `person ${event.person} is not in profile.json.gz.`;
    const offerId = offerOf(event);
    const offer = offerId === undefined ? undefined : this.offers.get(offerId);
    if (offerId !== undefined && !offer) return `offer ${offerId} is not in portfolio.json.`;
    if (event.event === 'offer completed' && offer && event.value.reward !== offer.reward) {
      return `the reward is ${event.value.reward / 100} dollars; portfolio.json says ${offer.reward / 100}.`;
    }
    // The order in the file is the order of the requests, so time may stand still but never go back.
    if (event.time < this.hour) return `time goes back from hour ${this.hour} to hour ${event.time}.`;
    return undefined;
  }

  /** Equal records have equal times, and the file is in the order of time: one hour at a time is enough. */
  private countDuplicate(hour: number, text: string): void {
    if (hour !== this.hour) this.textsOfHour.clear();
    this.hour = hour;
    if (this.textsOfHour.has(text)) this.duplicates += 1;
    this.textsOfHour.add(text);
  }
}
