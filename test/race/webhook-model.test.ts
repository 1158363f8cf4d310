// Random events meet random faults: each is delivered at least once or dead, and the order of each subject is kept.
import fc from 'fast-check';
import { HOUR, MINUTE, SECOND } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/id';
import type { PartnerEventType } from '../../src/partner-port/event.store';
import { CLAIM_MS } from '../../src/webhooks/dispatcher';
import { eachDatabase } from '../support/lanes';
import { TappedDatabase } from '../support/tapped-database';
import { WebhookPost } from '../support/webhook-post';
import type { Behaviour } from '../support/webhook-receiver';

const BEHAVIOURS: readonly Behaviour[] = [
  200,
  204,
  400,
  500,
  302,
  'CUT',
  { status: 429, headers: { 'retry-after': '60' } },
  { status: 503, headers: { 'retry-after': 'soon' } },
];
const TYPES: readonly PartnerEventType[] = ['redemption.issued', 'redemption.used', 'redemption.cancelled'];

type Step =
  | { readonly do: 'append'; readonly subject: number; readonly type: number }
  | { readonly do: 'wait'; readonly milliseconds: number }
  /** The other of two processes works for a while. */
  | { readonly do: 'switch' }
  /** So many of the next writes of an outcome fail. */
  | { readonly do: 'break'; readonly writes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), subject: fc.nat(2), type: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(0, 5 * SECOND, MINUTE, 5 * MINUTE, HOUR, 5 * HOUR, 24 * HOUR),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'switch' } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('break' as const), writes: fc.integer({ min: 1, max: 3 }) }) },
);

eachDatabase((lane) => {
  const scenario = fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 14 }),
    answers: fc.array(fc.constantFrom(...BEHAVIOURS), { maxLength: 30 }),
  });

  test('at least once or dead, and in order', async () => {
    await fc.assert(fc.asyncProperty(scenario, run), { numRuns: lane.name === 'sqlite' ? 60 : 30 });
  }, 240_000);

  interface Scenario {
    readonly steps: readonly Step[];
    readonly answers: readonly Behaviour[];
  }

  async function run(given: Scenario): Promise<void> {
    let failing = 0;
    const door = new TappedDatabase(lane.database, (statement) => {
      if (failing === 0 || !/UPDATE webhook_delivery SET state/.test(statement)) return;
      failing -= 1;
      throw new Error('the database went away');
    });
    const first = new WebhookPost(lane.database, { door });
    const posts = [first, new WebhookPost(lane.database, { door, clock: first.clock })];
    try {
      await follow(given, posts, (writes) => {
        failing = writes;
      });
    } finally {
      for (const post of posts) await post.close();
    }
  }

  async function follow(
    { steps, answers }: Scenario,
    posts: WebhookPost[],
    breakWrites: (writes: number) => void,
  ): Promise<void> {
    const first = posts[0]!;
    const { id, receiver } = await first.partner();
    const subjects = Array.from({ length: 3 }, () => newId(first.now));
    let asked = 0;
    receiver.behave = () => answers[asked++] ?? 200;
    const appended: string[][] = subjects.map(() => []);
    for (const one of steps) {
      if (one.do === 'append') {
        const [event] = await first.append(id, subjects[one.subject]!, TYPES[one.type]!);
        appended[one.subject]!.push(`event_${event!.id}`);
      } else if (one.do === 'wait') await posts[0]!.after(one.milliseconds);
      else if (one.do === 'switch') posts.reverse();
      else breakWrites(one.writes);
    }
    breakWrites(0);
    // Everything comes to its end, since the partner is well at last: whatever is claimed or asked to wait, in time.
    for (let hours = 0; hours < 200; hours += 25) await posts[0]!.after(25 * HOUR + CLAIM_MS);
    const ended = new Map((await first.all(id)).map((delivery) => [`event_${delivery.id}`, delivery.state]));
    expect([...ended.keys()].sort()).toEqual(appended.flat().sort());
    for (const [at, events] of appended.entries()) {
      const subject = `redemption_${subjects[at]}`;
      const taken = receiver.told.filter(
        (told) => told.body.subject === subject && told.answered !== undefined && told.answered < 300,
      );
      const arrived = new Set(taken.map((told) => told.id));
      for (const event of events) expect(ended.get(event) === 'DEAD' || arrived.has(event)).toBe(true);
      // No younger event was tried before an older one had come to its end.
      const firstTried = events.filter((event) => receiver.told.some((told) => told.id === event));
      const order = [...new Set(receiver.told.filter((told) => told.body.subject === subject).map((told) => told.id))];
      expect(order).toEqual(firstTried);
      const places = taken.map((told) => events.indexOf(told.id));
      expect(places).toEqual(places.toSorted((left, right) => left - right));
    }
    expect(receiver.forged).toEqual([]);
  }
});
