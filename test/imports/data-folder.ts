// Folders with data in the form of the data set "Starbucks rewards": written by hand, or cut from the published files.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DATA_FOLDER } from '../replay/house';

/** A record, or a line as it is. */
type Line = object | string;

export interface DataLines {
  readonly offers: readonly Line[];
  readonly people: readonly Line[];
  readonly events: readonly Line[];
}

function fileOf(lines: readonly Line[]): string {
  return lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
}

const made: string[] = [];

export async function writeFolder({ offers, people, events }: DataLines): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'perkgate-data-'));
  made.push(folder);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'portfolio.json'), fileOf(offers));
  await writeFile(join(folder, 'profile.json.gz'), gzipSync(fileOf(people)));
  await writeFile(join(folder, 'transcript.json.gz'), gzipSync(fileOf(events)));
  return folder;
}

export async function removeFolders(): Promise<void> {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

export const dataId = (digit: string): string => digit.repeat(32);
export const ANNA = dataId('a');
export const BEN = dataId('b');
export const CLEO = dataId('c');
const TEN = dataId('1');
const FIVE = dataId('5');
const NEWS = dataId('0');

export const person = (id: string, further: object = {}) => ({
  id,
  gender: 'F',
  age: 55,
  became_member_on: '20170715',
  income: 112000,
  ...further,
});

export const completed = (who: string, offer: string, reward: number, time: number) => ({
  person: who,
  event: 'offer completed',
  value: { offer_id: offer, reward },
  time,
});

/** Three members, three offers, eleven events on lines 1 to 12 (line 3 is blank); completions are what counts. */
export const TINY: DataLines = {
  offers: [
    { id: TEN, offer_type: 'bogo', difficulty: 10, reward: 10, duration: 7, channels: ['web', 'email'] },
    { id: FIVE, offer_type: 'discount', difficulty: 20, reward: 5, duration: 10, channels: ['email'] },
    { id: NEWS, offer_type: 'informational', difficulty: 0, reward: 0, duration: 3, channels: ['social'] },
  ],
  people: [
    person(ANNA),
    person(BEN, { gender: null, age: 118, income: null, became_member_on: '20130729' }),
    person(CLEO, { gender: 'O', age: 118 }),
  ],
  events: [
    { person: ANNA, event: 'offer received', value: { 'offer id': TEN }, time: 0 },
    { person: ANNA, event: 'offer viewed', value: { 'offer id': TEN }, time: 0 },
    '',
    { person: ANNA, event: 'transaction', value: { amount: 12.34 }, time: 6 },
    completed(ANNA, TEN, 10, 6),
    // The same record twice is two requests.
    completed(ANNA, TEN, 10, 6),
    completed(BEN, FIVE, 5, 6),
    completed(ANNA, FIVE, 5, 12),
    completed(BEN, TEN, 10, 12),
    completed(ANNA, FIVE, 5, 18),
    completed(BEN, FIVE, 5, 714),
    { person: BEN, event: 'offer received', value: { 'offer id': NEWS }, time: 714 },
  ],
};

export const DATA_IS_THERE = existsSync(join(DATA_FOLDER, 'transcript.json.gz'));
export const DATA_NOTICE = DATA_IS_THERE
  ? 'a slice of the published data'
  : 'SKIPPED: the published data set is not at ../shared/data/starbucks-rewards';

/** The first `members` of the profile with all of their events. */
export function publishedSlice(members: number): DataLines {
  const linesOf = (name: string): string[] => {
    const bytes = readFileSync(join(DATA_FOLDER, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n').filter(Boolean);
  };
  const people = linesOf('profile.json.gz').slice(0, members);
  const known = new Set(people.map((line) => JSON.parse(line).id as string));
  // By its text, because parsing every line of 306,534 takes seconds.
  const events = linesOf('transcript.json.gz').filter((line) => known.has(/"person": "(\w+)"/.exec(line)![1]!));
  return { offers: linesOf('portfolio.json'), people, events };
}

export interface NaiveAnswer {
  accepted: number;
  costCents: number;
  refusedByCap: number;
  refusedByQuota: number;
  cardsAtCap: number;
}

/** What a card may cost, told as simply as can be: one loop over the completions, one number a card. */
export function naiveReplay({ events }: DataLines, cap: number, quota = Number.POSITIVE_INFINITY): NaiveAnswer {
  const left = new Map<string, number>();
  const taken = new Map<string, number>();
  const answer: NaiveAnswer = { accepted: 0, costCents: 0, refusedByCap: 0, refusedByQuota: 0, cardsAtCap: 0 };
  for (const line of events) {
    const event = typeof line === 'string' ? line && JSON.parse(line) : line;
    if (event.event !== 'offer completed') continue;
    const { offer_id: offer, reward } = event.value;
    const key = `${event.person} ${offer}`;
    const remaining = left.get(event.person) ?? cap;
    left.set(event.person, remaining);
    if ((taken.get(key) ?? 0) >= quota) answer.refusedByQuota += 1;
    else if (remaining < reward) answer.refusedByCap += 1;
    else {
      left.set(event.person, remaining - reward);
      taken.set(key, (taken.get(key) ?? 0) + 1);
      answer.accepted += 1;
      answer.costCents += reward * 100;
    }
  }
  answer.cardsAtCap = [...left.values()].filter((remaining) => remaining === 0).length;
  return answer;
}
