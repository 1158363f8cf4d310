// Applications on both databases: what is filled in is read by the form, one waits at most, and a decision stands.
import { expectBooks, type House, must, openHouse, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { SALE_PROGRAM } from '../../../test/support/sale-program';
import type { Actor } from '../../kernel/actor';
import { DAY } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';
import type { ApplyInput } from './application.service';

const OLGA: Actor = { role: 'OPERATIONS', subject: 'olga' };
const GOOD = { companyAgeYears: '2.5', cleanRecord: 'true' };

eachDatabase((lane) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(lane.database, { program: SALE_PROGRAM });
  });
  afterEach(async () => {
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const founder = () => house.member({ tags: ['founder'] });
  const apply = (memberId: Id, filled: Record<string, string> = GOOD, more: Partial<ApplyInput> = {}) =>
    house.applications.apply(
      { role: 'MEMBER', subject: 'me', memberId },
      {
        memberId,
        plan: 'guild',
        fields: Object.entries(filled).map(([code, value]) => ({ code, value })),
        evidence: ['https://evidence.example/licence.pdf'],
        idempotencyKey: unique('key'),
        ...more,
      },
    );
  const open = async (memberId: Id) => {
    const order = { memberId, planId: house.planId('guild'), orderId: unique('order') };
    const opened = await house.cards.open(order);
    return isRefusal(opened) ? opened.code : 'OPENED';
  };
  const review = (applicationId: Id, approve: boolean, reason?: string) =>
    house.applications.review(OLGA, { applicationId, approve, reason });

  test('is sold to who was approved, and to nobody before or too long after', async () => {
    const memberId = await founder();
    expect(await open(memberId)).toBe('APPLICATION_NEEDED');
    const { id, state, fields } = must(await apply(memberId));
    expect([state, fields]).toEqual(['PENDING', { companyAgeYears: 2.5, cleanRecord: true }]);
    expect(await open(memberId)).toBe('APPLICATION_NEEDED');
    const approved = must(await review(id, true));
    expect(approved).toMatchObject({ state: 'APPROVED', reviewedBy: 'operations:olga', reviewedAt: house.now });
    house.clock.advance(10 * DAY - 1);
    expect(await open(memberId)).toBe('OPENED');
    house.clock.advance(1);
    expect(await open(memberId)).toBe('APPLICATION_NEEDED');
    // What has run out may be applied for again.
    expect(must(await apply(memberId)).state).toBe('PENDING');
  });

  test('who does not meet the check is told so at once, and may apply again', async () => {
    const memberId = await founder();
    const young = must(await apply(memberId, { ...GOOD, companyAgeYears: '2' }));
    expect(young).toMatchObject({ state: 'REJECTED', reason: 'Older, and clean.' });
    expect(young.reviewedBy).toBeUndefined();
    expect(must(await apply(memberId, { ...GOOD, cleanRecord: 'false' })).state).toBe('REJECTED');
    expect(must(await apply(memberId)).state).toBe('PENDING');
    expect((await house.applications.of(memberId)).map(({ state }) => state)).toEqual([
      'PENDING',
      'REJECTED',
      'REJECTED',
    ]);
  });

  test.each<[Record<string, string>, Partial<ApplyInput>, string]>([
    [{ cleanRecord: 'true' }, {}, 'companyAgeYears'],
    [{ ...GOOD, companyAgeYears: 'three' }, {}, 'companyAgeYears'],
    [{ ...GOOD, companyAgeYears: '1e9' }, {}, 'companyAgeYears'],
    [{ ...GOOD, cleanRecord: 'yes' }, {}, 'cleanRecord'],
    [{ ...GOOD, founded: '2020-02-30' }, {}, 'founded'],
    [{ ...GOOD, site: 'javascript:alert(1)' }, {}, 'site'],
    [{ ...GOOD, site: 'https://user:pass@example.com' }, {}, 'site'],
    [{ ...GOOD, story: '\u0000' }, {}, 'story'],
    [{ ...GOOD, revenue: '1' }, {}, 'fields'],
    [GOOD, { evidence: [] }, 'evidence'],
    [GOOD, { evidence: ['ftp://evidence.example'] }, 'evidence'],
    [GOOD, { evidence: Array(11).fill('https://evidence.example') }, 'evidence'],
    [GOOD, { idempotencyKey: '' }, 'idempotencyKey'],
  ])('refuses %j with %j for its %s', async (filled, more, field) => {
    const memberId = await founder();
    expect(await apply(memberId, filled, more)).toMatchObject({ code: 'INVALID_INPUT', field });
    expect(await house.applications.of(memberId)).toEqual([]);
  });

  test('a field twice is refused, a plan that asks for none and one that is not there too', async () => {
    const memberId = await founder();
    const twice = [...Object.entries(GOOD), ['cleanRecord', 'true']].map(([code, value]) => ({
      code: code!,
      value: value!,
    }));
    expect(await apply(memberId, {}, { fields: twice })).toMatchObject({ code: 'INVALID_INPUT', field: 'fields' });
    expect(await apply(memberId, GOOD, { plan: 'plain' })).toMatchObject({ code: 'CONFLICT', field: 'plan' });
    expect(await apply(memberId, GOOD, { plan: 'nothing' })).toMatchObject({ code: 'NOT_FOUND', field: 'plan' });
  });

  test('one waits at most, and the same request is one', async () => {
    const memberId = await founder();
    const idempotencyKey = unique('key');
    const same = await Promise.all([1, 2, 3].map(() => apply(memberId, GOOD, { idempotencyKey })));
    expect(new Set(same.map((one) => must(one).id)).size).toBe(1);
    const others = await Promise.all([1, 2, 3].map(() => apply(memberId)));
    expect(others.map((one) => (isRefusal(one) ? one.code : one.state))).toEqual(Array(3).fill('CONFLICT'));
    const changed = await apply(memberId, { ...GOOD, companyAgeYears: '9' }, { idempotencyKey });
    expect(changed).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
  });

  test('a decision needs its reason, stands, and may be asked for again', async () => {
    const { id } = must(await apply(await founder()));
    expect(await review(id, false)).toMatchObject({ code: 'INVALID_INPUT', field: 'reason' });
    const rejected = must(await review(id, false, 'The licence cannot be read.'));
    expect(must(await review(id, false, 'Another reason.'))).toEqual(rejected);
    expect(await review(id, true)).toMatchObject({ code: 'CONFLICT' });
    const both = must(await apply(await founder())).id;
    const decisions = await Promise.all([review(both, true), review(both, false, 'No.')]);
    expect(decisions.filter(isRefusal)).toHaveLength(1);
  });

  test('staff reads those that wait, the oldest first, page by page', async () => {
    const mine: Id[] = [];
    for (let at = 0; at < 3; at += 1) {
      house.clock.advance(100);
      mine.push(must(await apply(await founder())).id);
    }
    const listed: Id[] = [];
    for (let after: Id | undefined; ; ) {
      const page = await house.applications.list({ state: 'PENDING', after, limit: 2 });
      listed.push(...page.map(({ id }) => id));
      after = page.at(-1)?.id;
      if (page.length < 2) break;
    }
    expect(listed.slice(-3)).toEqual(mine);
    expect(listed).toEqual(listed.toSorted());
  });
});
