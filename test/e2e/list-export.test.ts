// Lists of the API as files: the same rows as its pages, for who may read them there and nobody else.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { draftOf, itemOf } from '../support/agreement-story';
import {
  AUDITOR,
  gatewayEnvironment,
  memberOf,
  OPERATIONS,
  partnerOf,
  SHOP,
  TestGateway,
  type Who,
} from '../support/gateway';
import { lastJson, perkgateInside } from '../support/gateway-process';
import { offer, plan, programText } from '../support/gateway-program';
import { eachDatabase } from '../support/lanes';
import { BD, PartnerStory } from '../support/partner-story';
import { sheetRows, unzip } from '../support/unzip';

const PROGRAM = programText({
  plans: [plan('plus')],
  offers: [offer('latte'), offer('film', { partner: 'cinema', card: 'NONE' })],
});
const BREWERS = 3;
const CHANGES = 60;

type Line = Record<string, string>;
type Node = Record<string, unknown>;
interface Listed {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What stands at a dotted path, as a file tells it. */
function textAt(node: Node, column: string): string {
  const value = column.split('.').reduce<unknown>((found, name) => (found as Node | null)?.[name], node) ?? '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  let drafts: readonly string[];

  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    await gateway.run(SHOP, 'register-members', { members: [{ externalId: 'bob', nickname: 'Bob' }] });
    const made: string[] = [];
    // Those of one millisecond stand in no order.
    for (let count = 0; count < BREWERS; count += 1) {
      made.push(await draftOf(gateway, [itemOf(gateway, 'latte')]));
      gateway.clock.advance(1);
    }
    made.push(await draftOf(gateway, [itemOf(gateway, 'film')], { partner: 'cinema' }));
    const agreement = made[0];
    for (const who of [BD, partnerOf('brewer')]) {
      await gateway.run(who, 'confirm-agreement', { input: { agreement, revision: 1 } });
    }
    for (let count = 0; count < CHANGES; count += 1) {
      const input = { member: 'bob', balance: 'POINTS', amount: 1, idempotencyKey: `k${count}` };
      await gateway.run(OPERATIONS, 'adjust-balance', { input });
    }
    drafts = made;
  });
  afterAll(() => gateway.stop());

  const download = async (path: string, as: Who | string | undefined) => {
    const token = typeof as === 'object' ? await gateway.token(as) : as;
    const response = await fetch(`${gateway.url}/export/${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    return { status: response.status, headers: response.headers, file: Buffer.from(await response.arrayBuffer()) };
  };
  const lines = async (path: string, as: Who | string): Promise<Line[]> => {
    const { status, file } = await download(path, as);
    if (status !== 200) throw new Error(`${status} ${file.toString()}`);
    return parse(file, { columns: true }) as Line[];
  };
  const pages = async (operation: string, as: Who, variables: object = {}): Promise<Node[]> => {
    const nodes: Node[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: Listed = await gateway.run(as, operation, { first: 40, after, ...variables });
      nodes.push(...page.edges.map(({ node }) => node));
      ({ hasNextPage: more, endCursor: after } = page.pageInfo);
    }
    return nodes;
  };
  const narrowed = (filter: object) => `filter=${encodeURIComponent(JSON.stringify(filter))}`;

  test('more audit entries than a page holds are in the file, each once, as the pages answer them', async () => {
    const nodes = await pages('audit-entries', AUDITOR);
    expect(nodes.length).toBeGreaterThan(2 * CHANGES);
    const exported = await lines('auditEntries', AUDITOR);
    expect(Object.keys(exported[0]!)).toEqual([
      ...['number', 'kind', 'at', 'role', 'actor', 'requestId', 'action', 'subjectType', 'subjectKey', 'asked'],
      ...['outcome', 'refusal', 'args', 'hash'],
    ]);
    const columns = Object.keys(exported[0]!);
    expect(exported).toEqual(
      nodes.map((node) => Object.fromEntries(columns.map((column) => [column, textAt(node, column)]))),
    );
    const { status, headers, file } = await download('auditEntries?format=xlsx', AUDITOR);
    expect([status, headers.get('content-disposition')]).toEqual([200, 'attachment; filename="auditEntries.xlsx"']);
    const [header, ...rows] = sheetRows(unzip(file).get('xl/worksheets/sheet1.xml')!);
    expect(header).toEqual(columns);
    expect(rows).toEqual(exported.map((line) => Object.values(line)));
  });

  test('agreements are flat, with what is in force and its balances, and narrowed as the list is', async () => {
    const nodes = await pages('agreements', BD);
    const exported = await lines('agreements?format=csv', BD);
    expect(exported.map(({ id }) => id)).toEqual(drafts.toReversed());
    const told = ['id', 'code', 'partner', 'state', 'startsAt', 'inForce.title', 'balances.imbalance.amount'];
    for (const [at, node] of nodes.entries()) {
      for (const column of told) expect(exported[at]![column]).toBe(textAt(node, column));
    }
    expect(exported.map((line) => line['inForce.number'])).toEqual(['', '', '', '1']);
    const { file } = await download('agreements?format=xlsx', BD);
    const [header, ...rows] = sheetRows(unzip(file).get('xl/worksheets/sheet1.xml')!);
    expect([header, rows]).toEqual([Object.keys(exported[0]!), exported.map((line) => Object.values(line))]);
    const narrow = await lines(`agreements?${narrowed({ partner: 'cinema' })}`, BD);
    expect(narrow.map(({ id }) => id)).toEqual([drafts.at(-1)]);
    // Without a row there is a header all the same.
    const none = await download(`agreements?${narrowed({ partner: 'nobody' })}`, BD);
    expect(none.file.toString().trim()).toBe(Object.keys(exported[0]!).join(','));
  });

  test('a partner gets its own, without what only staff may read', async () => {
    const own = await lines('agreements', partnerOf('brewer'));
    expect(own.map(({ id }) => id)).toEqual(drafts.slice(0, BREWERS).toReversed());
    expect(Object.keys(own[0]!)).not.toContain('owner');
    expect((await lines('agreements', partnerOf('cinema'))).map(({ id }) => id)).toEqual([drafts.at(-1)]);
  });

  test('a key needs the scope of the list', async () => {
    const { globalId } = gateway.gateway.catalogue.current().partnerByCode('cinema')!;
    const partners = new PartnerStory(gateway);
    const { key: other } = await partners.createKey(globalId, ['OFFERS_READ']);
    const refused = await download('agreements', other);
    expect([refused.status, refused.file.toString()]).toEqual([403, expect.stringContaining('AGREEMENTS')]);
    const { key } = await partners.createKey(globalId, ['AGREEMENTS']);
    expect((await lines('agreements', key)).map(({ id }) => id)).toEqual([drafts.at(-1)]);
  });

  test.each<[string, string, Who | string | undefined, number, RegExp]>([
    ['nobody', 'agreements', undefined, 401, /A token is needed/],
    ['a bad token', 'agreements', 'nonsense', 401, /not accepted/],
    ['a member', 'agreements', memberOf('bob'), 403, /MEMBER may not export "agreements"/],
    ['the shop', 'agreements', SHOP, 403, /SERVER may not export "agreements"/],
    ['a role without the list', 'auditEntries', BD, 403, /BD may not name Query.auditEntries/],
    ['a partner without the list', 'partners', partnerOf('brewer'), 403, /PARTNER may not name Query.partners/],
    ['an unknown list', 'colours', BD, 400, /"colours" is no list .* the role BD has agreements, campaignGifts, /],
    ['no list but a field', 'program', BD, 400, /"program" is no list/],
    ['an unknown argument', 'agreements?colour=red', BD, 400, /"colour" is no argument .* allowed are format, filter/],
    ['a page', 'agreements?first=5', BD, 400, /"first" is no argument/],
    ['a cursor', 'agreements?after=x', BD, 400, /"after" is no argument/],
    ['bad JSON', 'agreements?filter={state', BD, 400, /filter is "\{state"; allowed is JSON of AgreementFilter/],
    ['a bad state', `agreements?${narrowed({ state: 'LOST' })}`, BD, 400, /"LOST" does not exist in "AgreementState"/],
    ['an unknown word', `agreements?${narrowed({ colour: 1 })}`, BD, 400, /"colour" is not defined/],
    ['an argument twice', 'registeredOffers?state=LIVE&state=DRAFT', BD, 400, /state is given more than once/],
    ['a bad enum', 'registeredOffers?state=LOST', BD, 400, /state is "LOST"; allowed are DRAFT, /],
    ['an unknown format', 'agreements?format=pdf', BD, 400, /format is "pdf"; allowed are csv and xlsx/],
    ['a needed argument', 'campaignGifts', BD, 400, /campaign is not given/],
    ['no such campaign', 'campaignGifts?campaign=nothing', BD, 404, /there is nothing of that name/],
    ['a refusal', `redemptionFunnel?${narrowed({ from: '2026-03-02', to: '2026-03-01' })}`, BD, 400, /2026-03-0/],
  ])('%s is told why not', async (_what, path, as, status, message) => {
    const answer = await download(path, as);
    expect([answer.status, JSON.parse(answer.file.toString()).errors[0].message]).toEqual([
      status,
      expect.stringMatching(message),
    ]);
  });

  test('who is refused or breaks off leaves room for others', async () => {
    for (let time = 0; time < 12; time += 1) {
      expect((await download('campaignGifts?campaign=nothing', BD)).status).toBe(404);
      const gone = new AbortController();
      const headers = { authorization: `Bearer ${await gateway.token(AUDITOR)}` };
      const response = await fetch(`${gateway.url}/export/auditEntries`, { headers, signal: gone.signal });
      expect(response.status).toBe(200);
      gone.abort();
    }
    expect(await lines('agreements', BD)).toHaveLength(drafts.length);
  });

  test('the command writes the same rows, whole or not at all', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'perkgate-list-'));
    const run = (...args: string[]) =>
      perkgateInside(['export', 'list', ...args, '--json'], gatewayEnvironment(lane.url));
    try {
      const [file, book] = [join(folder, 'list.csv'), join(folder, 'list.xlsx')];
      const entries = await lines('auditEntries', AUDITOR);
      const written = await run('auditEntries', file, '--role', 'AUDITOR');
      expect(lastJson(written.stdout)).toEqual({ ok: true, list: 'auditEntries', rows: entries.length, file });
      expect(parse(readFileSync(file), { columns: true })).toEqual(entries);
      const filter = 'filter={"partner":"cinema"}';
      expect((await run('agreements', book, '--format', 'xlsx', '--argument', filter)).code).toBe(0);
      const [, ...rows] = sheetRows(unzip(readFileSync(book)).get('xl/worksheets/sheet1.xml')!);
      expect(rows.map(([id]) => id)).toEqual([drafts.at(-1)]);
      for (const [args, message] of [
        [['colours', file], /"colours" is no list that is exported here; the role BD has agreements, /],
        [['redemptions', file], /perkgate export redemptions FILE/],
        [['auditEntries', file], /BD may not name Query.auditEntries/],
        [['agreements', file, '--argument', 'filter'], /--argument is "filter"; allowed is NAME=VALUE/],
        [['agreements', file, '--argument', 'filter={'], /filter is "\{"; allowed is JSON/],
        [['agreements', join(folder, 'no', 'list.csv')], /cannot be written/],
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
});
