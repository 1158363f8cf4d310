// Changes of staff and partners: each is written down before and after, without secrets, and tampering is found.
import { verifyAudit } from '../../src/audit/verify';
import { newSigningSecret } from '../../src/partner-port/signature';
import { AUDITOR, OPERATIONS, operationText, partnerOf, SHOP, TestGateway, type Who } from '../support/gateway';
import { offer, plan, programText } from '../support/gateway-program';
import { Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { BD, PartnerStory, standardManifest } from '../support/partner-story';
import { savedTables } from '../support/saved-tables';

const PROGRAM = programText({ plans: [plan('plus')], offers: [offer('latte')] });

interface Entry {
  readonly number: number;
  readonly kind: string;
  readonly role: string;
  readonly actor: string;
  readonly requestId: string;
  readonly action: string;
  readonly subjectType: string;
  readonly subjectKey: string;
  readonly asked: number | null;
  readonly outcome: string | null;
  readonly refusal: string | null;
  readonly args: unknown;
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
  readonly hash: string;
}
interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Entry }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  let partners: PartnerStory;
  beforeEach(async () => {
    repair = undefined;
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM, logLevel: 'trace' });
    partners = new PartnerStory(gateway);
  });

  const page = (variables: object = {}) => gateway.run<Page>(AUDITOR, 'audit-entries', { first: 100, ...variables });
  const entries = async (variables: object = {}) => (await page(variables)).edges.map(({ node }) => node);
  let repair: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await repair?.();
    await gateway.stop();
  });
  const damage = async (statement: string) => {
    const { database } = gateway.gateway;
    repair ??= await savedTables(database, ['audit_entry', 'audit_head']);
    await database.transaction((tx) => tx.run(statement));
  };

  test('a change has an entry before it and one after it, with what was different', async () => {
    const { code } = await partners.approved();
    const terms = { title: 'Registered', kind: 'COUPON', unitCost: 0, faceValue: 100, card: 'NONE' };
    const made = await gateway.run<{ id: string }>(partnerOf(code), 'create-offer', {
      input: { ...terms, code: 'one' },
    });
    await gateway.run(partnerOf(code), 'submit-offer', { offer: made.id });
    const [answered, asked] = await entries({ filter: { subjectType: 'offer', subjectKey: made.id } });
    expect(asked).toMatchObject({
      kind: 'ASKED',
      role: 'PARTNER',
      actor: code,
      action: 'submitOffer',
      args: { offer: made.id },
      outcome: null,
      changes: [],
    });
    expect(answered).toMatchObject({ kind: 'ANSWERED', asked: asked!.number, outcome: 'DONE', args: null });
    expect(answered!.requestId).toBe(asked!.requestId);
    expect(answered!.changes).toContainEqual({ field: 'offer.state', before: 'DRAFT', after: 'IN_REVIEW' });
  });

  test('what is made only now is named by the answer', async () => {
    const { application } = await partners.registered();
    const [answered, asked] = await entries({ filter: { action: 'registerPartner' } });
    expect([asked!.subjectKey, answered!.subjectKey]).toEqual(['', application.id]);
    expect(answered).toMatchObject({ role: 'ANONYMOUS', actor: '', outcome: 'DONE' });
    expect(answered!.changes).toContainEqual({ field: 'partner.state', before: null, after: 'APPLIED' });
  });

  test('a refusal is kept with its code, and changes nothing', async () => {
    const input = { member: 'nobody', balance: 'POINTS', amount: 1, idempotencyKey: 'k' };
    await gateway.run(OPERATIONS, 'adjust-balance', { input });
    const [answered] = await entries({ filter: { action: 'adjustBalance', actor: OPERATIONS.subject } });
    expect(answered).toMatchObject({ outcome: 'REFUSED', refusal: 'NOT_FOUND', changes: [], subjectKey: 'nobody' });
  });

  test('balances of a member are shown before and after', async () => {
    const { who } = await new Story(gateway).holder('plus');
    const input = { member: who.subject, balance: 'POINTS', amount: 250, idempotencyKey: 'k' };
    await gateway.run(OPERATIONS, 'adjust-balance', { input });
    const [answered] = await entries({ filter: { action: 'adjustBalance', subjectKey: who.subject } });
    const points = answered!.changes.filter(({ field }) => field.startsWith('balances.'));
    expect(points.map(({ after }) => after)).toEqual([250]);
  });

  test('members and servers are not in it', async () => {
    const { who } = await new Story(gateway).holder('plus');
    await new Story(gateway).claim(who, 'latte');
    expect((await entries()).filter(({ role }) => role === 'SERVER' || role === 'MEMBER')).toEqual([]);
  });

  test('a secret that a partner hands over stands nowhere in it', async () => {
    const { id, code } = await partners.approved();
    const value = newSigningSecret();
    const secrets = [{ name: 'signing', value }];
    await gateway.run(BD, 'set-connector', {
      input: { partner: id, manifest: standardManifest('http://127.0.0.1:9/'), secrets },
    });
    const { key } = await partners.createKey(id, ['WEBHOOKS']);
    const rows = await gateway.gateway.database.read.arrays('SELECT detail FROM audit_entry');
    const text = rows.map(([detail]) => String(detail)).join('\n');
    expect(text).toContain('(secret)');
    expect(text).toContain(code);
    for (const secret of [value, value.slice(8, 40), key, key.split('_').at(-1)!]) expect(text).not.toContain(secret);
  });

  test('entries come in pages, the newest first', async () => {
    await partners.approved();
    const all = await entries();
    const first = await page({ first: 2 });
    const second = await page({ first: 2, after: first.pageInfo.endCursor });
    const read = [...first.edges, ...second.edges].map(({ node }) => node.number);
    expect(read).toEqual(all.slice(0, 4).map(({ number }) => number));
  });

  test.each<[string, Who]>([
    ['a partner', partnerOf('brewer')],
    ['a server', SHOP],
    ['operations', OPERATIONS],
  ])('%s may not read it', async (_who, who) => {
    const { body } = await gateway.ask(who, operationText('audit-entries'), {});
    expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('many at once make one chain without gaps', async () => {
    const { who } = await new Story(gateway).holder('plus');
    const adjust = (at: number) =>
      gateway.run(OPERATIONS, 'adjust-balance', {
        input: { member: who.subject, balance: 'POINTS', amount: 1, idempotencyKey: `together ${at}` },
      });
    await Promise.all(Array.from({ length: 12 }, (_value, at) => adjust(at)));
    const report = await verifyAudit(gateway.gateway.database);
    expect(report).toMatchObject({ clean: true, faults: [] });
    expect((await entries({ filter: { subjectKey: who.subject } })).length).toBe(24);
  });

  describe('verify', () => {
    let anchor: { number: number; hash: string };
    beforeEach(async () => {
      await partners.approved();
      const [newest] = await entries();
      anchor = { number: newest!.number, hash: newest!.hash };
    });
    const faults = async () => (await verifyAudit(gateway.gateway.database, anchor)).faults;

    test('finds nothing where nobody was', async () => {
      expect(await faults()).toEqual([]);
    });

    test.each([
      ['a zero', 'a\u0000b'],
      ['half a character', 'a\ud83db'],
      ['a character where it is cut off', `${'x'.repeat(159)}💥`],
    ])('finds nothing where a caller named something with %s', async (_what, member) => {
      const input = { member, balance: 'POINTS', amount: 1, idempotencyKey: 'k' };
      await gateway.run(OPERATIONS, 'adjust-balance', { input });
      expect(await faults()).toEqual([]);
    });

    test.each([
      [
        'another actor',
        "UPDATE audit_entry SET actor = 'nobody' WHERE number = 2",
        /entry 2 .* is not what was written/,
      ],
      ['another time', 'UPDATE audit_entry SET made_at = made_at + 1 WHERE number = 1', /entry 1 .* is not what/],
      [
        'other arguments',
        "UPDATE audit_entry SET detail = '{}' WHERE number = 1",
        /entry 1 .* is not what was written/,
      ],
      ['an entry taken out', 'DELETE FROM audit_entry WHERE number = 2', /entries 2 to 2 are missing/],
    ])('finds %s', async (_what, statement, fault) => {
      await damage(statement);
      expect((await faults()).join('; ')).toMatch(fault);
    });

    test('finds that the end was cut off, by the head, and by an entry that was written down', async () => {
      const { number } = anchor;
      await damage(`DELETE FROM audit_entry WHERE number = ${number}`);
      expect((await faults()).join('; ')).toMatch(/the head says/);
      const [before] = await entries();
      await damage(`UPDATE audit_head SET number = ${before!.number}, hash = '${before!.hash}'`);
      expect(await verifyAudit(gateway.gateway.database)).toMatchObject({ clean: true });
      expect(await faults()).toEqual([`entry ${number}, which was given, is not there`]);
    });
  });

  test('what cannot be written down is not done', async () => {
    const { who } = await new Story(gateway).holder('plus');
    // An entry of the next number stands in the way, as if the head had been set back.
    await damage("UPDATE audit_head SET number = 0, hash = ''");
    const input = { member: who.subject, balance: 'POINTS', amount: 5, idempotencyKey: 'never' };
    const first = await gateway.ask(OPERATIONS, operationText('adjust-balance'), { input });
    const second = await gateway.ask(OPERATIONS, operationText('adjust-balance'), { input });
    expect([first.body.errors?.length ?? 0, second.body.errors?.length ?? 0]).not.toEqual([0, 0]);
  });
});
