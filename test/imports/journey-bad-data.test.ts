// A year whose files are not what they should be: the message names file, line, what was given and what is allowed.
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { checkJourney } from '../../src/imports/complete-journey/check';
import { isWrong } from '../../src/imports/figure-table';
import { type JourneyLines, removeJourneys, SMALL_YEAR, writeJourney } from './journey-folder';

afterAll(removeJourneys);

const faultOf = async (folder: string): Promise<string> => {
  const error: unknown = await checkJourney(folder).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ImportFault' });
  return (error as Error).message;
};

const withLine = (part: keyof JourneyLines, line: string): JourneyLines => ({
  ...SMALL_YEAR,
  [part]: [...SMALL_YEAR[part], line],
});

describe('a faulty line', () => {
  test.each<[string, JourneyLines, string]>([
    ['has a value too few', withLine('mailings', '1'), 'campaigns.csv.gz, line 7: it has more or fewer values'],
    ['has a value too many', withLine('mailings', '1,2,3'), 'campaigns.csv.gz, line 7: it has more or fewer values'],
    ['is empty', withLine('mailings', ''), 'campaigns.csv.gz, line 7: it has more or fewer values'],
    ['opens a quote', withLine('mailings', '"1,4'), 'line 7: a quote is opened and never closed'],
    ['goes on after a quote', withLine('mailings', '"1"x,4'), 'line 7: a quote stands where none may'],
    ['has a quote inside', withLine('mailings', '1"1,4'), 'line 7: a quote stands where none may'],
    ['is longer than any record', withLine('mailings', `${'1'.repeat(70_000)},4`), 'it is longer than 65536 bytes'],
    ['has no number', withLine('mailings', '1,x'), 'line 7: household_id is "x"; allowed are 1 to 9 digits'],
    [
      'is of another type',
      withLine('campaigns', '4,Type D,2017-01-01,2017-01-02'),
      'campaign_type is "Type D"; allowed',
    ],
    ['has a date that never was', withLine('campaigns', '4,Type A,2017-02-30,2017-03-02'), 'of the calendar'],
    ['has a date in other words', withLine('campaigns', '4,Type A,1/2/2017,2017-03-02'), 'allowed is a date as YYYY'],
    [
      'ends before it starts',
      withLine('campaigns', '4,Type A,2017-02-03,2017-02-02'),
      'line 5: campaign 4 ends before',
    ],
    [
      'is a campaign of before',
      withLine('campaigns', '1,Type A,2017-02-03,2017-03-02'),
      'campaign 1 is there a second',
    ],
    ['has no coupons', withLine('campaigns', '4,Type A,2017-02-03,2017-03-02'), 'has no coupon of campaign 4'],
    ['mails an unknown campaign', withLine('mailings', '9,1'), 'campaign 9 is not in campaign_descriptions.csv.gz'],
    ['mails twice', withLine('mailings', '1,1'), 'line 7: campaign 1 was mailed to household 1 before'],
    [
      'has a coupon of an unknown campaign',
      withLine('coupons', '111,9,9'),
      'coupons.csv.gz, line 7: campaign 9 is not',
    ],
    ['has a barcode that is none', withLine('coupons', 'x,9,1'), 'coupon_upc is "x"; allowed are 1 to 14 digits'],
    ['describes a household twice', withLine('households', '1,,,,,,,'), 'line 4: household 1 is there a second time'],
    ['has a band in no letters', withLine('households', '5,\u0007,,,,,,'), 'age is "\\u0007"; allowed are at most 40'],
    [
      'uses an unknown campaign',
      withLine('uses', '1,111,9,2017-02-11'),
      'coupon_redemptions.csv.gz, line 7: campaign 9',
    ],
    ['uses a coupon of another', withLine('uses', '1,211,1,2017-02-11'), 'line 7: coupon 211 is not of campaign 1'],
    ['is used by nobody', withLine('uses', '9,111,1,2017-02-11'), 'line 7: household 9 is in no other file'],
    ['goes back in time', withLine('uses', '1,111,1,2017-02-09'), 'line 7: the date goes back'],
  ])('that %s is named', async (_title, lines, message) => {
    expect(await faultOf(await writeJourney(lines))).toContain(message);
  });
});

