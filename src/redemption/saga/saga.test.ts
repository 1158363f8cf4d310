// The saga of a partner's coupon, on both databases: each answer of the partner, in each state, and what is left of it.
import { FakePartner, silently, timedOut, unreachable } from '../../../test/support/fake-partner';
import { expectBooks, type House, must, openHouse, outcomeOf, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { SAGA_PROGRAM } from '../../../test/support/saga-program';
import { freshEachTest } from '../../../test/support/saved-tables';
import { DAY, HOUR, MINUTE, SECOND } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { available } from '../../ledger/account';
import { ExpireHoldsJob } from '../../ledger/expire-holds.job';
import { confirmed, declined } from '../../partner-port/connector';
import type { Redemption } from '../redemption';

eachDatabase((lane) => {
  let house: House;
  let partner: FakePartner;
  beforeAll(async () => {
    await openHouse(lane.database, { program: SAGA_PROGRAM });
  });
  freshEachTest(lane);
  beforeEach(async () => {
    partner = new FakePartner();
    house = await openHouse(lane.database, { program: null, partners: partner });
  });
  afterEach(async () => {
    await house.saga.drain();
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  /** What is left on each account of the member and the offer, and what is pending. */
  const standing = async (memberId: Id, item: string) => {
    const all = [await house.ledger.balancesOf(memberId), await house.ledger.balancesOf(house.item(item).itemId)];
    return Object.fromEntries(
      all.flatMap((balances) =>
        [...balances].map(([account, one]) => [account, [available(one), one.debitsPending, one.creditsPending]]),
      ),
    );
  };
  const find = async (id: Id): Promise<Redemption> => (await house.redemptions.find(id))!;
  const statusOf = async (id: Id) => (await find(id)).status;
  const rich = async (): Promise<Id> => {
    const { memberId } = await house.holder();
    await house.give(memberId, 'POINTS', 100);
    return memberId;
  };
  /** Who has claimed and cancelled once already, so that all accounts are open and only amounts can differ. */
  const readyFor = async (item: string) => {
    const memberId = await rich();
    must(await house.cancel((await house.claim(memberId, item)).id));
    partner.calls.length = 0;
    // The next claim is the newest of the wallet.
    house.clock.advance(1);
    return { memberId, before: await standing(memberId, item) };
  };
  /** Lets so much time go by, and does what becomes due. */
  const pass = async (milliseconds: number, stride = SECOND): Promise<void> => {
    for (let gone = 0; gone < milliseconds; gone += stride) {
      house.clock.advance(stride);
      await house.runSaga();
    }
  };
  const itemsOf = async (id: Id) => {
    const items = await house.saga.items({ limit: 100 });
    return items.filter(({ redemptionId }) => redemptionId === id).map(({ kind }) => kind);
  };
  const eventsOf = async (id: Id) => {
    const rows = await lane.database.read.arrays(
      'SELECT type, data FROM partner_event WHERE subject_id = ? ORDER BY id',
      [Buffer.from(id, 'hex')],
    );
    return rows.map(([type, data]) => ({ type, data: JSON.parse(String(data)) }));
  };
  const impatient = () => openHouse(lane.database, { program: null, partners: partner, clock: house.clock, waitMs: 0 });

  describe('a claim', () => {
    test('that the partner confirms is issued, with its code and link, and the cost is posted', async () => {
      const memberId = await rich();
      const { id } = await house.claim(memberId, 'espresso');
      const issued = await find(id);
      expect(issued).toMatchObject({ status: 'ISSUED', expiresAt: house.now + 30 * DAY, itemVersion: 1 });
      expect(issued.atPartner).toMatchObject({ offerRef: 'partner-espresso', dueStep: 'EXPIRE' });
      expect(house.redemptions.codeOf(issued)).toMatch(/^CODE-/);
      expect(house.redemptions.linkOf(issued)).toMatch(/^https:\/\/partner.example/);
      expect(partner.requests).toMatchObject([
        { redemptionId: id, offerRef: 'partner-espresso', faceValue: { amount: 50, currency: 'CNY' } },
      ]);
      expect(partner.requests[0]!.memberRef).not.toContain(memberId);
      // Posted; and what will be saved still waits for the use.
      const accounts = Object.values(await standing(memberId, 'espresso'));
      expect(accounts).toEqual(expect.arrayContaining([[980, 0, 0], [0, 0, 50]])); // biome-ignore format: one line
      // And the partner is told, without code or member.
      const [event, ...more] = await eventsOf(id);
      expect(more).toEqual([]);
      expect(event).toMatchObject({ type: 'redemption.issued', data: { offer: 'espresso', status: 'ISSUED' } });
      expect(JSON.stringify(event)).not.toMatch(new RegExp(`CODE-|${memberId}`));
    });

    test('whose cost counts at use goes on being held', async () => {
      const memberId = await rich();
      await house.claim(memberId, 'ticket');
      const accounts = Object.values(await standing(memberId, 'ticket'));
      expect(accounts).toEqual(expect.arrayContaining([[980, 20, 0], [0, 0, 50]])); // biome-ignore format: one line
    });

    test.each(['espresso', 'ticket', 'gratis', 'open'])('of a %s that is declined takes nothing', async (item) => {
      const { memberId, before } = await readyFor(item);
      partner.next('issue', declined('OUT_OF_STOCK', 'none left'));
      const key = unique('key');
      expect(outcomeOf(await house.redeem(memberId, item, { key }))).toBe('PARTNER_DECLINED');
      expect(outcomeOf(await house.redeem(memberId, item, { key }))).toBe('PARTNER_DECLINED');
      expect(await standing(memberId, item)).toEqual(before);
      expect(partner.calls).toEqual(['issue']);
      const [failed] = await house.wallet(memberId);
      expect(failed).toMatchObject({ status: 'FAILED', endedAt: house.now });
      expect(await eventsOf(failed!.id)).toEqual([]);
    });

    test('that was not sent stays held, and is sent again with the same name', async () => {
      const memberId = await rich();
      partner.next('issue', unreachable, unreachable);
      const { id, status } = await house.claim(memberId, 'espresso');
      expect(status).toBe('HELD');
      await pass(MINUTE);
      expect(await statusOf(id)).toBe('ISSUED');
      expect(partner.calls).toEqual(['issue', 'issue', 'issue']);
      expect(new Set(partner.requests.map(({ redemptionId }) => redemptionId))).toEqual(new Set([id]));
    });

    test('whose answer is lost is looked up, and never issued again', async () => {
      const memberId = await rich();
      partner.next('issue', silently);
      partner.next('status', timedOut, confirmed({ state: 'PENDING' }));
      const key = unique('key');
      const { id, status } = await house.claim(memberId, 'espresso', { key });
      expect(status).toBe('UNKNOWN');
      expect(outcomeOf(await house.redeem(memberId, 'espresso', { key }))).toBe('UNKNOWN');
      await pass(MINUTE);
      expect(await statusOf(id)).toBe('ISSUED');
      expect(partner.calls).toEqual(['issue', 'status', 'status', 'status']);
      expect(house.redemptions.codeOf(await find(id))).toBe(partner.coupons.get(id)!.issued.code);
    });

    test('that never arrived is issued again, once the partner has said so often enough', async () => {
      const memberId = await rich();
      partner.next('issue', timedOut);
      const { id } = await house.claim(memberId, 'espresso');
      await pass(MINUTE);
      expect(await statusOf(id)).toBe('ISSUED');
      expect(partner.calls).toEqual(['issue', 'status', 'status', 'status', 'issue']);
    });

    test('that the partner never answers is given back after a day, and undone there', async () => {
      const { memberId, before } = await readyFor('ticket');
      partner.next('issue', silently);
      partner.next('status', ...Array(400).fill(timedOut));
      const { id } = await house.claim(memberId, 'ticket');
      await pass(22 * HOUR, HOUR);
      expect(await statusOf(id)).toBe('UNKNOWN');
      await pass(2 * HOUR, HOUR);
      expect(await statusOf(id)).toBe('FAILED');
      expect(await standing(memberId, 'ticket')).toEqual(before);
      expect(partner.stateOf(id)).toBe('CANCELLED');
      expect((await find(id)).atPartner!.dueStep).toBeUndefined();
      expect(await itemsOf(id)).toEqual([]);
    });

    test('that arrived late after all, and was never reached again, is given back and undone', async () => {
      const { memberId, before } = await readyFor('gratis');
      partner.next('issue', timedOut, ...Array(400).fill(unreachable));
      const { id } = await house.claim(memberId, 'gratis');
      await pass(MINUTE);
      expect(partner.calls.filter((call) => call === 'issue').length).toBeGreaterThan(1);
      partner.makeCoupon({ redemptionId: id });
      await pass(DAY, HOUR);
      expect(await statusOf(id)).toBe('FAILED');
      expect(await standing(memberId, 'gratis')).toEqual(before);
      expect(partner.stateOf(id)).toBe('CANCELLED');
    });

    test('that could never be sent is given back after a day', async () => {
      const { memberId, before } = await readyFor('gratis');
      partner.next('issue', ...Array(400).fill(unreachable));
      const { id } = await house.claim(memberId, 'gratis');
      await pass(DAY, HOUR);
      expect(await statusOf(id)).toBe('FAILED');
      expect(await standing(memberId, 'gratis')).toEqual(before);
      expect(partner.calls).not.toContain('cancel');
    });

    test('is answered as it stands when the partner takes too long, and goes on behind', async () => {
      const quick = await impatient();
      const memberId = await rich();
      const { arrived, release } = partner.hold('issue');
      const { id, status } = await quick.claim(memberId, 'espresso');
      expect(status).toBe('HELD');
      await arrived;
      release();
      await quick.saga.drain();
      expect(await statusOf(id)).toBe('ISSUED');
      expect(quick.errors).toEqual([]);
    });

    test('ends when the partner says, if that is sooner', async () => {
      const memberId = await rich();
      const expiresAt = house.now + 3 * HOUR;
      partner.next('issue', confirmed({ partnerRef: unique('ref'), expiresAt }));
      const { id } = await house.claim(memberId, 'espresso');
      expect(await find(id)).toMatchObject({ status: 'ISSUED', expiresAt });
      house.clock.set(expiresAt);
      await house.ends.expireDue(10);
      expect(await statusOf(id)).toBe('EXPIRED');
    });

    test('whose code another one has is given back, and told to staff', async () => {
      const { memberId, before } = await readyFor('espresso');
      partner.next('issue', ...['ref-a', 'ref-b'].map((partnerRef) => confirmed({ partnerRef, code: 'TWICE' })));
      const first = await house.claim(memberId, 'espresso');
      house.clock.advance(1);
      expect(outcomeOf(await house.redeem(memberId, 'espresso'))).toBe('PARTNER_DECLINED');
      const [second] = await house.wallet(memberId);
      expect(await itemsOf(second!.id)).toEqual(['DUPLICATE_CODE']);
      // Nothing that the partner says of it later makes it cancel the code that somebody holds.
      await house.saga.learn(second!.id, { state: 'ISSUED', issued: { partnerRef: 'ref-b', code: 'TWICE' } });
      await house.runSaga();
      expect(partner.calls).toEqual(['issue', 'issue']);
      must(await house.cancel(first.id));
      expect(await standing(memberId, 'espresso')).toEqual(before);
    });

    test('of which the member pays a part gives that part of the card back', async () => {
      const memberId = await rich();
      must(await house.redeem(memberId, 'share'));
      const before = await standing(memberId, 'share');
      expect(outcomeOf(await house.redeem(memberId, 'share', { maxCoPay: 399 }))).toBe('CO_PAY_REQUIRED');
      partner.next('issue', declined('OTHER', 'no'));
      expect(outcomeOf(await house.redeem(memberId, 'share', { maxCoPay: 400 }))).toBe('PARTNER_DECLINED');
      expect(await standing(memberId, 'share')).toEqual(before);
    });

    test('of a partner without an API is refused before anything is taken', async () => {
      const deaf = await openHouse(lane.database, { program: null });
      expect(outcomeOf(await deaf.redeem(await rich(), 'espresso'))).toBe('OFFER_NOT_LIVE');
    });
  });

  describe('cancelling', () => {
    test.each(['espresso', 'ticket', 'gratis', 'open'])(
      'an issued %s cancels it at the partner first',
      async (item) => {
        const { memberId, before } = await readyFor(item);
        const { id } = await house.claim(memberId, item);
        const key = unique('key');
        expect(must(await house.cancel(id, { key }))).toMatchObject({ status: 'CANCELLED', endedAt: house.now });
        expect(partner.stateOf(id)).toBe('CANCELLED');
        expect(await standing(memberId, item)).toEqual(before);
        // The same key is answered the same, another one is told that it is over.
        expect(outcomeOf(await house.cancel(id, { key }))).toBe('CANCELLED');
        expect(outcomeOf(await house.cancel(id))).toBe('NOT_CANCELLABLE');
        expect(partner.calls).toEqual(['issue', 'cancel']);
        expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['redemption.issued', 'redemption.cancelled']);
      },
    );

    test('is refused when the partner says that it was used, and the use is counted', async () => {
      const memberId = await rich();
      const { id } = await house.claim(memberId, 'ticket');
      partner.use(id);
      const key = unique('key');
      expect(outcomeOf(await house.cancel(id, { key }))).toBe('NOT_CANCELLABLE');
      expect(outcomeOf(await house.cancel(id, { key }))).toBe('NOT_CANCELLABLE');
      expect(await statusOf(id)).toBe('USED');
    });

    test('is refused when it was used, and the use is counted even if the partner says no more of it', async () => {
      const memberId = await rich();
      const { id } = await house.claim(memberId, 'ticket');
      partner.use(id);
      partner.next('status', timedOut);
      expect(outcomeOf(await house.cancel(id))).toBe('NOT_CANCELLABLE');
      expect(await find(id)).toMatchObject({ status: 'USED', usedAt: house.now });
    });

    test('is refused when the partner does not want to, and the coupon stays as it is', async () => {
      const memberId = await rich();
      const { id, expiresAt } = await house.claim(memberId, 'espresso');
      partner.next('cancel', declined('OTHER', 'never'));
      expect(outcomeOf(await house.cancel(id))).toBe('NOT_CANCELLABLE');
      expect(await find(id)).toMatchObject({ status: 'ISSUED', atPartner: { dueStep: 'EXPIRE' } });
      house.clock.set(expiresAt);
      await house.ends.expireDue(10);
      expect(await statusOf(id)).toBe('EXPIRED');
    });

    test('is tried again until the partner answers, and gives back once', async () => {
      const { memberId, before } = await readyFor('espresso');
      const { id } = await house.claim(memberId, 'espresso');
      partner.next('cancel', silently, timedOut);
      const key = unique('key');
      expect(must(await house.cancel(id, { key })).status).toBe('ISSUED');
      expect(must(await house.cancel(id, { key })).status).toBe('ISSUED');
      expect(must(await house.cancel(id)).status).toBe('ISSUED');
      await pass(MINUTE);
      expect(outcomeOf(await house.cancel(id, { key }))).toBe('CANCELLED');
      expect(await standing(memberId, 'espresso')).toEqual(before);
      expect(partner.calls).toEqual(['issue', 'cancel', 'cancel', 'cancel']);
    });

    test('that the partner never answers ends with the coupon', async () => {
      const memberId = await rich();
      const { id, expiresAt } = await house.claim(memberId, 'ticket');
      partner.next('cancel', timedOut);
      must(await house.cancel(id));
      house.clock.set(expiresAt);
      await house.runSaga();
      expect(await statusOf(id)).toBe('EXPIRED');
    });

    test('what was never sent asks nobody', async () => {
      const { memberId, before } = await readyFor('ticket');
      partner.next('issue', unreachable);
      const { id } = await house.claim(memberId, 'ticket');
      expect(must(await house.cancel(id)).status).toBe('CANCELLED');
      expect(await standing(memberId, 'ticket')).toEqual(before);
      await pass(MINUTE);
      expect(partner.calls).toEqual(['issue']);
    });

    test('what the partner is just issuing gives it back, and undoes it there', async () => {
      const quick = await impatient();
      const { memberId, before } = await readyFor('espresso');
      const { arrived, release } = partner.hold('issue');
      const { id } = await quick.claim(memberId, 'espresso');
      await arrived;
      expect(must(await house.cancel(id)).status).toBe('CANCELLED');
      release();
      await quick.saga.drain();
      expect(await statusOf(id)).toBe('CANCELLED');
      expect(await standing(memberId, 'espresso')).toEqual(before);
      await pass(MINUTE);
      expect(partner.stateOf(id)).toBe('CANCELLED');
      expect((await find(id)).atPartner!.dueStep).toBeUndefined();
    });

    test('what nobody knows waits until it is known', async () => {
      const memberId = await rich();
      partner.next('issue', silently);
      const { id } = await house.claim(memberId, 'espresso');
      expect(outcomeOf(await house.cancel(id))).toBe('NOT_CANCELLABLE');
      await pass(MINUTE);
      expect(must(await house.cancel(id)).status).toBe('CANCELLED');
    });
  });

  describe('of a partner that does not tell of uses', () => {
    beforeEach(() => {
      partner.watched = true;
    });

    test('a use is found by asking, and posted once', async () => {
      const { memberId } = await readyFor('ticket');
      const { id } = await house.claim(memberId, 'ticket');
      await pass(10 * MINUTE, 10 * SECOND);
      expect(await statusOf(id)).toBe('ISSUED');
      const looks = partner.calls.filter((call) => call === 'status').length;
      expect(looks).toBeGreaterThanOrEqual(3);
      partner.use(id);
      await pass(3 * MINUTE, 10 * SECOND);
      expect(await find(id)).toMatchObject({ status: 'USED', atPartner: { dueStep: undefined } });
      await pass(HOUR, MINUTE);
      expect(partner.calls.filter((call) => call === 'status')).toHaveLength(looks + 1);
      expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['redemption.issued', 'redemption.used']);
    });

    test('an answer that is lost, or says nothing new, is waited for until the coupon ends', async () => {
      const { memberId } = await readyFor('ticket');
      partner.next('issue', silently);
      const { id, expiresAt } = await house.claim(memberId, 'ticket');
      await pass(MINUTE);
      partner.next('status', timedOut, unreachable, declined('OTHER', 'no'), confirmed({ state: 'PENDING' }));
      await pass(20 * MINUTE, 10 * SECOND);
      expect(await statusOf(id)).toBe('ISSUED');
      house.clock.set(expiresAt - 30 * SECOND);
      await house.runSaga();
      house.clock.set(expiresAt);
      await house.runSaga();
      expect(await find(id)).toMatchObject({ status: 'EXPIRED', atPartner: { dueStep: undefined } });
      expect(await itemsOf(id)).toEqual([]);
    });

    test('a use that is found at the end only is told to staff', async () => {
      const { memberId } = await readyFor('ticket');
      const { id, expiresAt } = await house.claim(memberId, 'ticket');
      house.clock.set(expiresAt - 10 * SECOND);
      await house.runSaga();
      partner.use(id);
      house.clock.set(expiresAt);
      await house.runSaga();
      expect([await statusOf(id), await itemsOf(id)]).toEqual(['EXPIRED', ['USED_TOO_LATE']]);
    });

    test('what the partner took back is given back, and a cancel that it declines is looked at further', async () => {
      const { memberId, before } = await readyFor('ticket');
      const { id } = await house.claim(memberId, 'ticket');
      partner.next('cancel', declined('OTHER', 'no'));
      expect(outcomeOf(await house.cancel(id))).toBe('NOT_CANCELLABLE');
      expect(await find(id)).toMatchObject({ status: 'ISSUED', atPartner: { dueStep: 'WATCH' } });
      partner.coupons.set(id, { ...partner.coupons.get(id)!, state: 'CANCELLED' });
      await pass(3 * MINUTE, 10 * SECOND);
      expect([await statusOf(id), await standing(memberId, 'ticket')]).toEqual(['CANCELLED', before]);
    });

    test('a second coupon is told to staff once, and the look goes on', async () => {
      const { memberId } = await readyFor('ticket');
      const { id } = await house.claim(memberId, 'ticket');
      const other = { state: 'ISSUED', issued: { partnerRef: 'another' } } as const;
      partner.next('status', confirmed(other), confirmed(other));
      await pass(10 * MINUTE, 10 * SECOND);
      expect(await itemsOf(id)).toEqual(['ISSUED_TWICE']);
      partner.use(id);
      await pass(5 * MINUTE, 10 * SECOND);
      expect(await statusOf(id)).toBe('USED');
    });

    test('looks come after steps that somebody waits for', async () => {
      const { memberId } = await readyFor('ticket');
      const watched = await house.claim(memberId, 'ticket');
      house.clock.advance(HOUR);
      partner.next('issue', unreachable);
      const { id } = await house.claim(memberId, 'ticket');
      house.clock.advance(MINUTE);
      expect((await house.saga.due(1, [])).map((one) => one.id)).toEqual([id]);
      expect((await house.saga.due(2, [])).map((one) => one.id)).toEqual([id, watched.id]);
    });
  });

  describe('news', () => {
    const claimed = async (item = 'ticket') => (await house.claim(await rich(), item)).id;

    test('of a use post what was held, once, however often they come', async () => {
      const id = await claimed();
      const used = partner.use(id);
      for (const _time of [1, 2, 3]) await house.saga.learn(id, used);
      const { memberId } = await find(id);
      const accounts = Object.values(await standing(memberId, 'ticket'));
      expect(accounts).toEqual(expect.arrayContaining([[980, 0, 0], [50, 0, 0]])); // biome-ignore format: one line
      expect(await find(id)).toMatchObject({ status: 'USED', usedAt: house.now });
      // And what is older comes too late to change anything.
      await house.saga.learn(id, { ...used, state: 'ISSUED' } as never);
      expect(await statusOf(id)).toBe('USED');
      expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['redemption.issued', 'redemption.used']);
    });

    test('of a use come before those of the issue', async () => {
      partner.next('issue', silently);
      const id = await claimed();
      await house.saga.learn(id, partner.use(id));
      expect(await statusOf(id)).toBe('USED');
      await pass(MINUTE);
      expect(await statusOf(id)).toBe('USED');
    });

    test('of an end at the partner end it here', async () => {
      const [cancelled, expired, failed] = [await claimed(), await claimed(), await claimed('espresso')];
      await house.saga.learn(cancelled, { state: 'CANCELLED', issued: partner.coupons.get(cancelled)!.issued });
      await house.saga.learn(expired, { state: 'EXPIRED', issued: partner.coupons.get(expired)!.issued });
      await house.saga.learn(failed, { state: 'DECLINED', reason: 'OTHER' });
      expect(await Promise.all([cancelled, expired, failed].map(statusOf))).toEqual(['CANCELLED', 'EXPIRED', 'ISSUED']);
      expect(await itemsOf(failed)).toEqual(['CONTRADICTION']);
    });

    test('of a late success after a void are undone at the partner', async () => {
      const memberId = await rich();
      partner.next('issue', (real) => {
        real();
        return declined('OTHER', 'no');
      });
      expect(outcomeOf(await house.redeem(memberId, 'espresso'))).toBe('PARTNER_DECLINED');
      const [{ id }] = (await house.wallet(memberId)) as [Redemption];
      await house.saga.learn(id, partner.coupons.get(id)!);
      await house.runSaga();
      expect(partner.stateOf(id)).toBe('CANCELLED');
      expect(await statusOf(id)).toBe('FAILED');
      expect(await itemsOf(id)).toEqual([]);
    });

    test('of a use after a void are told to staff, once', async () => {
      const memberId = await rich();
      partner.next('issue', declined('OTHER', 'no'));
      await house.redeem(memberId, 'espresso');
      const [{ id }] = (await house.wallet(memberId)) as [Redemption];
      partner.makeCoupon({ redemptionId: id });
      const issued = partner.coupons.get(id)!;
      await house.saga.learn(id, issued);
      partner.use(id);
      await house.runSaga();
      await house.saga.learn(id, partner.coupons.get(id)!);
      expect(await itemsOf(id)).toEqual(['USED_AFTER_VOID']);
      expect((await find(id)).atPartner!.dueStep).toBeUndefined();
    });

    test('of what is not of a partner, or is nothing, say so', async () => {
      expect(await house.saga.learn(house.item('espresso').itemId, { state: 'PENDING' })).toBeUndefined();
    });

    test('of a use after the coupon had expired are told to staff', async () => {
      const id = await claimed();
      house.clock.set((await find(id)).expiresAt);
      await house.saga.learn(id, partner.use(id));
      await new ExpireHoldsJob(house.ledger, house.clock, [(chain) => house.ends.ownsHoldsOf(chain)]).run();
      await house.ends.expireDue(10);
      await house.saga.learn(id, partner.coupons.get(id)!);
      expect(await statusOf(id)).toBe('EXPIRED');
      expect(await itemsOf(id)).toEqual(['USED_TOO_LATE']);
    });
  });
});
