// Settlement from end to end: files of deliveries in, statements out, verified by each side on its own, and by command.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { BD, PartnerStory } from '../support/partner-story';
import { deliveredUnder, disputedUnder, issuedUnder, type Settled, settledWith } from '../support/settlement-story';

const BREWER = partnerOf('brewer');
const PROGRAM = programText({ plans: [plan('plus')] });
const folder = mkdtempSync(join(tmpdir(), 'perkgate-statements-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Audited {
  readonly edges: readonly { readonly node: { readonly action: string; readonly outcome: string | null } }[];
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  let settled: Settled;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    settled = await settledWith(gateway);
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const tokenOf = async (by: Who | string) => (typeof by === 'string' ? by : gateway.token(by));
  const headersOf = async (by: Who | string): Promise<Record<string, string>> => {
    const token = await tokenOf(by);
    return token === '' ? {} : { authorization: `Bearer ${token}` };
  };
  const upload = async (body: string, by: Who | string = BREWER, agreement = settled.agreement) => {
    const headers = { 'content-type': 'text/csv', ...(await headersOf(by)) };
    const url = `${gateway.url}/settlement/agreements/${agreement}/deliveries`;
    const response = await fetch(url, { method: 'POST', body, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const download = async (statement: string, format: string | undefined, by: Who | string = BREWER) => {
    const query = format === undefined ? '' : `?format=${format}`;
    const url = `${gateway.url}/settlement/statements/${statement}${query}`;
    return fetch(url, { headers: await headersOf(by) });
  };
  const keyFor = async (scope: string) => {
    const { globalId } = gateway.gateway.catalogue.current().partnerByCode('brewer')!;
    return (await new PartnerStory(gateway).createKey(globalId, [scope])).key;
  };
  const run = (...args: string[]) => perkgateInside(args, gatewayEnvironment(lane.url));

  test('either side sends what it gave as a file, and is told of every line', async () => {
    const rows = [
      'external_id,item,quantity,delivered_at',
      'l-1,leads,3,2026-03-01',
      'l-2,leads,x,',
      '',
      'l-1,leads,3,2026-03-01',
    ];
    expect(await upload(rows.join('\r\n'), await keyFor('SETTLEMENT'))).toMatchObject({
      status: 200,
      body: { lines: 5, recorded: 1, duplicates: 1, blank: 2, faulty: 1, faults: [{ line: 3 }] },
    });
    expect(await upload('external_id,item,quantity\nv-1,views,9', OPERATIONS)).toMatchObject({ body: { recorded: 1 } });
    // It is a change like any other, and noted as one.
    const { edges } = await gateway.run<Audited>(AUDITOR, 'audit-entries', { first: 100 });
    expect(edges.map(({ node }) => node)).toEqual(
      expect.arrayContaining([expect.objectContaining({ action: 'POST deliveries', outcome: 'DONE' })]),
    );
    expect(await upload('item,quantity\nleads,1')).toMatchObject({ status: 422 });
  });

  test.each<[string, () => Promise<Who | string>, number]>([
    ['nobody', async () => '', 401],
    ['a member', async () => memberOf('any'), 403],
    ['a server', async () => SHOP, 403],
    ['another partner', async () => partnerOf('cinema'), 404],
    ['a key for other things', () => keyFor('AGREEMENTS'), 403],
  ])('%s sends nothing, and gets no statement', async (_who, by, status) => {
    const { id } = await issuedOnce();
    const who = await by();
    expect((await upload('external_id,item,quantity\nl-9,leads,1', who)).status).toBe(status);
    expect((await download(id, 'json', who)).status).toBe(status);
  });

  test('what is not there is not found, whatever is asked of it', async () => {
    expect((await upload('', BREWER, 'agreement_00000000000070008000000000000000')).status).toBe(404);
    expect((await upload('', BREWER, 'nonsense')).status).toBe(404);
    expect((await upload('', AUDITOR)).status).toBe(403);
    expect((await download('statement_00000000000070008000000000000000', 'json')).status).toBe(404);
    expect((await download((await issuedOnce()).id, 'docx')).status).toBe(400);
  });

  test('what was put right after a dispute names the delivery by its id', async () => {
    const delivery = await disputedUnder(gateway, settled);
    const input = { delivery, resolution: 'REDUCED', quantity: 3, reason: 'Three came.' };
    await gateway.run(BREWER, 'resolve-dispute', { input });
    const { edges } = await gateway.run<{ edges: { node: { sourceId: string } }[] }>(BREWER, 'settlement-adjustments', {
      first: 1,
      agreement: settled.agreement,
    });
    expect(edges[0]!.node).toMatchObject({ sourceKind: 'dispute', sourceId: delivery, quantity: -1 });
    const found = await gateway.run(BREWER, 'delivery', { id: edges[0]!.node.sourceId });
    expect(found).toMatchObject({ id: delivery, state: 'REDUCED' });
  });

  let once: Promise<{ id: string; hash: string }> | undefined;
  /** The first statement of an agreement with deliveries of both sides in its first month. */
  function issuedOnce() {
    once ??= (async () => {
      const own = await settledWith(gateway);
      for (let made = 0; made < 3; made += 1) await deliveredUnder(gateway, own, made === 1);
      gateway.clock.set(Date.parse('2026-04-01T00:00:00+08:00'));
      await issuedUnder(gateway, own);
      await issuedUnder(gateway, own);
      return issuedUnder(gateway, own);
    })();
    return once;
  }

  test('both sides take the same files, which verify by themselves, and with the books', async () => {
    const { id, hash } = await issuedOnce();
    const input = { statement: id, hash };
    for (const who of [BD, BREWER]) await gateway.run(who, 'sign-statement', { input });
    const kept: string[] = [];
    for (const format of ['json', 'csv'] as const) {
      const [ours, theirs] = await Promise.all([download(id, format, AUDITOR), download(id, format)]);
      const [text, same] = [await ours.text(), await theirs.text()];
      expect(theirs.headers.get('content-disposition')).toMatch(
        /^attachment; filename="agreement-[\w-]+-statement-3\./,
      );
      expect(same).toBe(text);
      const file = join(folder, `${fresh('statement')}.${format}`);
      writeFileSync(file, text);
      kept.push(file);
      const { code, stdout } = await run('statement', 'verify', file, '--json');
      expect([code, lastJson(stdout)]).toMatchObject([0, { ok: true, number: 3, lines: 3, hash, faults: [] }]);
      expect((await run('statement', 'verify', file, '--books')).stdout).toContain('and with the books');
      // When somebody changes a figure, then it is told.
      writeFileSync(
        file,
        text.replace(/DELIVERY(",.*?|,)4/, (match) => match.replace('4', '5')),
      );
      const bad = await run('statement', 'verify', file, '--json');
      expect([bad.code, lastJson(bad.stdout)]).toMatchObject([1, { ok: false, hash }]);
      writeFileSync(file, text);
    }
    const pdf = Buffer.from(await (await download(id, 'pdf')).arrayBuffer());
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    // A file of which the books know nothing agrees with itself alone.
    const forged = readFileSync(kept[1]!, 'utf8').replace(/agreement-[\w-]+/, 'another');
    const file = join(folder, 'forged.csv');
    writeFileSync(file, forged);
    expect((await run('statement', 'verify', file, '--books')).code).toBe(1);
  });

  test('by command: issued, listed, shown, written, and refused in one line', async () => {
    const own = await settledWith(gateway);
    await deliveredUnder(gateway, own);
    const { code } = await gateway.run<{ code: string }>(BD, 'agreement', { id: own.agreement });
    // The clock of a command is that of the machine, so all that the agreement has is due.
    const first = await run('statement', 'issue', code, '--ends-before', '2026-02-01', '--json');
    expect(lastJson(first.stdout)).toMatchObject({ statements: [{ number: 1, lineCount: 0 }] });
    const all = await run('statement', 'issue', code, '--all', '--json');
    const { statements } = lastJson(all.stdout) as { statements: { number: number; endsAt: string }[] };
    expect(statements[0]).toMatchObject({ number: 2, endsAt: '2026-02-28T16:00:00.000Z' });
    expect((await run('statement', 'list', '--agreement', code)).stdout).toContain('2026-02-01');
    const shown = await run('statement', 'show', code, '2');
    expect(shown.stdout).toMatch(/leads\s+PARTNER/);
    const file = join(folder, `${fresh('out')}.pdf`);
    expect((await run('statement', 'show', code, '2', '--out', file)).code).toBe(0);
    expect(readFileSync(file).subarray(0, 5).toString()).toBe('%PDF-');
    for (const [args, message] of [
      [['issue', code, '--all'], /No statement of .* is due/],
      [['issue', 'nothing'], /There is no agreement "nothing"/],
      [['show', code, '99'], /There is no statement 99/],
      [['verify', '/nowhere/statement.json'], /cannot be read/],
      [['issue', code, '--all', '--ends-before', '2026-02-01'], /exclude each other/],
    ] as const) {
      const refused = await run('statement', ...args);
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(message)]);
    }
  });

  test('a list shows for an agreement closed by hand the day before which nothing is missing', async () => {
    const own = await settledWith(gateway);
    gateway.clock.set(Date.parse('2026-04-10T14:23:00+08:00'));
    await gateway.run(BD, 'close-agreement', { input: { agreement: own.agreement, reason: 'Enough.' } });
    gateway.clock.set(Date.parse('2026-04-10T15:00:00+08:00'));
    for (let made = 0; made < 4; made += 1) await issuedUnder(gateway, own);
    const { code } = await gateway.run<{ code: string }>(BD, 'agreement', { id: own.agreement });
    const { stdout } = await run('statement', 'list', '--agreement', code);
    expect(stdout).toMatch(/4 +2026-04-01 +2026-04-11 /);
    expect(stdout).toMatch(/3 +2026-03-01 +2026-04-01 /);
  });
});
