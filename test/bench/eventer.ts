// A process that tells events: to the service in this process, or to a gateway over HTTP, a thousand a call.
import { Pool } from 'undici';
import { parse, stringify } from 'yaml';
import { demoKeyOf } from '../../src/compose/serve';
import type { EventInput } from '../../src/engagement/event/event';
import type { EventService } from '../../src/engagement/event/event.service';
import { issueDemoToken } from '../../src/identity/demo-key';
import { DAY, systemClock } from '../../src/kernel/clock';
import { isRefusal } from '../../src/kernel/refusal';
import { answerVerbs } from './answers';
import type { LoadResult } from './load';
import { operationText } from './servers';
import { openWorld, type WorldPlace } from './world';

export interface EventerStart extends WorldPlace {
  /** Of the gateway; absent: the service in this process. */
  readonly port?: number;
  readonly members: number;
}

export interface EventRun {
  readonly milliseconds: number;
  /** Calls in flight. */
  readonly inFlight: number;
}

export const EVENTS_A_CALL = 1_000;

/** Growth and points by amount, by plan and level; points with a cap; growth under a condition. */
const RULES = [
  {
    code: 'bench-points',
    on: 'PURCHASE',
    earns: 'POINTS',
    per: { amount: 100, gives: 1 },
    multiplyBy: ['PLAN', 'LEVEL'],
  },
  { code: 'bench-growth', on: 'PURCHASE', earns: 'GROWTH', per: { amount: 100, gives: 1 } },
  { code: 'bench-sign-in', on: 'SIGN_IN', earns: 'POINTS', fixed: 5, caps: [{ period: 'DAY', limit: 20 }] },
  { code: 'bench-photo', on: 'REVIEW', earns: 'GROWTH', fixed: 20, when: 'event.attributes.photos >= 1' },
];
/** What counts towards tasks: each purchase towards one of the week, each sign-in one of the day, photos a streak. */
const TASKS = [
  { code: 'bench-orders', name: 'Orders', kind: 'WEEKLY', on: 'PURCHASE', target: 1_000_000 },
  { code: 'bench-day', name: 'Sign in', kind: 'DAILY', on: 'SIGN_IN', target: 1, reward: { points: 1 } },
  {
    code: 'bench-photos',
    name: 'Photos',
    kind: 'STREAK',
    on: 'REVIEW',
    when: 'event.attributes.photos >= 1',
    target: 7,
    reward: { points: 10 },
  },
];
/** Of ten events so many. */
const MIX = [
  'PURCHASE',
  'PURCHASE',
  'PURCHASE',
  'PURCHASE',
  'PURCHASE',
  'PURCHASE',
  'SIGN_IN',
  'SIGN_IN',
  'REVIEW',
  'REVIEW',
] as const;

type Tell = (events: readonly EventInput[]) => Promise<void>;

let tell: Tell | undefined;
let members: readonly string[] = [];
let sent = 0;
const process36 = process.pid.toString(36) + process.hrtime.bigint().toString(36);

interface Coded {
  readonly code: string;
}

/** The world's program with the rules and the tasks of the bench. */
export async function applyRules(place: WorldPlace): Promise<void> {
  const gateway = await openWorld(place);
  try {
    await gateway.catalogue.refresh();
    const program = parse((await gateway.programs.export())!) as Record<'earningRules' | 'tasks', Coded[] | undefined>;
    const kept = (items: readonly Coded[] = []) => items.filter(({ code }) => !code.startsWith('bench-'));
    const earningRules = [...kept(program.earningRules), ...RULES];
    const text = stringify({ ...program, earningRules, tasks: [...kept(program.tasks), ...TASKS] });
    const { faults } = await gateway.programs.apply(text, 'bench');
    if (faults) throw new Error(`the bench's program is faulty: ${JSON.stringify(faults)}`);
  } finally {
    await gateway.close();
  }
}

async function start({ port, members: count, ...place }: EventerStart): Promise<number> {
  const gateway = await openWorld(place);
  await gateway.catalogue.refresh();
  const rows = await gateway.database.read.arrays('SELECT external_id FROM member LIMIT ?', [count]);
  members = rows.map((row) => String(row[0]));
  tell = port === undefined ? toService(gateway.events) : toGateway(port, await tokenOf(gateway));
  return members.length;
}

async function tokenOf(gateway: Awaited<ReturnType<typeof openWorld>>): Promise<string> {
  const key = await demoKeyOf(gateway);
  return issueDemoToken(key, { role: 'SERVER', subject: 'bench-shop', lifetimeMs: DAY }, systemClock);
}

function toService(events: EventService): Tell {
  return async (inputs) => {
    const refused = (await events.record(inputs)).find(isRefusal);
    if (refused) throw new Error(`${refused.code}: ${refused.message}`);
  };
}

function toGateway(port: number, token: string): Tell {
  const pool = new Pool(`http://127.0.0.1:${port}`);
  const query = operationText('record-events');
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const refused = /"refused":(?!0\b)|"errors"/;
  return async (events) => {
    const told = events.map((event) => ({ ...event, occurredAt: new Date(event.occurredAt).toISOString() }));
    const body = JSON.stringify({ query, variables: { events: told } });
    const answer = await pool.request({ method: 'POST', path: '/graphql', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || refused.test(text)) throw new Error(text.slice(0, 1_000));
  };
}

function nextCall(): EventInput[] {
  return Array.from({ length: EVENTS_A_CALL }, () => {
    sent += 1;
    return {
      source: process36,
      eventId: String(sent),
      member: members[sent % members.length]!,
      type: MIX[sent % MIX.length]!,
      occurredAt: systemClock.now(),
      amount: 100 + ((sent * 37) % 50_000),
      orderId: `${process36} ${sent}`,
      attributes: { photos: sent % 3 },
    };
  });
}

async function run({ milliseconds, inFlight }: EventRun): Promise<LoadResult> {
  const times: number[] = [];
  const started = performance.now();
  const until = started + milliseconds;
  let [bad, firstBad]: [number, string | undefined] = [0, undefined];
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      const call = nextCall();
      const begun = performance.now();
      await tell!(call).catch((error: Error) => {
        bad += 1;
        firstBad ??= String(error.stack);
      });
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  times.sort((left, right) => left - right);
  const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  const seconds = (performance.now() - started) / 1_000;
  return { requests: times.length * EVENTS_A_CALL, seconds, p50: quantile(0.5), p99: quantile(0.99), bad, firstBad };
}

if (process.send) {
  answerVerbs({ start, run });
  process.channel?.ref();
}