describe('a faulty file', () => {
  const USES = 'coupon_redemptions.csv.gz';

  test.each(['campaign_descriptions.csv.gz', 'campaigns.csv.gz', 'coupons.csv.gz', USES, 'demographics.csv.gz'])(
    'that is missing is named: %s',
    async (name) => {
      const folder = await writeJourney(SMALL_YEAR);
      await unlink(join(folder, name));
      expect(await faultOf(folder)).toBe(`The file ${join(folder, name)} cannot be read (ENOENT).`);
    },
  );

  test('that is cut short is not taken for a whole one', async () => {
    const folder = await writeJourney(SMALL_YEAR);
    const bytes = await readFile(join(folder, USES));
    await writeFile(join(folder, USES), bytes.subarray(0, bytes.length - 12));
    expect(await faultOf(folder)).toMatch(/^coupon_redemptions\.csv\.gz is damaged or cut short after line \d+: /);
  });

  test.each<[string, string, string]>([
    ['nothing', '', 'there is no header; allowed is household_id,coupon_upc,campaign_id,redemption_date.'],
    ['other columns', 'a,b\n1,2\n', 'the header is "a,b"; allowed is household_id,'],
  ])('that holds %s is refused at its head', async (_title, text, message) => {
    const folder = await writeJourney(SMALL_YEAR);
    await writeFile(join(folder, USES), gzipSync(text));
    expect(await faultOf(folder)).toContain(`${USES}, line 1: ${message}`);
  });

  test('without a campaign is refused', async () => {
    const nothing = { campaigns: [], mailings: [], coupons: [], uses: [], households: [] };
    expect(await faultOf(await writeJourney(nothing))).toBe('campaign_descriptions.csv.gz has no campaign.');
  });

  test('of totals that are none is refused', async () => {
    const folder = await writeJourney(SMALL_YEAR);
    await writeFile(join(folder, 'totals.json'), '{"known_totals": {}}');
    expect(await faultOf(folder)).toContain('totals.json does not hold the figures of this data set');
  });
});

test('sound data are counted, exact duplicates among the coupons too', async () => {
  const { figures, asExpected } = await checkJourney(await writeJourney(SMALL_YEAR));

  expect(Object.fromEntries(figures.map(({ what, got }) => [what, got]))).toEqual({
    campaigns: 3,
    '… of Type A': 1,
    '… of Type B': 1,
    '… of Type C': 1,
    mailings: 5,
    'households mailed': 3,
    'households described': 2,
    'rows of coupons': 5,
    '… exact duplicates': 1,
    'different coupons': 3,
    uses: 5,
    '… of different coupons': 3,
    '… by households': 3,
  });
  expect(asExpected).toBe(true);
});

test('data that differ from the totals beside them are found out', async () => {
  const folder = await writeJourney(SMALL_YEAR);
  const rows = { campaign_descriptions: 3, campaigns: 6, coupons: 5, coupon_redemptions: 5, demographics: 2 };
  const byType = { 'Type A': 1, 'Type B': 1, 'Type C': 1 };
  const known_totals = {
    rows,
    campaigns: { by_type: byType, households_targeted: 3, per_campaign: {} },
    coupons: { distinct_upc: 3, exact_duplicate_rows: 0 },
    redemptions: {
      households: 3,
      distinct_upc: 3,
      by_campaign_type: byType,
      outside_campaign_dates: 0,
      by_household_not_in_campaign: 0,
    },
  };
  await writeFile(join(folder, 'totals.json'), JSON.stringify({ known_totals }));

  const { figures, asExpected } = await checkJourney(folder);

  expect(asExpected).toBe(false);
  expect(figures.filter(isWrong).map(({ what }) => what)).toEqual(['mailings', '… exact duplicates']);
});
