// Data that are not what they should be: the message names file, line, what was given and what is allowed.
import { appendFile, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isWrong } from '../../src/imports/figure-table';
import { checkFolder } from '../../src/imports/starbucks/check';
import { ANNA, completed, type DataLines, dataId, person, removeFolders, TINY, writeFolder } from './data-folder';

afterAll(removeFolders);

const faultOf = async (folder: string): Promise<string> => {
  const error: unknown = await checkFolder(folder).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ImportFault' });
  return (error as Error).message;
};

const transaction = (amount: unknown, time: unknown = 714) => ({
  person: ANNA,
  event: 'transaction',
  value: { amount },
  time,
});

const withEvent = (event: object | string): DataLines => ({ ...TINY, events: [...TINY.events, event] });
const withPerson = (further: object): DataLines => ({ ...TINY, people: [...TINY.people, further] });
const withOffer = (further: object): DataLines => ({
  ...TINY,
  offers: [{ ...(TINY.offers[0] as object), ...further }],
});

describe('a faulty line', () => {
  test.each<[string, DataLines, string]>([
    ['is no JSON', withEvent('{"person": '), 'transcript.json.gz, line 13: "{\\"person\\": " is not JSON'],
    ['is JSON, but no record', withEvent('[]'), 'transcript.json.gz, line 13: the record is []'],
    ['is of another event', withEvent({ ...transaction(1), event: 'offer eaten' }), 'line 13: event is "offer eaten"'],
    ['has no person', withEvent({ ...transaction(1), person: undefined }), 'line 13: person is nothing'],
    ['has a key that nobody knows', withEvent({ ...transaction(1), extra: 1 }), 'Unrecognized key: "extra"'],
    [
      'names a person that is not there',
      withEvent({ ...transaction(1), person: dataId('d') }),
      'not in profile.json.gz',
    ],
    ['names an offer that is not there', withEvent(completed(ANNA, dataId('9'), 5, 714)), 'not in portfolio.json'],
    ['has another reward than the offer', withEvent(completed(ANNA, dataId('5'), 7, 714)), 'the reward is 7 dollars'],
    [
      'spells the offer of a receipt as that of a completion',
      withEvent({ person: ANNA, event: 'offer received', value: { offer_id: dataId('5') }, time: 714 }),
      'line 13: value.offer id is nothing',
    ],
    ['has an amount below zero', withEvent(transaction(-1)), 'line 13: value.amount is -1'],
    ['has half a cent', withEvent(transaction(1.005)), 'value.amount is 1.005; allowed are at most two decimals'],
    ['has a huge amount', withEvent(transaction(1e300)), 'value.amount is 1e+300'],
    ['has an amount as text', withEvent(transaction('1')), 'value.amount is "1"'],
    ['has a time that is over', withEvent(transaction(1, 720)), 'line 13: time is 720'],
    ['has a fraction of an hour', withEvent(transaction(1, 714.5)), 'line 13: time is 714.5'],
    ['goes back in time', withEvent(transaction(1, 708)), 'time goes back from hour 714 to hour 708'],
    ['is longer than any record', withEvent('x'.repeat(70_000)), 'line 13: it is longer than 65536 bytes'],
    ['has a date that never was', withPerson(person(dataId('d'), { became_member_on: '20170230' })), 'of the calendar'],
    ['has a gender that the data do not', withPerson(person(dataId('d'), { gender: 'X' })), 'line 4: gender is "X"'],
    ['has an age below zero', withPerson(person(dataId('d'), { age: -1 })), 'profile.json.gz, line 4: age is -1'],
    ['is a member that was there before', withPerson(person(ANNA)), `line 4: member ${ANNA} is there a second time`],
    ['has an id that is none', withPerson(person('anna')), 'id is "anna"; allowed are 32 hexadecimal digits'],
    ['is an offer for half a day', withOffer({ duration: 0.5 }), 'portfolio.json, line 1: duration is 0.5'],
    ['is an offer of no type', withOffer({ offer_type: 'gift' }), 'portfolio.json, line 1: offer_type is "gift"'],
    ['is an offer that was there before', { ...TINY, offers: [...TINY.offers, TINY.offers[0]!] }, 'a second time'],
    ['is missing: no offers', { ...TINY, offers: [] }, 'portfolio.json has no offer'],
  ])('that %s is named', async (_title, lines, message) => {
    expect(await faultOf(await writeFolder(lines))).toContain(message);
  });
});

