// Tracking: redemptions by level, plan, campaign and time; and the same lists as files, with what each role may see.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import {
  AUDITOR,
  gatewayEnvironment,
  memberOf,
  NOON,
  OPERATIONS,
  partnerOf,
  SHOP,
  TestGateway,
  type Who,
} from '../support/gateway';
import { lastJson, perkgateInside } from '../support/gateway-process';
import { level, offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { BD, PartnerStory } from '../support/partner-story';
import { sheetRows, unzip } from '../support/unzip';

const DAY = 24 * 3_600_000;
const PROGRAM = programText({
  levels: [level('registered', 1, 0), level('silver', 2, 500)],
  plans: [plan('plus'), plan('gold')],
  offers: [
    offer('latte', { couponValidDays: 10 }),
    offer('film', { partner: 'cinema', title: '=cmd|电影', card: 'NONE' }),
    offer('cake', { card: 'NONE' }),
  ],
  settings: {
    lifecycle: { activeDays: 30, silentDays: 90, sleepingDays: 180 },
    campaigns: [{ code: 'birthday', name: 'Birthday', trigger: { on: 'BIRTHDAY' }, reward: { offers: ['cake'] } }],
  },
});

interface Listed {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
type Line = Record<string, string>;

const instant = (at: number) => new Date(at).toISOString();

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  let ids: Record<'latte' | 'silver' | 'film' | 'gold' | 'cake', string>;

  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    story = new Story(gateway);
    const register = (externalId: string, birthday?: string) =>
      gateway.run(SHOP, 'register-members', { members: [{ externalId, nickname: 'Ada', birthday }] });
    await register('customer-0001');
    await register('bob');
    await register('customer-0003', '1990-03-12');
    const [one, two] = [memberOf('customer-0001'), memberOf('bob')];
    await story.open(one, 'plus');
    await story.open(two, 'gold');
    const latte = await story.claim(one, 'latte');
    gateway.clock.set(NOON + DAY);
    await story.give(one, 'GROWTH', 600);
    const silver = await story.claim(one, 'latte');
    gateway.clock.advance(1_000);
    const film = await story.claim(two, 'film');
    gateway.clock.advance(1_000);
    const gold = await story.claim(two, 'latte');
    await story.confirmUse(latte.id);
    gateway.clock.set(NOON + 2 * DAY);
    await gateway.settle();
    const { edges } = await gateway.run<Listed>(BD, 'redemptions', { filter: { campaign: 'birthday' } });
    expect(edges).toHaveLength(1);
    ids = { latte: latte.id, silver: silver.id, film: film.id, gold: gold.id, cake: edges[0]!.node.id };
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const namesOf = (found: readonly string[]) =>
    found.map((id) => Object.entries(ids).find(([, known]) => known === id)?.[0] ?? id);

  const download = async (query: string, as: Who | string | undefined) => {
    const token = typeof as === 'object' ? await gateway.token(as) : as;
    const response = await fetch(`${gateway.url}/export/redemptions?${query}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    return { status: response.status, headers: response.headers, file: Buffer.from(await response.arrayBuffer()) };
  };
  const lines = async (query: string, as: Who): Promise<Line[]> => {
    const { status, file } = await download(query, as);
    if (status !== 200) throw new Error(`${status} ${file.toString()}`);
    return parse(file, { columns: true }) as Line[];
  };

  describe.each<[string, object, readonly string[]]>([
    ['nothing', {}, ['cake', 'gold', 'film', 'silver', 'latte']],
    ['the level at the claim', { level: 'registered' }, ['cake', 'gold', 'film', 'latte']],
    ['a level that was reached later', { level: 'silver' }, ['silver']],
    ['no level of the program', { level: 'platinum' }, []],
    ['the plan of the card', { plan: 'plus' }, ['silver', 'latte']],
    ['another plan', { plan: 'gold' }, ['gold']],
    ['no plan of the program', { plan: 'nothing' }, []],
    ['the campaign', { campaign: 'birthday' }, ['cake']],
    ['what was used', { status: 'USED' }, ['latte']],
    ['another campaign', { campaign: 'nothing' }, []],
    ['claims from a time on', { claimedFrom: instant(NOON + DAY) }, ['cake', 'gold', 'film', 'silver']],
    ['claims before a time', { claimedBefore: instant(NOON + DAY) }, ['latte']],
    ['a span of claims', { claimedFrom: instant(NOON + 1), claimedBefore: instant(NOON + DAY) }, []],
    ['a time of use', { usedFrom: instant(NOON + DAY), usedBefore: instant(NOON + DAY + 2_001) }, ['latte']],
    ['an earlier time of use', { usedBefore: instant(NOON + DAY) }, []],
    [
      'an end of the coupon',
      { expiresFrom: instant(NOON + 10 * DAY), expiresBefore: instant(NOON + 11 * DAY) },
      ['latte'],
    ],
    ['level, plan and state', { level: 'registered', plan: 'plus', status: 'USED' }, ['latte']],
    ['a partner and a plan that have nothing in common', { partner: 'cinema', plan: 'plus' }, []],
  ])('narrowed to %s', (_what, filter, expected) => {
    test('list, sums, pages and file agree', async () => {
      const page = await gateway.run<Listed>(BD, 'redemptions', { first: 100, filter });
      expect(namesOf(page.edges.map(({ node }) => node.id))).toEqual(expected);
      const sums = await gateway.run(BD, 'redemption-totals', { filter });
      expect(sums).toMatchObject({ redemptions: expected.length, faceValue: { amount: 500 * expected.length } });
      const paged: string[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const next: Listed = await gateway.run(BD, 'redemptions', { first: 1, after, filter });
        paged.push(...next.edges.map(({ node }) => node.id));
        ({ hasNextPage: more, endCursor: after } = next.pageInfo);
      }
      expect(namesOf(paged)).toEqual(expected);
      const exported = await lines(new URLSearchParams({ ...filter }).toString(), BD);
      expect(namesOf(exported.map(({ redemption }) => redemption!))).toEqual(expected);
    });
  });

  test('a partner sees its own side of it, and may not ask by what tells of members', async () => {
    const brewer = partnerOf('brewer');
    const page = await gateway.run<Listed>(brewer, 'redemptions', { filter: { claimedFrom: instant(NOON + 1) } });
    expect(namesOf(page.edges.map(({ node }) => node.id))).toEqual(['cake', 'gold', 'silver']);
    for (const word of ['level', 'plan', 'campaign']) {
      const query = `{ redemptionTotals(filter: { ${word}: "plus" }) { redemptions } }`;
      const { body } = await gateway.ask(brewer, query);
      expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      expect((await download(`${word}=plus`, brewer)).status).toBe(403);
    }
  });

  test('ids of members are masked by role, and a partner gets none', async () => {
    const membersFor = async (as: Who) => (await lines('', as)).map(({ member }) => member);
    const clear = ['customer-0003', 'bob', 'bob', 'customer-0001', 'customer-0001'];
    for (const who of [AUDITOR, OPERATIONS, { role: 'ADMIN', subject: 'ann' } as const]) {
      expect(await membersFor(who)).toEqual(clear);
    }
    expect(await membersFor(BD)).toEqual(['cu***03', '***', '***', 'cu***01', 'cu***01']);
    const own = await lines('', partnerOf('brewer'));
    expect(namesOf(own.map(({ redemption }) => redemption!))).toEqual(['cake', 'gold', 'silver', 'latte']);
    const hidden = ['member', 'level', 'plan', 'source', 'cost', 'co_pay', 'points'];
    expect(Object.keys(own[0]!).filter((column) => hidden.includes(column))).toEqual([]);
    expect(await lines('partner=brewer', partnerOf('cinema'))).toEqual([]);
  });

  test('each row says what was claimed, by whom, when, for how much, and why', async () => {
    const rows = await lines('', AUDITOR);
    expect(rows[0]).toMatchObject({ offer: 'cake', source: 'campaign birthday', level: 'registered', plan: '' });
    expect(rows[4]).toEqual({
      redemption: ids.latte,
      partner: 'brewer',
      offer: 'latte',
      agreement: '',
      title: 'Offer latte',
      status: 'USED',
      currency: 'CNY',
      face_value: '500',
      claimed_at: instant(NOON),
      expires_at: instant(NOON + 10 * DAY),
      used_at: instant(NOON + DAY + 2_000),
      ended_at: instant(NOON + DAY + 2_000),
      partner_ref: '',
      cost: '100',
      co_pay: '0',
      points: '0',
      member: 'customer-0001',
      level: 'registered',
      plan: 'plus',
      source: '',
    });
    // A title of a partner's making is run as a formula by nobody.
    expect(rows[2]!.title).toBe("'=cmd|电影");
  });

  test('a workbook has the same rows', async () => {
    const { status, headers, file } = await download('format=xlsx', AUDITOR);
    expect([status, headers.get('content-disposition')]).toEqual([200, 'attachment; filename="redemptions.xlsx"']);
    const [header, ...rows] = sheetRows(unzip(file).get('xl/worksheets/sheet1.xml')!);
    const csv = await lines('format=csv', AUDITOR);
    expect(header).toEqual(Object.keys(csv[0]!));
    const plain = csv.map((line) => Object.values(line).map((cell) => cell.replace(/^'=/, '=')));
    expect(rows).toEqual(plain);
  });

  test.each<[string, string, Who | string | undefined, number, RegExp]>([
    ['nobody', '', undefined, 401, /A token is needed/],
    ['a bad token', '', 'nonsense', 401, /not accepted/],
    ['a member', '', memberOf('bob'), 403, /MEMBER may not export/],
    ['the shop', '', SHOP, 403, /SERVER may not export/],
    ['an unknown filter', 'colour=red', BD, 400, /"colour" is no filter; allowed are format, offer,/],
    ['an unknown format', 'format=pdf', BD, 400, /format is "pdf"; allowed are csv and xlsx/],
    ['an unknown state', 'status=LOST', BD, 400, /status is "LOST"; allowed are HELD, ISSUED/],
    ['a time without a zone', 'usedFrom=2026-03-10', BD, 400, /usedFrom is "2026-03-10"; allowed is a time like/],
    ['no such day', 'usedFrom=2026-13-40T00:00:00Z', BD, 400, /usedFrom is/],
    ['a filter twice', 'plan=a&plan=b', BD, 400, /plan is given more than once/],
    ['an empty filter', 'plan=', BD, 400, /plan is empty/],
  ])('%s is told why not', async (_what, query, as, status, message) => {
    const answer = await download(query, as);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.file.toString()).errors[0].message).toMatch(message);
  });

  test('a key needs the scope for it', async () => {
    const { globalId } = gateway.gateway.catalogue.current().partnerByCode('brewer')!;
    const partners = new PartnerStory(gateway);
    const { key: other } = await partners.createKey(globalId, ['OFFERS_READ']);
    expect((await download('', other)).status).toBe(403);
    const { key } = await partners.createKey(globalId, ['REDEMPTIONS_READ']);
    expect((await download('', key)).status).toBe(200);
  });

  test('the command writes the same rows, whole or not at all', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'perkgate-export-'));
    const run = (...args: string[]) =>
      perkgateInside(['export', 'redemptions', ...args, '--json'], gatewayEnvironment(lane.url));
    try {
      const file = join(folder, 'list.csv');
      const masked = await run(file, '--level', 'registered', '--claimed-from', instant(NOON + DAY));
      expect(lastJson(masked.stdout)).toEqual({ ok: true, rows: 3, file });
      const query = new URLSearchParams({ level: 'registered', claimedFrom: instant(NOON + DAY) }).toString();
      // The command goes by the time of the machine, by which coupons may have expired.
      const timeless = (line: Line) => ({ ...line, status: undefined });
      const written = parse(readFileSync(file), { columns: true }) as Line[];
      expect(written.map(timeless)).toEqual((await lines(query, BD)).map(timeless));
      const book = join(folder, 'list.xlsx');
      // The ending of the file tells the format where nothing else does.
      expect((await run(book, '--role', 'AUDITOR')).code).toBe(0);
      const [, first] = sheetRows(unzip(readFileSync(book)).get('xl/worksheets/sheet1.xml')!);
      expect(first).toContain('customer-0003');
      for (const [args, message] of [
        [[join(folder, 'no', 'list.csv')], /cannot be written/],
        [[file, '--status', 'LOST'], /status is "LOST"; allowed are HELD/],
        // A slip is no empty file.
        [[file, '--partner', 'nobody'], /There is no partner "nobody"/],
        [[file, '--level', 'nowhere'], /There is no level "nowhere"/],
        [[file, '--plan', 'nothing'], /There is no plan "nothing"/],
        [[file, '--offer', 'latte'], /offer is "latte"; allowed is an id, and this code is of offer_/],
        [[file, '--agreement', 'ours'], /agreement is "ours"; allowed is an id such as agreement_/],
        [[file, '--role', 'PARTNER'], /Allowed choices are BD, OPERATIONS, ADMIN, AUDITOR/],
      ] as const) {
        const failed = await run(...args);
        expect([failed.code, lastJson(failed.stdout)]).toEqual([
          1,
          { ok: false, error: expect.stringMatching(message) },
        ]);
      }
      expect(readdirSync(folder).sort()).toEqual(['list.csv', 'list.xlsx']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('who breaks off makes room for others', async () => {
    for (let time = 0; time < 12; time += 1) {
      const gone = new AbortController();
      const headers = { authorization: `Bearer ${await gateway.token(BD)}` };
      const response = await fetch(`${gateway.url}/export/redemptions`, { headers, signal: gone.signal });
      expect(response.status).toBe(200);
      gone.abort();
    }
    expect(await lines('', BD)).toHaveLength(5);
  });
});
