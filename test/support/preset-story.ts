// What the stories of presets share: a gateway with the preset, events that are told, and what a member has then.
import { readFileSync } from 'node:fs';
import { presetPath } from '../../src/program/presets';
import { SHOP, TestGateway, type Who } from './gateway';
import { fresh, Story } from './gateway-story';

export interface MyActivities {
  readonly tasks: readonly { task: { code: string }; state: string; progress: number; target: number }[];
  readonly checkIns: { streak: number };
  readonly draws: readonly { chances: number; seedHash: string; draw: { code: string; totalWeight: number } }[];
  readonly referrals: { code: string; accepted: number; earned: number };
}

interface Home {
  readonly level: { name: string };
  readonly growth: { value: number };
  readonly points: { balance: number };
  readonly coupons: { edges: readonly { node: { title: string; status: string } }[] };
}

interface Recorded {
  readonly recorded: number;
  readonly results: readonly { refusal: { message: string } | null }[];
}

export class PresetStory extends Story {
  static async begin(url: string, preset: string): Promise<PresetStory> {
    const program = readFileSync(presetPath(preset), 'utf8');
    return new PresetStory(await TestGateway.start({ url, program }));
  }

  /** Tells one event of now, which must be taken. */
  async tells(who: Who, type: string, more: object = {}): Promise<void> {
    const occurredAt = new Date(this.gateway.clock.now()).toISOString();
    const event = { source: 'app', eventId: fresh('event'), member: who.subject, type, occurredAt, ...more };
    const { recorded, results } = await this.gateway.run<Recorded>(SHOP, 'record-events', { events: [event] });
    if (recorded !== 1) throw new Error(`the event was refused: ${results[0]?.refusal?.message}`);
  }

  activities(who: Who): Promise<MyActivities> {
    return this.gateway.run(who, 'my-activities');
  }

  /** Level, growth, points, and the titles of the coupons, the newest first. */
  async has(who: Who) {
    const home = await this.gateway.run<Home>(who, 'member-home', { perks: 1, coupons: 50 });
    return {
      level: home.level.name,
      growth: home.growth.value,
      points: home.points.balance,
      coupons: home.coupons.edges.map(({ node }) => node.title),
    };
  }
}