describe('a faulty file', () => {
  const transcript = 'transcript.json.gz';

  test.each(['portfolio.json', 'profile.json.gz', transcript])('that is missing is named: %s', async (name) => {
    const folder = await writeFolder(TINY);
    await unlink(join(folder, name));

    expect(await faultOf(folder)).toBe(`The file ${join(folder, name)} cannot be read (ENOENT).`);
  });

  test('that is cut short is not taken for a whole one', async () => {
    const folder = await writeFolder({ ...TINY, events: Array(5_000).fill(TINY.events[0]) });
    const bytes = await readFile(join(folder, transcript));
    await writeFile(join(folder, transcript), bytes.subarray(0, bytes.length - 20));

    expect(await faultOf(folder)).toMatch(
      /^transcript\.json\.gz is damaged or cut short after line \d+: unexpected end/,
    );
  });

  test('that is no gzip is told so', async () => {
    const folder = await writeFolder(TINY);
    await writeFile(join(folder, transcript), '{}\n');

    expect(await faultOf(folder)).toContain(
      'transcript.json.gz is damaged or cut short after line 0: incorrect header',
    );
  });

  test('with bytes that are not UTF-8 is refused at their line', async () => {
    const folder = await writeFolder(TINY);
    await writeFile(join(folder, transcript), gzipSync(Buffer.from([0x0a, 0x22, 0xff, 0x22, 0x0a])));

    expect(await faultOf(folder)).toBe('transcript.json.gz, line 2: the bytes are not UTF-8.');
  });

  test('of totals that are none is refused', async () => {
    const folder = await writeFolder(TINY);
    await appendFile(join(folder, 'totals.json'), '{"known_totals": {}}');

    expect(await faultOf(folder)).toContain('totals.json does not hold the figures of this data set');
  });
});

test('sound data are counted to the cent, without their blank line, with their duplicate', async () => {
  const checked = await checkFolder(await writeFolder(TINY));

  const got = Object.fromEntries(checked.figures.map((figure) => [figure.what, figure.got]));
  expect(got).toMatchObject({
    'lines of the transcript': 12,
    '… of them blank': 1,
    events: 11,
    '… transaction': 1,
    '… offer received': 2,
    '… offer viewed': 1,
    '… offer completed': 7,
    'exact duplicates': 1,
    'transactions, cents': 1234,
    'transactions, whole dollars each': 12,
    'rewards of completions, dollars': 50,
    members: 3,
    '… with transaction': 1,
    '… with offer completed': 2,
    '… of gender unknown': 1,
    'known incomes, dollars': 224_000,
    'first joined': '20130729',
    'last joined': '20170715',
    'received in hour 0': 1,
    'received in hour 714': 1,
  });
  expect(checked.asExpected).toBe(true);
});

test('data that differ from the totals beside them are found out', async () => {
  const folder = await writeFolder(TINY);
  const known_totals = {
    transcript_physical_lines: 12,
    transcript_blank_lines: 1,
    members: 3,
    offers: 3,
    events: 12,
    events_by_type: { transaction: 1, 'offer received': 2, 'offer viewed': 1, 'offer completed': 7 },
    transaction_cents_sum: 1235,
    transaction_whole_dollars_sum_floor_each: 12,
    reward_dollars_sum_of_completions: 50,
    members_with_transaction: 1,
    members_with_offer_received: 2,
    members_with_offer_completed: 2,
    exact_duplicate_records: 1,
    per_offer: {},
    received_by_hour: { 0: 1, 714: 1 },
    members_profile: {
      gender: { F: 1, M: 0, O: 1, None: 1 },
      income_sum_known: 224_000,
      became_member_min: '20130729',
      became_member_max: '20170715',
    },
  };
  await writeFile(join(folder, 'totals.json'), JSON.stringify({ known_totals }));

  const { figures, asExpected } = await checkFolder(folder);

  expect(asExpected).toBe(false);
  expect(figures.filter(isWrong).map(({ what }) => what)).toEqual(['events', 'transactions, cents']);
});
