// Partners at the door: they register themselves, are reviewed, get keys, and keep to what their keys are for.
import { PARTNER_SCOPES } from '../../src/kernel/actor';
import { DAY, HOUR, MINUTE } from '../../src/kernel/clock';
import { AUDITOR, memberOf, NOON, OPERATIONS, operationText, partnerOf, SHOP, TestGateway } from '../support/gateway';
import { offer, plan, programText } from '../support/gateway-program';
import { fresh, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { BD, type KeyAnswer, PartnerStory, type Refused } from '../support/partner-story';

const PROGRAM = programText({ plans: [plan('plus')], offers: [offer('latte')] });
const ALL = [...PARTNER_SCOPES];

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: PartnerStory;
  beforeEach(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM, logLevel: 'trace' });
    story = new PartnerStory(gateway);
  });
  afterEach(() => gateway.stop());

  describe('registration', () => {
    const look = (application: string, claimSecret: string) =>
      gateway
        .ask<{ partnerApplication: object | null }>(undefined, operationText('partner-application'), {
          application,
          claimSecret,
        })
        .then(({ body }) => body.data?.partnerApplication);

    test('whoever registered sees its application with its secret, through the review and after', async () => {
      const { application, claimSecret } = await story.registered({ name: 'Nimbus Coffee' });
      expect(application).toMatchObject({ code: expect.stringMatching(/^brand-/), state: 'APPLIED' });
      expect(await look(application.id, claimSecret)).toMatchObject({ name: 'Nimbus Coffee', state: 'APPLIED' });
      gateway.clock.advance(HOUR);
      await story.review(application.id, 'REJECT', 'no such brand in the register');
      expect(await look(application.id, claimSecret)).toMatchObject({
        state: 'REJECTED',
        reason: 'no such brand in the register',
        changedAt: new Date(NOON + HOUR).toISOString(),
      });
    });

    test("nobody sees it with another's secret, and an unknown application looks the same", async () => {
      const [mine, other] = [await story.registered(), await story.registered()];
      const nothing = `partner_${'0'.repeat(32)}`;
      const asked = [
        await look(mine.application.id, other.claimSecret),
        await look(mine.application.id, ''),
        await look(nothing, mine.claimSecret),
        await look('nonsense', mine.claimSecret),
      ];
      expect(asked).toEqual([null, null, null, null]);
    });

    test.each([
      ['code', { code: 'No Slug' }],
      ['code', { code: 'a'.repeat(41) }],
      ['code', { code: 'double--hyphen' }],
      ['name', { name: ' ' }],
      ['contact', { contact: 'nobody' }],
      ['website', { website: 'http://insecure.example' }],
      ['website', { website: 'https://user:pass@brand.example' }],
      ['description', { description: 'x'.repeat(2_001) }],
    ])('a faulty %s is refused by its name', async (field, changes) => {
      expect(await story.register(changes)).toMatchObject({ refusal: 'INVALID_INPUT', field });
    });

    test('a code is taken while its application stands, and free once that is rejected', async () => {
      const code = fresh('code').toLowerCase();
      const first = await story.registered({ code });
      expect(await story.register({ code })).toMatchObject({ refusal: 'CONFLICT', field: 'code' });
      await story.review(first.application.id, 'REJECT', 'not convincing');
      expect(await story.register({ code })).toMatchObject({ __typename: 'PartnerRegistration' });
    });

    test('no partner has the code of another, whether it registered or stands in the program file', async () => {
      expect(await story.register({ code: 'brewer' })).toMatchObject({ refusal: 'CONFLICT', field: 'code' });
      const { code } = await story.approved();
      const text = programText({ plans: [plan('plus')], offers: [offer('latte')], partners: ['brewer', code] });
      expect(await gateway.run(OPERATIONS, 'plan-program', { text })).toMatchObject({
        faults: [{ path: 'partners[1].code', given: JSON.stringify(code) }],
      });
      expect(await gateway.run(OPERATIONS, 'apply-program', { text })).toMatchObject({ __typename: 'FaultyProgram' });
      // And who applied before the program took the code is not approved under it.
      const late = (await story.registered()).application;
      const taking = text.replaceAll(JSON.stringify(code), JSON.stringify(late.code));
      expect(await gateway.run(OPERATIONS, 'apply-program', { text: taking })).toMatchObject({ version: 2 });
      expect(await story.review(late.id, 'APPROVE')).toMatchObject({ refusal: 'CONFLICT', field: 'code' });
    });

    test('of those who race for one code, one gets it', async () => {
      const code = fresh('code').toLowerCase();
      const answers = await Promise.all([1, 2, 3, 4].map(() => story.register({ code })));
      expect(answers.filter(({ __typename }) => __typename === 'PartnerRegistration')).toHaveLength(1);
    });

    test('once in a document only, and not by members', async () => {
      const input = `{ code: "abc", name: "A", contact: "a@b.example" }`;
      const one = `registerPartner(input: ${input}) { __typename }`;
      expect((await gateway.ask(undefined, `mutation { ${one} b: ${one} }`)).status).toBe(400);
      expect((await gateway.ask(memberOf('any'), `mutation { ${one} }`)).status).toBe(403);
    });
  });

  describe('the review', () => {
    test('an approved partner is in the catalogue, with a number that nobody else has', async () => {
      const [first, second] = [await story.approved(), await story.approved()];
      const catalogue = gateway.gateway.catalogue.current();
      const numbers = [first, second].map(({ code }) => catalogue.partnerByCode(code)!.number);
      expect(new Set([...numbers, catalogue.partnerByCode('brewer')!.number]).size).toBe(3);
      // And the program goes on counting behind them.
      await new Story(gateway).apply(programText({ plans: [plan('plus')], offers: [offer('latte'), offer('mocha')] }));
      expect(gateway.gateway.catalogue.current().offerByCode('mocha')!.number).toBeGreaterThan(Math.max(...numbers));
    });

    test('each change has its way, its reason and its place in the history', async () => {
      const { application } = await story.registered();
      const input = { partner: application.id };
      const run = (operation: string, more: object = {}) =>
        gateway.run<Record<string, unknown>>(OPERATIONS, operation, { input: { ...input, ...more } });
      expect(await run('resume-partner')).toMatchObject({ refusal: 'CONFLICT' });
      expect(await run('suspend-partner', { reason: 'x' })).toMatchObject({ refusal: 'CONFLICT' });
      expect(await run('review-partner', { decision: 'REJECT' })).toMatchObject({ field: 'reason' });
      const approved = await run('review-partner', { decision: 'APPROVE' });
      expect(approved).toMatchObject({ state: 'APPROVED' });
      expect(await run('review-partner', { decision: 'APPROVE' })).toEqual(approved);
      expect(await run('review-partner', { decision: 'REJECT', reason: 'too late' })).toMatchObject({
        refusal: 'CONFLICT',
      });
      expect(await run('suspend-partner', { reason: ' ' })).toMatchObject({ field: 'reason' });
      expect(await run('suspend-partner', { reason: 'complaints' })).toMatchObject({ state: 'SUSPENDED' });
      expect(await run('review-partner', { decision: 'APPROVE' })).toMatchObject({ refusal: 'CONFLICT' });
      expect(await run('resume-partner')).toMatchObject({ state: 'APPROVED', changedBy: 'operations:olga' });
      const { edges } = await gateway.run<{ edges: { node: { id: string; history: object[] } }[] }>(
        AUDITOR,
        'partners',
        { first: 100 },
      );
      const { history } = edges.map(({ node }) => node).find(({ id }) => id === application.id)!;
      expect(history).toMatchObject([
        { kind: 'APPROVED' },
        { kind: 'SUSPENDED', reason: 'complaints', madeBy: 'operations:olga' },
        { kind: 'APPROVED' },
        { kind: 'APPLIED', madeBy: 'anonymous:itself' },
      ]);
    });

    test('is not for partners, members, servers and auditors', async () => {
      const { application } = await story.registered();
      const variables = { input: { partner: application.id, decision: 'APPROVE' } };
      for (const who of [partnerOf('brewer'), memberOf('any'), SHOP, AUDITOR]) {
        expect((await gateway.ask(who, operationText('review-partner'), variables)).status).toBe(403);
      }
    });

    test('lists those in one state, page by page', async () => {
      const ids: string[] = [];
      for (let made = 0; made < 3; made += 1) {
        gateway.clock.advance(1);
        ids.push((await story.registered()).application.id);
      }
      await story.review(ids[1]!, 'APPROVE');
      const seen: string[] = [];
      let after: string | null = null;
      do {
        const page: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } =
          await gateway.run(BD, 'partners', { first: 1, after, state: 'APPLIED' });
        seen.push(...page.edges.map(({ node }) => node.id));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
      expect(seen.filter((id) => ids.includes(id))).toEqual([ids[2], ids[0]]);
    });
  });

  describe('keys', () => {
    test('a partner asks with its key, and sees itself without any secret', async () => {
      const { id, code } = await story.approved();
      const made = await story.createKey(id, ALL);
      expect(made.key).toMatch(/^pgk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
      const mine = await story.run<Record<string, unknown>>(made.key, 'my-partner');
      expect(mine).toMatchObject({ id, code, state: 'APPROVED', credentials: [{ prefix: made.credential.prefix }] });
      const shown = JSON.stringify([mine, await gateway.run(BD, 'partners', { first: 100 }), gateway.log]);
      expect(shown).not.toContain(made.key.split('_').slice(2).join('_'));
    });

    test('no key for whoever is not approved', async () => {
      const { application } = await story.registered();
      const input = { partner: application.id, label: 'early', scopes: ALL };
      expect(await gateway.run(BD, 'create-credential', { input })).toMatchObject({ refusal: 'NOT_FOUND' });
    });

    test('a partner of the program file has keys like any other', async () => {
      const { globalId } = gateway.gateway.catalogue.current().partnerByCode('brewer')!;
      const { key } = await story.createKey(globalId, ['OFFERS_READ']);
      expect(await story.run(key, 'offers')).toMatchObject([{ code: 'latte' }]);
      expect((await story.ask(key, '{ myPartner { code state contact } }')).body.data).toEqual({
        myPartner: { code: 'brewer', state: 'APPROVED', contact: null },
      });
    });

    test('a key names what it is for, and is told which scope it lacks', async () => {
      const { id } = await story.approved();
      const { key } = await story.createKey(id, ['REDEMPTIONS_READ']);
      expect(await story.run(key, 'redemptions')).toMatchObject({ edges: [] });
      const refused = await story.ask(key, '{ offers { code } }');
      expect([refused.status, refused.body.errors?.[0]]).toEqual([
        403,
        {
          message:
            'This key may not name Query.offers (OFFERS_READ). Use a key with the scope in brackets, or leave it out.',
          extensions: { code: 'FORBIDDEN', fields: ['Query.offers'], scopes: ['OFFERS_READ'], role: 'PARTNER' },
        },
      ]);
      expect((await story.ask(key, '{ myPartner { credentials { id } } }')).status).toBe(403);
      // Judged for each key, also once the operation is compiled.
      const other = await story.createKey(id, ['OFFERS_READ']);
      for (const _round of [1, 2, 3]) {
        expect((await story.ask(other.key, '{ offers { code } }')).status).toBe(200);
        expect((await story.ask(key, '{ offers { code } }')).status).toBe(403);
      }
    });

    test('what is not a key of ours, or was changed by a letter, is refused like any bad token', async () => {
      const { id } = await story.approved();
      const { key } = await story.createKey(id, ALL);
      const flipped = key.slice(0, -1) + (key.endsWith('A') ? 'E' : 'A');
      const swapped = key.replace(/^pgk_../, (head) => `${head.slice(0, -2)}${head.endsWith('00') ? '11' : '00'}`);
      const bad = ['pgk_', 'pgk_0123456789abcdef_short', flipped, swapped, `${key}=`, key.toUpperCase(), `x${key}`];
      const answers = await Promise.all(bad.map((token) => story.ask(token, '{ myPartner { code } }')));
      const plain = await story.ask('nonsense', '{ myPartner { code } }');
      for (const { status, body } of answers) expect([status, body]).toEqual([401, plain.body]);
      expect(await story.statusOf(key)).toBe(200);
    });

    test('an expired key is refused from that instant on', async () => {
      const { id } = await story.approved();
      const endsAt = new Date(NOON + HOUR).toISOString();
      const { key } = await story.createKey(id, ALL, { endsAt });
      gateway.clock.set(NOON + HOUR - 1);
      expect(await story.statusOf(key)).toBe(200);
      gateway.clock.set(NOON + HOUR);
      expect(await story.statusOf(key)).toBe(401);
    });

    test.each([
      [{ endsAt: new Date(NOON).toISOString() }, 'endsAt'],
      [{ endsAt: new Date(NOON + 900 * DAY).toISOString() }, 'endsAt'],
      [{ label: '' }, 'label'],
      [{ scopes: [] }, 'scopes'],
      [{ scopes: ['WEBHOOKS', 'WEBHOOKS'] }, 'scopes'],
    ])('a key with %j is refused', async (changes, field) => {
      const { id } = await story.approved();
      const input = { partner: id, label: 'l', scopes: ALL, ...changes };
      expect(await gateway.run(BD, 'create-credential', { input })).toMatchObject({ refusal: 'INVALID_INPUT', field });
    });

    test('a partner rotates its key: both are good for the overlap, then the new one alone', async () => {
      const { id } = await story.approved();
      const old = await story.createKey(id, ['CREDENTIALS', 'CONNECTOR']);
      const input = { credential: old.credential.id, overlapHours: 2 };
      gateway.clock.advance(1);
      const next = await story.run<KeyAnswer>(old.key, 'rotate-credential', { input });
      expect(next.credential.scopes).toEqual(['CREDENTIALS', 'CONNECTOR']);
      gateway.clock.advance(2 * HOUR - 1);
      expect([await story.statusOf(old.key), await story.statusOf(next.key)]).toEqual([200, 200]);
      gateway.clock.advance(1);
      expect([await story.statusOf(old.key), await story.statusOf(next.key)]).toEqual([401, 200]);
      expect(await story.run(next.key, 'rotate-credential', { input })).toMatchObject({ refusal: 'CONFLICT' });
      expect(await story.run(next.key, 'my-partner')).toMatchObject({
        credentials: [{ state: 'ACTIVE' }, { state: 'EXPIRED', replacedBy: next.credential.id }],
      });
    });

    test('a revoked key is refused at once, and revoking it again changes nothing', async () => {
      const { id } = await story.approved();
      const { key, credential } = await story.createKey(id, ALL);
      expect(await story.statusOf(key)).toBe(200);
      const input = { credential: credential.id, reason: 'leaked' };
      const first = await gateway.run(BD, 'revoke-credential', { input });
      expect(first).toMatchObject({ state: 'REVOKED' });
      expect(await story.statusOf(key)).toBe(401);
      gateway.clock.advance(MINUTE);
      expect(await gateway.run(BD, 'revoke-credential', { input })).toEqual(first);
    });

    test('in another process it is refused within a second', async () => {
      const other = await TestGateway.start({ url: lane.url, clock: gateway.clock });
      try {
        const there = new PartnerStory(other);
        const { id } = await story.approved();
        const { key, credential } = await story.createKey(id, ALL);
        await other.gateway.catalogue.refresh();
        expect(await there.statusOf(key)).toBe(200);
        await gateway.run(BD, 'revoke-credential', { input: { credential: credential.id } });
        const begun = performance.now();
        while ((await there.statusOf(key)) === 200) expect(performance.now() - begun).toBeLessThan(1_000);
      } finally {
        await other.stop();
      }
    });

    test('a key makes keys for what it may do itself, never for more', async () => {
      const { id } = await story.approved();
      const { key } = await story.createKey(id, ['CREDENTIALS', 'OFFERS_READ']);
      const make = (scopes: string[]) =>
        story.run<KeyAnswer | Refused>(key, 'create-credential', { input: { label: 'child', scopes } });
      expect(await make(['OFFERS_READ', 'OFFERS_WRITE'])).toMatchObject({ refusal: 'INVALID_INPUT', field: 'scopes' });
      const child = (await make(['OFFERS_READ'])) as KeyAnswer;
      expect((await story.ask(child.key, operationText('offers'))).status).toBe(200);
      const all = await story.createKey(id, ALL);
      const input = { credential: all.credential.id, overlapHours: 0 };
      expect(await story.run(key, 'rotate-credential', { input })).toMatchObject({ refusal: 'INVALID_INPUT' });
    });

    test('twenty at most', async () => {
      const { id } = await story.approved();
      for (let made = 0; made < 20; made += 1) await story.createKey(id, ['WEBHOOKS']);
      const input = { partner: id, label: 'one more', scopes: ['WEBHOOKS'] };
      expect(await gateway.run(BD, 'create-credential', { input })).toMatchObject({ refusal: 'CONFLICT' });
    });

    test('the list says when a key was last used, once a minute', async () => {
      const { id } = await story.approved();
      const { key } = await story.createKey(id, ALL);
      const used = async () =>
        (await story.run<{ credentials: { lastUsedAt: string }[] }>(key, 'my-partner')).credentials[0]!.lastUsedAt;
      expect(await used()).toBe(new Date(NOON).toISOString());
      gateway.clock.advance(MINUTE - 1);
      expect(await used()).toBe(new Date(NOON).toISOString());
      gateway.clock.advance(1);
      expect(await used()).toBe(new Date(NOON + MINUTE).toISOString());
    });

    test('a suspended partner is refused with its keys, sees nothing with its token, and may be resumed', async () => {
      const { id, code } = await story.approved();
      const { key } = await story.createKey(id, ALL);
      await gateway.run(BD, 'suspend-partner', { input: { partner: id, reason: 'complaints' } });
      expect(await story.statusOf(key)).toBe(401);
      const byToken = await gateway.ask(partnerOf(code), operationText('my-partner'));
      expect(byToken.body.data).toEqual({ myPartner: null });
      await gateway.run(BD, 'resume-partner', { input: { partner: id } });
      expect(await story.statusOf(key)).toBe(200);
    });
  });

  test("one partner's keys are nothing to another", async () => {
    const [a, b] = [await story.approved(), await story.approved()];
    const [keyA, keyB] = [await story.createKey(a.id, ALL), await story.createKey(b.id, ALL)];
    const [foreign, unknown] = [keyB.credential.id, `credential_${'0'.repeat(32)}`];
    for (const operation of ['rotate-credential', 'revoke-credential']) {
      const [ofB, ofNobody] = [
        await story.run(keyA.key, operation, { input: { credential: foreign } }),
        await story.run(keyA.key, operation, { input: { credential: unknown } }),
      ];
      expect(ofB).toEqual(ofNobody);
      expect(ofB).toMatchObject({ refusal: 'NOT_FOUND' });
    }
    const input = { partner: b.id, label: 'mine?', scopes: ['OFFERS_READ'] };
    expect(await story.run(keyA.key, 'create-credential', { input })).toMatchObject({ refusal: 'NOT_FOUND' });
    expect(JSON.stringify(await story.run(keyA.key, 'my-partner'))).not.toContain(b.id);
    expect(await story.statusOf(keyB.key)).toBe(200);
  });
});
