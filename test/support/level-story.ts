// Stories about levels, through the API alone: what members do, and how their level, growth and gifts stand.
import { DAY } from '../../src/kernel/clock';
import { AUDITOR, OPERATIONS, SHOP, type TestGateway, type Who } from './gateway';
import { fresh, type RefusedAnswer, Story } from './gateway-story';

export interface LevelAnswer {
  readonly level: { readonly code: string } | null;
  readonly levelKeptUntil: string | null;
  readonly levelIsManual: boolean;
  readonly rating: number | null;
  readonly growth: {
    readonly value: number;
    readonly nextLevel: { readonly code: string } | null;
    readonly toNextLevel: number | null;
    readonly ratingToNextLevel: number | null;
    readonly nextLevelFrom: string | null;
  };
  readonly levelGifts: readonly { readonly code: string; readonly state: string }[];
  readonly levelHistory: {
    readonly edges: readonly {
      readonly node: {
        readonly from: { readonly code: string } | null;
        readonly to: { readonly code: string } | null;
        readonly why: string;
        readonly at: string;
      };
    }[];
  };
}

interface GiftAnswer {
  readonly __typename: 'ClaimedLevelGift';
  readonly points: number;
  readonly redemptions: readonly string[];
  readonly missed: readonly { readonly code: string }[];
}

interface EventsAnswer {
  readonly results: readonly { readonly refusal: object | null; readonly event: { earned: { growth: number } } }[];
}

export class LevelStory {
  readonly story: Story;
  private readonly begin: number;

  constructor(private readonly gateway: TestGateway) {
    this.story = new Story(gateway);
    this.begin = gateway.clock.now();
  }

  /** Noon of so many days after the beginning. */
  day(day: number): void {
    this.gateway.clock.set(this.begin + day * DAY);
  }

  standing(who: Who): Promise<LevelAnswer> {
    return this.gateway.run<LevelAnswer>(AUDITOR, 'member-levels', { externalId: who.subject, first: 100 });
  }

  /** The level's code and the growth. */
  async at(who: Who): Promise<[level: string | undefined, growth: number]> {
    const { level, growth } = await this.standing(who);
    return [level?.code, growth.value];
  }

  /** `from > to why`, the oldest first. */
  async history(who: Who): Promise<string[]> {
    const { edges } = (await this.standing(who)).levelHistory;
    return edges
      .map(({ node: { from, to, why } }) => `${from?.code ?? 'none'} > ${to?.code ?? 'none'} ${why}`)
      .toReversed();
  }

  /** The same, with the day on which it happened. */
  async dates(who: Who): Promise<number[]> {
    const { edges } = (await this.standing(who)).levelHistory;
    return edges.map(({ node }) => (Date.parse(node.at) - this.begin) / DAY).toReversed();
  }

  /** An event of now that must be recorded; answers the growth that it earned. */
  async tell(who: Who, type: string, more: object = {}): Promise<number> {
    const occurredAt = new Date(this.gateway.clock.now()).toISOString();
    const event = { source: 'shop', eventId: fresh('event'), member: who.subject, type, occurredAt, ...more };
    const answer = await this.gateway.run<EventsAnswer>(SHOP, 'record-events', { events: [event] });
    const [result] = answer.results;
    if (!result || result.refusal) throw new Error(`the event was refused: ${JSON.stringify(answer)}`);
    return result.event.earned.growth;
  }

  claim(who: Who, level: string, gift: string): Promise<GiftAnswer | RefusedAnswer> {
    return this.gateway.run(who, 'claim-level-gift', { input: { level, gift } });
  }

  setManual(who: Who, level: string, until: string): Promise<{ level: { code: string } }> {
    const input = { member: who.subject, level, until, reason: 'goodwill' };
    return this.gateway.run(OPERATIONS, 'set-manual-level', { input });
  }
}
