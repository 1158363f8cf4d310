// A partner's month as a file: sent by the partner, compared by staff, answered and decided, and by the command line.
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUDITOR, gatewayEnvironment, memberOf, NOON, partnerOf, TestGateway, type Who } from '../support/gateway';
import { lastJson, perkgateInside } from '../support/gateway-process';
import { offer, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { BD, PartnerStory } from '../support/partner-story';
import { PERIOD, reconciled } from '../support/reconciliation-story';
import { settledWith } from '../support/settlement-story';

const MINUTE = 60_000;
const PROGRAM = programText({
  offers: [offer('latte', { card: 'NONE', unitCost: 1_250 }), offer('film', { card: 'NONE', partner: 'cinema' })],
});
const MAPPING = {
  columns: { code: '券码', amount: '金额', date: '核销时间', state: '状态' },
  delimiter: ';',
  dateFormat: 'YYYY/M/D HH:mm',
  states: [{ word: '已核销', state: 'USED' }],
};
const HEADER = '门店;券码;核销时间;金额;状态';
const brewer = partnerOf('brewer');

interface Made {
  readonly id: string;
}
interface Item {
  readonly id: string;
  readonly kind: string;
  readonly partner: string;
  readonly line: number | null;
  readonly redemption: string | null;
  readonly differs: readonly string[];
  readonly resolvedAt: string | null;
}
interface Totals {
  readonly state: string;
  readonly totals: readonly { readonly outcome: string; readonly count: number }[];
}

const folder = mkdtempSync(join(tmpdir(), 'perkgate-reconcile-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

eachDatabase((lane) => {
  let gateway: TestGateway;
  let file: string;
  let removed: string;

  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    const story = new Story(gateway);
    const who = await story.member();
    const uses: { id: string; code: string; at: string }[] = [];
    for (let count = 0; count < 6; count += 1) {
      gateway.clock.set(NOON + count * 7 * MINUTE);
      const { id, couponCode } = await story.claim(who, 'latte');
      await story.confirmUse(id);
      const at = new Date(gateway.clock.now() + 8 * 3_600_000).toISOString();
      uses.push({ id, code: couponCode!, at: `2026/3/10 ${at.slice(11, 16)}` });
    }
    const line = (at: number, amount = '12.50') => `一店;${uses[at]!.code};${uses[at]!.at};${amount};已核销`;
    // One is removed, one has another amount, one is there twice, and one is nobody's.
    removed = uses[0]!.id;
    const nobodys = '二店;NOBODYS;2026/3/10 12:00;1;已核销';
    file = [HEADER, line(1), line(2, '12.00'), line(3), line(4), line(5), line(3), nobodys, ''].join('\n');
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const upload = async (
    feed: string,
    body: string,
    by: Who | string = brewer,
    headers: Record<string, string> = {},
  ) => {
    const token = typeof by === 'object' ? await gateway.token(by) : by;
    const response = await fetch(`${gateway.url}/settlement/feeds/${feed}/lines`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/csv', authorization: `Bearer ${token}`, ...headers },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const open = async (mapping: object | null = MAPPING) =>
    (await gateway.run<Made>(brewer, 'open-feed', { input: { name: fresh('month'), ...PERIOD, mapping } })).id;
  const itemsOf = async (reconciliation: string, who: Who = brewer) => {
    const page = await gateway.run<{ edges: { node: Item }[] }>(who, 'reconciliation-items', {
      first: 100,
      filter: { reconciliation },
    });
    return page.edges.map(({ node }) => node);
  };
  const told = (items: readonly Item[]) =>
    items.map(({ kind, line, redemption, differs }) => [kind, line ?? redemption, ...differs].join(' ')).sort();
  const expected = () => ['DIFFERS 3 AMOUNT', 'DOUBLED 7', `ONLY_OURS ${removed}`, 'UNKNOWN 8'].sort();

  test('is sent by its partner, compared by staff, seen by both, answered and decided', async () => {
    const feed = await open();
    const digest = `sha-256=:${createHash('sha256').update(file).digest('base64')}:`;
    const report = { lines: 7, added: 7, known: 0, faulty: 0, faults: [], resumedAt: 0 };
    expect(await upload(feed, file, brewer, { 'content-digest': digest })).toEqual({ status: 200, body: report });
    const again = await upload(feed, file, brewer, { 'content-digest': digest });
    expect(again.body).toMatchObject({ ...report, resumedAt: 8 });
    expect((await upload(feed, file)).body).toMatchObject({ lines: 7, added: 0, known: 7 });
    await gateway.run(brewer, 'close-feed', { input: { feed, lines: 7 } });
    expect(await upload(feed, file)).toMatchObject({ status: 409 });

    const { id } = await gateway.run<Made>(BD, 'reconcile-feed', { input: { feed } });
    await gateway.settle();

    const { state, totals } = await gateway.run<Totals>(brewer, 'reconciliation', { id });
    expect(state).toBe('DONE');
    expect(Object.fromEntries(totals.map(({ outcome, count }) => [outcome, count]))).toEqual({
      MATCHED: 4,
      ONLY_OURS: 1,
      DIFFERS: 1,
      UNKNOWN: 1,
      DOUBLED: 1,
    });
    const items = await itemsOf(id);
    expect(told(items)).toEqual(expected());
    expect(await itemsOf(id, partnerOf('cinema'))).toEqual([]);
    // What an item says of its partner is what the filters of all lists take.
    const filter = { reconciliation: id, partner: items[0]!.partner };
    const found = await gateway.run<{ edges: object[] }>(BD, 'reconciliation-items', { first: 100, filter });
    expect([items[0]!.partner, found.edges.length]).toEqual(['brewer', items.length]);
    const matches = await gateway.run<{ edges: { node: { line: number } }[] }>(brewer, 'reconciliation-matches', {
      reconciliation: id,
    });
    expect(matches.edges.map(({ node }) => node.line)).toEqual([2, 4, 5, 6]);
    const item = items.find(({ kind }) => kind === 'DIFFERS')!.id;
    const answer = { item, answer: 'AGREED', text: 'A till of ours rounds.' };
    expect(await gateway.run(brewer, 'answer-reconciliation-item', { input: answer })).toMatchObject({
      answer: 'AGREED',
    });
    const decision = { item, decision: 'ACCEPTED', reason: 'Fifty cents.' };
    expect(await gateway.run(BD, 'decide-reconciliation-item', { input: decision })).toMatchObject({
      decision: 'ACCEPTED',
      decidedBy: expect.stringMatching(/^bd:/),
    });
    const audit = await gateway.run<{ edges: { node: object }[] }>(AUDITOR, 'audit-entries', {
      filter: { action: 'POST feed lines' },
    });
    expect(JSON.stringify(audit)).not.toContain('NOBODYS');
    expect(audit.edges.length).toBeGreaterThan(2);
  });

  test('what is put right names the redemption or the reconciliation that it comes from by its id', async () => {
    const { agreement } = await settledWith(gateway);
    const reconciliation = await reconciled(gateway, [fresh('nobodys')]);
    const items = await itemsOf(reconciliation);
    const decided = async (kind: string) => {
      const item = items.find((one) => one.kind === kind)!;
      const adjustment = { agreement, item: 'leads', quantity: -1, value: -30 };
      const input = { item: item.id, decision: 'ACCEPTED', reason: 'So it is.', adjustment };
      const { adjustment: made } = await gateway.run<{ adjustment: string }>(BD, 'decide-reconciliation-item', {
        input,
      });
      return { made, item };
    };
    const [ours, unknown] = [await decided('ONLY_OURS'), await decided('UNKNOWN')];
    const { edges } = await gateway.run<{ edges: { node: { id: string; sourceId: string } }[] }>(
      brewer,
      'settlement-adjustments',
      { first: 5, agreement },
    );
    expect(Object.fromEntries(edges.map(({ node }) => [node.id, node.sourceId]))).toEqual({
      [unknown.made]: reconciliation,
      [ours.made]: ours.item.redemption,
    });
  });

  test('staff open a feed for a partner that they name by its code or by its id', async () => {
    const { globalId } = gateway.gateway.catalogue.current().partnerByCode('brewer')!;
    const opened = (partner: string) =>
      gateway.run(BD, 'open-feed', { input: { name: fresh('month'), ...PERIOD, partner } });
    expect(await opened('brewer')).toMatchObject({ partner: 'brewer', state: 'OPEN' });
    expect(await opened(globalId)).toMatchObject({ partner: 'brewer', state: 'OPEN' });
    expect(await opened('nobody')).toMatchObject({ __typename: 'Refusal', refusal: 'NOT_FOUND' });
  });

  test('is taken from those who may send it, into a feed that takes files', async () => {
    const feed = await open();
    const { globalId } = gateway.gateway.catalogue.current().partnerByCode('brewer')!;
    const { key } = await new PartnerStory(gateway).createKey(globalId, ['REDEMPTIONS_READ']);
    expect(await upload(feed, file, partnerOf('cinema'))).toMatchObject({ status: 404 });
    expect(await upload(feed, file, memberOf('any'))).toMatchObject({ status: 403 });
    expect(await upload(feed, file, key)).toMatchObject({ status: 403 });
    expect(await upload(feed, file, 'nonsense')).toMatchObject({ status: 401 });
    expect(await upload(await open(null), file)).toMatchObject({ status: 409 });
    const other = await upload(feed, 'code;date\nA;1\n');
    expect(other).toMatchObject({ status: 422 });
    expect(JSON.stringify(other.body)).toContain('The header has no column');
    expect(await upload(feed, file, BD)).toMatchObject({ status: 200, body: { added: 7 } });
  });

  test('is compared by the command line as well, and a second time nothing changes', async () => {
    const { delimiter, dateFormat, columns } = MAPPING;
    const paths = { csv: join(folder, `${lane.name}.csv`), how: join(folder, `${lane.name}.json`) };
    writeFileSync(paths.csv, file);
    writeFileSync(paths.how, JSON.stringify({ columns, delimiter, dateFormat, states: { 已核销: 'USED' } }));
    const days = ['--from', '2026-03-01', '--before', '2026-04-01'];
    const args = ['reconcile', 'load', paths.csv, '--partner', 'brewer', '--name', 'by hand', ...days];
    const run = () => perkgateInside([...args, '--how', paths.how, '--json'], gatewayEnvironment(lane.url));

    const first = lastJson((await run()).stdout) as {
      reconciliation: string;
      totals: { outcome: string; count: number }[];
    };
    expect(first).toMatchObject({ ok: true, state: 'DONE', report: { lines: 7, added: 7, faulty: 0 } });
    expect(first.totals.map(({ count }) => count)).toEqual([4, 1, 0, 1, 1, 1]);
    expect(told(await itemsOf(first.reconciliation, BD))).toEqual(expected());
    const show = await perkgateInside(['reconcile', 'show', first.reconciliation], gatewayEnvironment(lane.url));
    expect(show.stdout).toContain('ONLY_OURS');
    const { feed } = first as unknown as { feed: string };
    const again = await perkgateInside(['reconcile', 'run', feed, '--json'], gatewayEnvironment(lane.url));
    expect(lastJson(again.stdout)).toMatchObject({ ok: true, state: 'DONE', totals: first.totals });
    // Whoever opened, filled and closed the feed and had it compared stands in the list of changes.
    const audited = async (action: string) => {
      const filter = { filter: { action } };
      const { edges } = await gateway.run<{ edges: { node: object }[] }>(AUDITOR, 'audit-entries', filter);
      return edges.map(({ node }) => node).find((node) => (node as { kind: string }).kind === 'ANSWERED');
    };
    for (const action of ['reconcile open', 'reconcile load', 'reconcile close', 'reconcile run']) {
      const entry = { action, outcome: 'DONE', subjectType: 'feed', subjectKey: feed };
      expect(await audited(action)).toMatchObject({ ...entry, actor: expect.stringMatching(/^cli:/) });
    }
    const bad = await perkgateInside(['reconcile', 'show', 'feed_1'], gatewayEnvironment(lane.url));
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('is no id of a reconciliation') });
  });

  test('of which nothing can be read is told before a feed is opened, so its name stays free', async () => {
    const { delimiter, dateFormat, columns } = MAPPING;
    const csv = join(folder, `${lane.name} tried.csv`);
    writeFileSync(csv, file);
    const days = ['--from', '2026-03-01', '--before', '2026-04-01'];
    const args = ['reconcile', 'load', csv, '--partner', 'brewer', '--name', 'tried', ...days, '--json'];
    const tried = (how: object) => {
      const path = join(folder, `${lane.name} tried.json`);
      writeFileSync(path, JSON.stringify({ columns, delimiter, dateFormat, states: { 已核销: 'USED' }, ...how }));
      return perkgateInside([...args, '--how', path], gatewayEnvironment(lane.url));
    };
    // Given a mapping whose column the file has not, whose dates are written otherwise, or whose words of a state are.
    for (const [how, message] of [
      [{ columns: { ...columns, code: 'coupon' } }, 'The header has no column \\"coupon\\"'],
      [{ dateFormat: 'DD.MM.YYYY' }, 'None of the first 7 lines can be read as'],
      [{ states: { used: 'USED' } }, 'None of the first 7 lines can be read as'],
      [{ columns: {} }, 'mapping.columns has no code'],
      [{ timeZone: 'Mars' }, 'timeZone is \\"Mars\\"'],
    ] as const) {
      const refused = await tried(how);
      expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining(message)]);
    }
    // Then the right one takes the file in under the same name.
    expect(lastJson((await tried({})).stdout)).toMatchObject({ ok: true, report: { lines: 7, added: 7 } });
  });
});
