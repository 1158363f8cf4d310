// How redemptions end, on both databases: what comes back, what stays spent, and who of several comes first.
import { expectBooks, House, must, openHouse, outcomeOf, SHOP, unique } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import { NOW } from '../../test/support/ledger-fixtures';
import { secondDoor } from '../../test/support/lifecycle-house';
import { freshEachTest } from '../../test/support/saved-tables';
import type { Actor } from '../kernel/actor';
import { DAY, HOUR } from '../kernel/clock';
import { type Id, newId } from '../kernel/id';
import { type AccountKey, available } from '../ledger/account';
import { ExpireHoldsJob } from '../ledger/expire-holds.job';
import type { Card } from '../members/member';
import { cardCapAccount, leftOn, pointsAccount, savingsAccount, savingsMonthAccount } from '../members/member-accounts';
import { maySee } from './end.service';
import { ExpireRedemptionsJob } from './expire-redemptions.job';

eachDatabase((lane) => {
  let house: House;
  let other: House;
  beforeAll(async () => {
    house = await openHouse(lane.database);
    other = await openHouse(await secondDoor(lane), { clock: house.clock, program: null });
    await house.fillPool('latte', 40);
    await house.fillPool('film', 20);
  });
  freshEachTest(lane);
  beforeEach(() => house.clock.set(NOW));
  afterEach(async () => {
    jest.restoreAllMocks();
    expect([...house.errors, ...other.errors]).toEqual([]);
    await expectBooks(lane.database);
  });

  const refOf = ({ memberId, terms }: Card) => ({ memberId, termId: terms[0]!.id, currency: 'CNY' });
  /** What is left on each account of the member and the offer, and what is pending. */
  const standing = async (memberId: Id, item: string): Promise<Record<AccountKey, number[]>> => {
    const all = [await house.ledger.balancesOf(memberId), await house.ledger.balancesOf(house.item(item).itemId)];
    const entries = all.flatMap((balances) => [...balances]);
    return Object.fromEntries(
      entries.map(([account, balance]) => [
        account,
        [available(balance), balance.debitsPending, balance.creditsPending],
      ]),
    );
  };
  const settle = async (by = house): Promise<number> => {
    let ended = 0;
    for (let did = 1; did > 0; ended += did) did = await new ExpireRedemptionsJob(by.ends).run();
    return ended;
  };
  /** Does something just before the next chain of a house is handed to its ledger: after all that it has read. */
  const justBefore = (by: House, act: () => Promise<unknown>): void => {
    const submit = by.ledger.submit.bind(by.ledger);
    jest.spyOn(by.ledger, 'submit').mockImplementationOnce(async (...chain) => {
      await act();
      return submit(...chain);
    });
  };

  describe('cancelling', () => {
    test.each(['ride', 'gift', 'daily', 'cup', 'ticket', 'trip', 'tour', 'suite', 'beans', 'free', 'bare'])(
      'a %s gives back all that it took',
      async (item) => {
        const { memberId } = await house.holder();
        await house.give(memberId, 'POINTS', 100);
        // Given accounts that are open already, so that only amounts can differ.
        must(await house.cancel((await house.claim(memberId, item)).id));
        const before = await standing(memberId, item);
        const { id } = await house.claim(memberId, item);
        if (item !== 'bare') expect(await standing(memberId, item)).not.toEqual(before);
        expect(must(await house.cancel(id))).toMatchObject({ status: 'CANCELLED', endedAt: house.now });
        expect(await standing(memberId, item)).toEqual(before);
        // And it can be neither used, nor cancelled, nor expired any more.
        expect(outcomeOf(await house.use(id))).toBe('NOT_USABLE');
        expect(outcomeOf(await house.cancel(id))).toBe('NOT_CANCELLABLE');
        house.clock.advance(400 * DAY);
        expect(await settle()).toBe(0);
      },
    );

    test('of a part paid by the member gives back the part of the card', async () => {
      const { memberId, card } = await house.holder();
      await house.claim(memberId, 'suite');
      await house.claim(memberId, 'suite');
      const { id } = await house.claim(memberId, 'suite', { maxCoPay: 200 });
      must(await house.cancel(id));
      expect(leftOn((await house.rows(memberId)).balances, cardCapAccount(refOf(card)))).toBe(200);
    });

    test('a code that was handed out stays spent, with its cost; only the shop can cancel it', async () => {
      const { memberId, card } = await house.holder();
      const stock = async () => {
        const [balance] = (await house.ledger.balancesOf(house.item('latte').itemId)).values();
        return available(balance!);
      };
      const left = await stock();
      const { id } = await house.claim(memberId, 'latte');
      const asMember: Actor = { role: 'MEMBER', subject: 'm', memberId };
      expect(await house.cancel(id, { as: asMember })).toMatchObject({
        code: 'NOT_CANCELLABLE',
        message: expect.stringContaining('only the operator'),
      });
      must(await house.cancel(id));
      const { balances } = await house.rows(memberId);
      expect(leftOn(balances, cardCapAccount(refOf(card)))).toBe(980);
      expect(await stock()).toBe(left - 1);
      expect(balances.get(savingsAccount(refOf(card)))).toMatchObject({ creditsPosted: 0, creditsPending: 0 });
      // The next one gets another code.
      const next = await house.claim(memberId, 'latte');
      expect(next.poolSeq).not.toBe((await house.redemptions.find(id))!.poolSeq);
    });

    test('a code whose cost counts at use costs nothing when it is cancelled', async () => {
      const { memberId, card } = await house.holder();
      const { id } = await house.claim(memberId, 'film');
      must(await house.cancel(id));
      expect(leftOn((await house.rows(memberId)).balances, cardCapAccount(refOf(card)))).toBe(1_000);
    });
  });

  describe('confirming the use', () => {
    test('posts what was held, and what the member saved', async () => {
      const { memberId, card } = await house.holder();
      const { id } = await house.claim(memberId, 'ride');
      const cap = cardCapAccount(refOf(card));
      const held = (await house.rows(memberId)).balances;
      expect(held.get(cap)).toMatchObject({ debitsPending: 10, debitsPosted: 0 });
      expect(held.get(savingsAccount(refOf(card)))).toMatchObject({ creditsPending: 30, creditsPosted: 0 });
      house.clock.advance(HOUR);
      expect(must(await house.use(id))).toMatchObject({ status: 'USED', usedAt: house.now, endedAt: house.now });
      const { balances } = await house.rows(memberId);
      expect(balances.get(cap)).toMatchObject({ debitsPending: 0, debitsPosted: 10 });
      expect(balances.get(savingsAccount(refOf(card)))).toMatchObject({ creditsPending: 0, creditsPosted: 30 });
      const month = house.catalogue.current().time.periodAt('MONTH', house.now);
      expect(leftOn(balances, savingsMonthAccount(memberId, month, 'CNY'))).toBe(30);
    });

    test('counts as saved what the member did not pay itself', async () => {
      const { memberId, card } = await house.holder();
      await house.claim(memberId, 'suite');
      await house.claim(memberId, 'suite');
      const { id } = await house.claim(memberId, 'suite', { maxCoPay: 200 });
      must(await house.use(id));
      const savings = (await house.rows(memberId)).balances.get(savingsAccount(refOf(card)));
      expect(savings).toMatchObject({ creditsPosted: 700, creditsPending: 1_800 });
    });

    test('keeps when it was used, and counts it in that month, by the calendar of the program', async () => {
      const { memberId } = await house.holder();
      const { time } = house.catalogue.current();
      const { year, month, day } = time.localDate(house.now);
      // Given a claim of the last evening of a month, whose use is told the next morning.
      const nextMonth = time.startOfDate(year, month + (day > 0 ? 1 : 0), 1);
      house.clock.set(nextMonth - 3 * HOUR);
      const { id } = await house.claim(memberId, 'daily');
      house.clock.set(nextMonth + 9 * HOUR);
      const usedAt = nextMonth - 1;
      expect(must(await house.use(id, { usedAt }))).toMatchObject({ usedAt, endedAt: house.now });
      const balances = await house.ledger.balancesOf(memberId);
      const saved = [usedAt, house.now].map((at) =>
        leftOn(balances, savingsMonthAccount(memberId, time.periodAt('MONTH', at), 'CNY')),
      );
      expect(saved).toEqual([9, 0]);
    });

    test('is allowed from the claim to now', async () => {
      const { memberId } = await house.holder();
      const { id, claimedAt } = await house.claim(memberId, 'ride');
      house.clock.advance(HOUR);
      for (const usedAt of [claimedAt - 1, house.now + 1, 8.64e15, -1, Number.NaN, claimedAt + 0.5]) {
        expect(await house.use(id, { usedAt })).toMatchObject({ code: 'INVALID_INPUT', field: 'usedAt' });
      }
      expect(must(await house.use(id, { usedAt: claimedAt })).usedAt).toBe(claimedAt);
    });

    test('tells the instant at which the savings reached the price, once', async () => {
      const { memberId, card } = await house.holder();
      const brokeEven = async () => (await house.cards.find(card.id))!.card.terms[0]!.brokeEvenAt;
      // The card was sold for 400: a suite of 900 pays for it, 250 alone do not.
      must(await house.use((await house.claim(memberId, 'plain')).id));
      expect(await brokeEven()).toBeUndefined();
      house.clock.advance(1);
      const then = house.now;
      must(await house.use((await house.claim(memberId, 'suite')).id));
      expect(await brokeEven()).toBe(then);
      house.clock.advance(1);
      must(await house.use((await house.claim(memberId, 'plain')).id));
      expect(await brokeEven()).toBe(then);
    });

    test('of a coupon whose card was closed since is possible', async () => {
      const { memberId, card } = await house.holder();
      const { id } = await house.claim(memberId, 'ride');
      must(await house.cards.close(card.id));
      expect(must(await house.use(id)).status).toBe('USED');
    });
  });

  describe('expiring', () => {
    test('gives back what was held; what was taken at issue stays taken', async () => {
      const { memberId, card } = await house.holder();
      await house.give(memberId, 'POINTS', 100);
      const claims = [];
      for (const item of ['ride', 'gift', 'cup', 'beans', 'latte', 'film', 'bare']) {
        claims.push(await house.claim(memberId, item));
      }
      house.clock.set(Math.max(...claims.map(({ expiresAt }) => expiresAt)) - 1);
      await settle();
      const last = claims.filter(({ expiresAt }) => expiresAt > house.now);
      expect(last.map(({ id }) => id)).toEqual([claims[1]!.id]);
      house.clock.advance(1);
      // Past its time a coupon is expired, even before the job has said so.
      expect(outcomeOf(await house.use(claims[1]!.id))).toBe('NOT_USABLE');
      expect(outcomeOf(await house.cancel(claims[1]!.id))).toBe('NOT_CANCELLABLE');
      expect((await house.redemptions.find(claims[1]!.id))!.status).toBe('ISSUED');
      expect(await settle()).toBe(1);
      expect((await house.wallet(memberId)).map(({ status }) => status)).toEqual(Array(7).fill('EXPIRED'));
      const { balances } = await house.rows(memberId);
      expect(balances.get(cardCapAccount(refOf(card)))).toMatchObject({ debitsPending: 0, debitsPosted: 64 });
      expect(balances.get(savingsAccount(refOf(card)))).toMatchObject({ creditsPending: 0, creditsPosted: 0 });
      expect(leftOn(balances, pointsAccount(memberId))).toBe(0);
    });

    test('in two processes at once ends each coupon once, many in one pass', async () => {
      const { memberId } = await house.holder();
      const claims = await Promise.all(Array.from({ length: 20 }, () => house.claim(memberId, 'ride')));
      house.clock.set(claims[0]!.expiresAt);
      const passes = await Promise.all([settle(house), settle(other), settle(house)]);
      expect(passes.reduce((sum, ended) => sum + ended, 0)).toBe(20);
    });

    test('a pass is bounded, and the next goes on', async () => {
      const { memberId } = await house.holder();
      const claims = await Promise.all([1, 2, 3, 4, 5].map(() => house.claim(memberId, 'ride')));
      house.clock.set(claims[0]!.expiresAt);
      expect([await house.ends.expireDue(3), await house.ends.expireDue(3), await house.ends.expireDue(3)]).toEqual([
        3, 2, 0,
      ]);
    });

    test('the job of the ledger leaves holds of redemptions to their own end', async () => {
      const { memberId } = await house.holder();
      const { id, expiresAt } = await house.claim(memberId, 'ride');
      house.clock.set(expiresAt);
      const job = new ExpireHoldsJob(house.ledger, house.clock, [(chain) => house.ends.ownsHoldsOf(chain)]);
      await job.run();
      expect(await house.redemptions.find(id)).toMatchObject({ status: 'EXPIRED', endedAt: expiresAt });
      expect(await house.ends.ownsHoldsOf(newId(house.now))).toBe(false);
      expect(await settle()).toBe(0);
    });
  });

  describe('a key', () => {
    test('with the same content answers the same end, at once and later', async () => {
      const { memberId } = await house.holder();
      const { id } = await house.claim(memberId, 'ride');
      const key = unique('key');
      const answers = await Promise.all([house, other, house].map((by) => by.use(id, { key })));
      house.clock.advance(HOUR);
      answers.push(await house.use(id, { key }));
      expect(answers.map(outcomeOf)).toEqual(Array(4).fill('USED'));
      // Used once: what was saved is counted once.
      const { balances } = await house.rows(memberId);
      const month = house.catalogue.current().time.periodAt('MONTH', must(answers[0]!).usedAt!);
      expect(leftOn(balances, savingsMonthAccount(memberId, month, 'CNY'))).toBe(30);
    });

    test('with other content is refused, by another operation it is another key', async () => {
      const { memberId } = await house.holder();
      const [one, two] = [await house.claim(memberId, 'ride'), await house.claim(memberId, 'ride')];
      const key = unique('key');
      must(await house.use(one.id, { key }));
      expect(outcomeOf(await house.use(two.id, { key }))).toBe('IDEMPOTENCY_MISMATCH');
      expect(outcomeOf(await house.use(one.id, { key, usedAt: one.claimedAt }))).toBe('IDEMPOTENCY_MISMATCH');
      expect(outcomeOf(await house.cancel(two.id, { key }))).toBe('CANCELLED');
    });

    test('keeps a refusal', async () => {
      const { memberId } = await house.holder();
      const { id, claimedAt } = await house.claim(memberId, 'ride');
      const key = unique('key');
      house.clock.advance(HOUR);
      const usedAt = house.now + DAY;
      expect(outcomeOf(await house.use(id, { key, usedAt }))).toBe('INVALID_INPUT');
      house.clock.advance(2 * DAY);
      expect(outcomeOf(await house.use(id, { key, usedAt }))).toBe('INVALID_INPUT');
      expect(outcomeOf(await house.use(id, { usedAt: claimedAt }))).toBe('USED');
    });

    test.each(['', 'a\u200b', 'x'.repeat(129)])('%j is refused', async (key) => {
      const { memberId } = await house.holder();
      const { id } = await house.claim(memberId, 'ride');
      for (const outcome of [await house.cancel(id, { key }), await house.use(id, { key })]) {
        expect(outcome).toMatchObject({ code: 'INVALID_INPUT', field: 'idempotencyKey' });
      }
    });
  });

  describe('who comes second is told that it has ended', () => {
    type End = 'cancel' | 'use' | 'expire';
    const endBy = (by: House, end: End, id: Id): Promise<unknown> => {
      if (end === 'expire') return by.ends.ownsHoldsOf(id);
      return end === 'cancel' ? by.cancel(id) : by.use(id);
    };
    const ENDED = { cancel: 'CANCELLED', use: 'USED', expire: 'EXPIRED' } as const;
    const REFUSED = { cancel: 'NOT_CANCELLABLE', use: 'NOT_USABLE', expire: undefined } as const;

    // With holds, with holds and transfers, with nothing at all in the ledger.
    test.each(
      ['ride', 'gift', 'latte', 'bare'].flatMap((item) =>
        (
          [
            ['cancel', 'use'],
            ['use', 'cancel'],
            ['cancel', 'cancel'],
            ['use', 'use'],
            ['cancel', 'expire'],
            ['use', 'expire'],
            ['expire', 'cancel'],
            ['expire', 'use'],
          ] as const
        ).map((ends) => [item, ...ends] as const),
      ),
    )('%s: %s overtaken by %s', async (item, late, early) => {
      const { memberId } = await house.holder();
      const { id, expiresAt } = await house.claim(memberId, item);
      // Given that the later one has read the coupon as issued, or as past its time.
      if (late === 'expire') house.clock.set(expiresAt);
      justBefore(house, async () => {
        if (late === 'expire') house.clock.set(expiresAt - 1);
        if (early === 'expire') house.clock.set(expiresAt);
        await endBy(other, early, id);
      });
      const outcome = await endBy(house, late, id);
      const found = (await house.redemptions.find(id))!;
      expect(found.status).toBe(ENDED[early]);
      if (late !== 'expire') expect(outcome).toMatchObject({ code: REFUSED[late] });
    });

    test('also when the time of the coupon runs out on the way', async () => {
      await settle();
      for (const item of ['ride', 'gift']) {
        const { memberId } = await house.holder();
        const { id, expiresAt } = await house.claim(memberId, item);
        justBefore(house, async () => house.clock.set(expiresAt));
        expect(await house.use(id)).toMatchObject({ code: 'NOT_USABLE' });
        expect(await settle()).toBe(1);
      }
    });
  });

  describe('whose redemption', () => {
    test.each<[string, Actor, boolean]>([
      ['its member', { role: 'MEMBER', subject: 'm', memberId: 'a' }, true],
      ['another member', { role: 'MEMBER', subject: 'n', memberId: 'b' }, false],
      ['a member that is not registered', { role: 'MEMBER', subject: 'o' }, false],
      ['its partner', { role: 'PARTNER', subject: 'p', partnerId: 'p' }, true],
      ['another partner', { role: 'PARTNER', subject: 'q', partnerId: 'q' }, false],
      ['a partner that is not in the program', { role: 'PARTNER', subject: 'r' }, false],
      ['the shop', SHOP, true],
    ])('%s', (_title, actor, may) => {
      const redemption = { memberId: 'a', partnerId: 'p' } as Parameters<typeof maySee>[1];
      expect(maySee(actor, redemption)).toBe(may);
      // A benefit has no partner, and so belongs to no partner.
      if (actor.role === 'PARTNER') expect(maySee(actor, { ...redemption, partnerId: undefined })).toBe(false);
    });

    test('a foreign one is answered as an unknown one, and stays as it is', async () => {
      const { memberId } = await house.holder();
      const stranger = await house.member();
      const { id } = await house.claim(memberId, 'ride');
      const as: Actor = { role: 'MEMBER', subject: 'stranger', memberId: stranger };
      const answers = [await house.cancel(id, { as }), await house.cancel(newId(house.now), { as })];
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]).toMatchObject({ code: 'NOT_FOUND' });
      expect((await house.redemptions.find(id))!.status).toBe('ISSUED');
    });
  });
});
