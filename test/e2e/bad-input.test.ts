// Bad values through the API: each is refused clearly, and leaves no trace in any table.
import { memberOf, OPERATIONS, operationText, SHOP, TestGateway, type Who } from '../support/gateway';
import { type Contents, contentsOf } from '../support/gateway-contents';
import { offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, fresh, outcomeOf, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const PARTS = { plans: [plan('plus')], offers: [offer('latte'), offer('dear', { coPay: true })] };
const PROGRAM = programText(PARTS);
const MOST = Number.MAX_SAFE_INTEGER;

/** As they stand in a JSON body: what is no whole number that is counted exactly. */
const NO_AMOUNTS = [
  '9007199254740993',
  '9223372036854775808',
  '-9223372036854775809',
  '1e400',
  '1.005',
  '"1e3"',
  '"100"',
  '"１２３"',
  'true',
  '""',
  '[5]',
  '{}',
  'null',
];

const ODD_TEXTS: readonly [what: string, text: string][] = [
  ['nothing', ''],
  ['a space', ' '],
  ['a space at the end', 'abc '],
  ['a wide space at the beginning', '\u3000abc'],
  ['a line break', 'a\nb'],
  ['a NUL', 'a\u0000b'],
  ['a zero width space', 'a\u200bb'],
  ['a joiner of nothing', 'abc\ufeff'],
  ['a turned line', 'abc\u202etxt'],
  ['an isolate', 'a\u2066b'],
  ['a tag letter', 'a\u{e0041}b'],
  ['half a surrogate pair', 'a\ud800b'],
  ['the other half', '\udc00'],
  ['129 characters', 'x'.repeat(129)],
  ['a megabyte less the rest', 'x'.repeat(90_000)],
];

const NEVER = '019cd5e6d20070000000000000000000';

eachDatabase((lane) => {
  let gateway: TestGateway;
  let story: Story;
  let who: Who;
  let before: Contents;
  beforeAll(async () => {
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM });
    story = new Story(gateway);
    ({ who } = await story.holder('plus'));
    await story.claim(who, 'latte');
  });
  beforeEach(async () => {
    before = await contentsOf(lane.database);
  });
  afterAll(async () => {
    await gateway.stop();
    await expectBooksInOrder(lane.database);
  });

  const nothingHappened = async () => expect(await contentsOf(lane.database)).toEqual(before);
  const post = async (as: Who, body: string) =>
    gateway.post<Record<string, { code?: string; refusal?: string; field?: string; message?: string }>>(body, {
      authorization: `Bearer ${await gateway.token(as)}`,
    });
  /** The code of the error or of the refusal. */
  const codeOf = async (as: Who, operation: string, variables: string) => {
    const query = JSON.stringify(operationText(operation));
    const { status, body } = await post(as, `{"query":${query},"variables":${variables}}`);
    const [field] = Object.values(body.data ?? {});
    const code = body.errors ? body.errors[0]?.extensions.code : (field?.code ?? field?.refusal);
    return { status, code, message: body.errors?.[0]?.message ?? field?.message, field: field?.field };
  };

  describe('amounts', () => {
    test.each(NO_AMOUNTS)('%s is no amount of points', async (raw) => {
      const input = `{"member":"${who.subject}","balance":"POINTS","idempotencyKey":"k","amount":${raw}}`;
      const { status, code, message } = await codeOf(SHOP, 'adjust-balance', `{"input":${input}}`);
      expect([status, code]).toEqual([400, 'BAD_USER_INPUT']);
      expect(message).toContain('input.amount');
      await nothingHappened();
    });

    test.each(NO_AMOUNTS.filter((raw) => raw !== 'null'))('%s is no co-pay', async (raw) => {
      const input = `{"item":"${gateway.itemId('dear')}","idempotencyKey":"k","maxCoPay":${raw}}`;
      const { status, code } = await codeOf(who, 'redeem', `{"input":${input}}`);
      expect([status, code]).toEqual([400, 'BAD_USER_INPUT']);
      await nothingHappened();
    });

    test.each(NO_AMOUNTS)('%s in the text of a query is no amount either', async (raw) => {
      const input = `{member: "${who.subject}", balance: POINTS, idempotencyKey: "k", amount: ${raw}}`;
      const query = `mutation { adjustBalance(input: ${input}) { __typename } }`;
      const { status, body } = await post(SHOP, JSON.stringify({ query }));
      expect([status, body.data]).toEqual([400, undefined]);
      await nothingHappened();
    });

    test.each(['0', '-0'])('%s moves nothing', async (raw) => {
      const input = `{"member":"${who.subject}","balance":"GROWTH","idempotencyKey":"k","amount":${raw}}`;
      const refused = await codeOf(SHOP, 'adjust-balance', `{"input":${input}}`);
      expect(refused).toMatchObject({ code: 'INVALID_INPUT', field: 'amount' });
      await nothingHappened();
    });

    test('a co-pay below nothing is refused by name', async () => {
      const input = `{"item":"${gateway.itemId('dear')}","idempotencyKey":"k","maxCoPay":-1}`;
      const refused = await codeOf(who, 'redeem', `{"input":${input}}`);
      expect(refused).toMatchObject({ code: 'INVALID_INPUT', field: 'maxCoPay' });
      expect(refused.message).toContain('-1');
      await nothingHappened();
    });

    test.each([MOST, -MOST, 10 ** 12 + 1, -(10 ** 12) - 1])('%d is more than one request may move', async (amount) => {
      const input = { member: who.subject, balance: 'POINTS', amount, idempotencyKey: 'k' };
      const refused = await codeOf(SHOP, 'adjust-balance', JSON.stringify({ input }));
      expect(refused).toMatchObject({ code: 'INVALID_INPUT', field: 'amount' });
      expect(refused.message).toContain('-1000000000000 to 1000000000000');
      await nothingHappened();
    });

    test('the largest amounts add up exactly, over members too, and the roll-up of all bears them', async () => {
      const rich = [await story.member(), await story.member()];
      for (let time = 0; time < 3; time += 1) {
        for (const member of rich) await story.give(member, 'POINTS', 10 ** 12);
      }
      for (const member of rich) {
        await story.give(member, 'POINTS', -1);
        expect(await gateway.run(member, 'member-home')).toMatchObject({ points: { balance: 3 * 10 ** 12 - 1 } });
      }
      await gateway.settle();
      expect(gateway.log).toEqual([]);
    });

    test.each(['0', '101', '-1', '2147483648', '1.5', '"5"', '1e9'])('%s is no size of a page', async (raw) => {
      const { status, code } = await codeOf(who, 'member-home', `{"perks":${raw}}`);
      const intWithoutMeaning = ['0', '101', '-1', '1e9'].includes(raw);
      expect(code).toBe('BAD_USER_INPUT');
      expect(status).toBe(intWithoutMeaning ? 200 : 400);
    });
  });

  describe('texts', () => {
    test.each(ODD_TEXTS)('%s is no key, no order, no name and no external id', async (_what, text) => {
      const raw = JSON.stringify(text);
      const asked = [
        await codeOf(who, 'redeem', `{"input":{"item":"${gateway.itemId('latte')}","idempotencyKey":${raw}}}`),
        await codeOf(SHOP, 'cancel', `{"input":{"redemption":"redemption_${NEVER}","idempotencyKey":${raw}}}`),
        await codeOf(SHOP, 'open-card', `{"input":{"member":"${who.subject}","plan":"plus","orderId":${raw}}}`),
        await codeOf(SHOP, 'register-members', `{"members":[{"externalId":${raw},"nickname":"N"}]}`),
        await codeOf(SHOP, 'register-members', `{"members":[{"externalId":"e","nickname":${raw}}]}`),
        await codeOf(SHOP, 'register-members', `{"members":[{"externalId":"e","nickname":"N","tags":[${raw}]}]}`),
      ];
      expect(asked.map(({ code, field }) => [code, field])).toEqual([
        ['INVALID_INPUT', 'idempotencyKey'],
        ['INVALID_INPUT', 'idempotencyKey'],
        ['INVALID_INPUT', 'orderId'],
        ['INVALID_INPUT', 'externalId'],
        ['INVALID_INPUT', 'nickname'],
        ['INVALID_INPUT', 'tags'],
      ]);
      for (const { message } of asked) {
        expect(message!.length).toBeLessThan(250);
        expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }
      await nothingHappened();
    });

    test('texts that look alike are different members, keys and orders', async () => {
      const mark = fresh('x');
      const alike = ['café', 'cafe\u0301', 'CAFÉ', 'cafe', 'ｃａｆé', 'caf\u{1d5be}'].map((text) => `${text} ${mark}`);
      const members = alike.map((externalId) => ({ externalId, nickname: externalId }));
      const registered = await gateway.run<{ members: { id: string; externalId: string }[] }>(
        SHOP,
        'register-members',
        {
          members,
        },
      );
      expect(new Set(registered.members.map(({ id }) => id)).size).toBe(alike.length);
      for (const externalId of alike) {
        expect(await gateway.run(memberOf(externalId), 'member-home')).toMatchObject({
          externalId,
          nickname: externalId,
        });
      }
      const holder = await story.holder('plus');
      const coupons = [];
      for (const key of alike) coupons.push(await story.claim(holder.who, 'latte', { key }));
      expect(new Set(coupons.map(({ id }) => id)).size).toBe(alike.length);
      const cards = [];
      for (const orderId of alike) cards.push(await story.open(holder.who, 'plus', { orderId }));
      expect(new Set(cards.map(({ id }) => id)).size).toBe(alike.length);
    });

    test('names of any script, with emoji families, come back as they were sent', async () => {
      const nickname = '👩‍👩‍👧‍👦 林小满 ندى 𠮷野家 Ångström';
      const named = await story.member({ nickname, tags: ['🐈', '=1+1'] });
      expect(await gateway.run(named, 'member-home')).toMatchObject({ nickname });
      const seen = await gateway.run(OPERATIONS, 'staff-member', { externalId: named.subject });
      expect(seen).toMatchObject({ nickname, tags: ['🐈', '=1+1'] });
    });

    test('half a surrogate pair is nobody, also when somebody is called by what replaces it', async () => {
      await gateway.run(SHOP, 'register-members', { members: [{ externalId: '\ufffd', nickname: 'R' }] });
      expect(await gateway.run(OPERATIONS, 'staff-member', { externalId: '\ud800' })).toBeNull();
      expect(await gateway.run(memberOf('\udfff'), 'member-home')).toBeNull();
      expect(await gateway.run(OPERATIONS, 'staff-member', { externalId: '\ufffd' })).toMatchObject({ nickname: 'R' });
    });

    test.each(['1990-02-30', '1990-2-3', '90-02-03', '1990-02-03T00:00', '１９９０-02-03', '', '0000-00-00'])(
      '"%s" is no birthday',
      async (birthday) => {
        const members = [{ externalId: 'born', nickname: 'B', birthday }];
        const refused = await gateway.run(SHOP, 'register-members', { members });
        expect(refused).toMatchObject({ code: 'INVALID_INPUT', field: 'birthday' });
        await nothingHappened();
      },
    );

    test('too many members or tags are refused whole', async () => {
      const many = Array.from({ length: 501 }, (_, at) => ({ externalId: `m${at}`, nickname: 'M' }));
      const tagged = [{ externalId: 'tagged', nickname: 'T', tags: Array.from({ length: 51 }, (_, at) => `t${at}`) }];
      for (const members of [many, tagged, []]) {
        const refused = await gateway.run(SHOP, 'register-members', { members });
        expect(refused).toMatchObject({ code: 'INVALID_INPUT', field: members === tagged ? 'tags' : 'members' });
      }
      await nothingHappened();
    });
  });

  describe('ids', () => {
    const STRANGE = [
      'nonsense',
      '',
      `redemption_${NEVER}`,
      `plan_${NEVER}`,
      `card_${NEVER}`,
      `card_${NEVER.toUpperCase()}`,
      `card_${NEVER}00`,
      NEVER,
      `card_${'０'.repeat(32)}`,
      "card_' OR 1=1 --",
      `__proto__`,
      'card_\u0000',
    ];

    test.each(STRANGE)('"%s" is the id of no card, no item and no redemption', async (id) => {
      const raw = JSON.stringify(id);
      const order = `"orderId":"o","plan":"plus","member":"${who.subject}"`;
      const codes = [
        await codeOf(SHOP, 'close-card', `{"card":${raw}}`),
        await codeOf(SHOP, 'renew-card', `{"input":{"card":${raw},"orderId":"o"}}`),
        await codeOf(SHOP, 'open-card', `{"input":{${order},"parentCard":${raw}}}`),
        await codeOf(who, 'redeem', `{"input":{"item":${raw},"idempotencyKey":"k"}}`),
        await codeOf(who, 'quote', `{"item":${raw}}`),
        await codeOf(who, 'cancel', `{"input":{"redemption":${raw},"idempotencyKey":"k"}}`),
        await codeOf(SHOP, 'confirm-use', `{"input":{"redemption":${raw},"idempotencyKey":"k"}}`),
      ];
      expect(codes.map(({ status, code }) => [status, code])).toEqual(codes.map(() => [200, 'NOT_FOUND']));
      expect(await gateway.run(who, 'redemption', { id })).toBeNull();
      await nothingHappened();
    });

    test.each(STRANGE.filter((id) => id !== ''))('a claim on the card "%s" is refused', async (card) => {
      const input = { item: gateway.itemId('latte'), card, idempotencyKey: fresh('key') };
      expect(outcomeOf(await gateway.run(who, 'redeem', { input }))).toBe('NOT_FOUND');
      await nothingHappened();
    });
  });

  describe('programs', () => {
    const withCost = (raw: string) => PROGRAM.replace(/"unitCost":100/, `"unitCost":${raw}`);
    const FAULTY: readonly [what: string, text: string, path: RegExp][] = [
      ['nothing', '', /^$/],
      ['no mapping', '- a\n- b\n', /^$/],
      ['broken YAML', 'name: [1, 2\nplans: {', /^,?$/],
      ['tabs for indentation', 'name: A\nplans:\n\t- code: a\n', /^$/],
      ['two documents', `${PROGRAM}\n---\n${PROGRAM}`, /^$/],
      ['a key twice', PROGRAM.replace('{', '{"name": "Twice",'), /^$/],
      ['a tag that makes objects', 'name: !!js/function "function () {}"', /./],
      ['an unknown key', PROGRAM.replace('{', '{"surprise": 1,'), /^surprise$/],
      ['a currency in small letters', programText({ ...PARTS, currency: 'cny' }), /^currency$/],
      ['a currency that is none', programText({ ...PARTS, currency: 'QQQ' }), /^currency$/],
      ['another currency than before', programText({ ...PARTS, currency: 'USD' }), /^currency$/],
      ['a time zone that is none', programText({ ...PARTS, timeZone: 'Mars/Olympus' }), /^timeZone$/],
      ...[
        '-1',
        '1.5',
        '1.005',
        '1e400',
        '.inf',
        '9007199254740993',
        '9223372036854775808',
        '"100"',
        '１００',
        'null',
      ].map((raw) => [`a cost of ${raw}`, withCost(raw), /^offers\[0\]\.unitCost$/] as [string, string, RegExp]),
      ['an offer twice', programText({ ...PARTS, offers: [offer('same'), offer('same')] }), /^offers\[1\]\.code$/],
      ['an unknown partner', programText({ ...PARTS, offers: [offer('a', { partner: 'ghost' })] }), /partner$/],
      ['half a surrogate pair', PROGRAM.replace('"Test"', '"\\ud800"'), /name/],
    ];

    test.each(FAULTY)('%s is refused with its place, planned or applied', async (_what, text, path) => {
      interface Faulty {
        readonly __typename: string;
        readonly faults: { line: number; column: number; path: string; given: string; allowed: string }[];
      }
      for (const operation of ['plan-program', 'apply-program']) {
        const answer = await gateway.run<Faulty>(OPERATIONS, operation, { text });
        expect(answer.__typename).toBe('FaultyProgram');
        expect(answer.faults.map((fault) => fault.path).join()).toMatch(path);
        for (const { line, column, allowed } of answer.faults) {
          expect([line > 0, column > 0, allowed.length > 0]).toEqual([true, true, true]);
        }
      }
      await nothingHappened();
    });

    test('a text that unfolds into gigabytes is refused before it does', async () => {
      const lines = Array.from({ length: 30 }, (_, at) => {
        const aliases = at === 0 ? 'x' : `*a${at - 1}, `.repeat(9);
        return `a${at}: &a${at} [${aliases}]`;
      });
      const answer = await gateway.run(OPERATIONS, 'apply-program', { text: lines.join('\n') });
      expect(answer).toMatchObject({ __typename: 'FaultyProgram' });
      await nothingHappened();
    });
  });
});
