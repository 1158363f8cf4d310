// Several processes, webhooks and members at the same redemption at the same moment: each step is taken once, and all
// of them agree in the end.
import { ManualClock, MINUTE, SECOND } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { cardCapAccount, leftOn } from '../../src/members/member-accounts';
import type { PartnerDirectory } from '../../src/partner-port/connector';
import { FakePartner, silently, unreachable } from '../support/fake-partner';
import { expectBooks, type House, must, openHouse, outcomeOf } from '../support/house';
import { eachDatabase } from '../support/lanes';
import { NOW } from '../support/ledger-fixtures';
import { SAGA_PROGRAM } from '../support/saga-program';

eachDatabase((lane) => {
  let partner: FakePartner;
  let houses: House[];
  beforeAll(async () => {
    await openHouse(lane.database, { program: SAGA_PROGRAM });
  });
  beforeEach(async () => {
    partner = new FakePartner();
    const clock = new ManualClock(NOW);
    const doors = [lane.database, lane.name === 'mysql' ? await lane.openAnother() : lane.database];
    const options = { clock, program: null, partners: partner };
    houses = await Promise.all(doors.map((door) => openHouse(door, options)));
  });
  afterEach(async () => {
    for (const house of houses) {
      await house.saga.drain();
      expect(house.errors).toEqual([]);
    }
    await expectBooks(lane.database);
  });

  const first = () => houses[0]!;
  const second = () => houses[1]!;
  const holder = async (): Promise<Id> => {
    const { memberId } = await first().holder();
    await first().give(memberId, 'POINTS', 100);
    return memberId;
  };
  const left = async (memberId: Id) => {
    const { balances, cards } = await first().rows(memberId);
    return leftOn(balances, cardCapAccount({ memberId, termId: cards[0]!.terms[0]!.id, currency: 'CNY' }));
  };
  const statusOf = async (id: Id) => (await first().redemptions.find(id))!.status;
  const pass = async (milliseconds: number) => {
    for (let gone = 0; gone < milliseconds; gone += SECOND) {
      first().clock.advance(SECOND);
      await Promise.all(houses.map((house) => house.runSaga()));
    }
  };

  test('two processes that find the same steps due ask the partner once for each', async () => {
    const ids: Id[] = [];
    for (let count = 1; count <= 12; count += 1) {
      partner.next('issue', unreachable);
      ids.push((await first().claim(await holder(), 'ticket')).id);
    }
    partner.calls.length = 0;
    first().clock.advance(10 * SECOND);
    await Promise.all(houses.map((house) => house.runSaga()));
    expect(partner.calls).toEqual(ids.map(() => 'issue'));
    expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'ISSUED'));
  });

  test('a webhook that overtakes the answer of the partner, and the answer, issue it once', async () => {
    const memberId = await holder();
    const { arrived, release } = partner.hold('issue');
    const claim = first().claim(memberId, 'espresso');
    await arrived;
    const { id } = (await first().wallet(memberId))[0]!;
    partner.makeCoupon({ redemptionId: id });
    const news = partner.coupons.get(id)!;
    await Promise.all([second().saga.learn(id, news), first().saga.learn(id, news)]);
    release();
    expect((await claim).status).toBe('ISSUED');
    expect(await left(memberId)).toBe(980);
    expect(await first().saga.items({ limit: 100 })).toEqual([]);
  });

  test('a webhook, a look-up and the member at the same moment', async () => {
    for (let round = 1; round <= 8; round += 1) {
      const memberId = await holder();
      partner.next('issue', silently);
      const { id } = await first().claim(memberId, 'ticket');
      first().clock.advance(10 * SECOND);
      const news = partner.coupons.get(id)!;
      const [, , , cancelled] = await Promise.all([
        first().runSaga(),
        second().runSaga(),
        second().saga.learn(id, news),
        first().cancel(id),
      ]);
      await pass(MINUTE);
      const isBack = outcomeOf(cancelled) === 'CANCELLED';
      expect([await statusOf(id), partner.stateOf(id)]).toEqual(
        isBack ? ['CANCELLED', 'CANCELLED'] : ['ISSUED', 'ISSUED'],
      );
      expect(await left(memberId)).toBe(isBack ? 1_000 : 980);
    }
  });

  test('a look for uses in two processes, a webhook and the member at the same moment: used once', async () => {
    partner.watched = true;
    for (let round = 1; round <= 8; round += 1) {
      const memberId = await holder();
      const { id } = await first().claim(memberId, 'ticket');
      first().clock.advance(3 * MINUTE);
      const used = partner.use(id);
      const [, , , cancelled] = await Promise.all([
        first().runSaga(),
        second().runSaga(),
        second().saga.learn(id, used),
        first().cancel(id),
      ]);
      await pass(10 * SECOND);
      expect([await statusOf(id), outcomeOf(cancelled)]).toEqual(['USED', 'NOT_CANCELLABLE']);
      expect(await left(memberId)).toBe(980);
    }
  });

  test('a use and a cancel at the same moment: one of them, here as at the partner', async () => {
    for (let round = 1; round <= 8; round += 1) {
      const memberId = await holder();
      const { id } = await first().claim(memberId, 'ticket');
      const { arrived, release } = partner.hold('cancel');
      const cancelling = first().cancel(id);
      await arrived;
      // Odd rounds: used before the partner came to the cancel.
      const isUsed = round % 2 === 1;
      const learning = isUsed ? second().saga.learn(id, partner.use(id)) : undefined;
      release();
      const [answer] = await Promise.all([cancelling, learning]);
      expect(outcomeOf(answer)).toBe(isUsed ? 'NOT_CANCELLABLE' : 'CANCELLED');
      expect(await statusOf(id)).toBe(isUsed ? 'USED' : 'CANCELLED');
      expect(await left(memberId)).toBe(isUsed ? 980 : 1_000);
    }
  });

  test('cancels from everywhere give back once', async () => {
    const memberId = await holder();
    const { id } = await first().claim(memberId, 'espresso');
    const answers = await Promise.all([...houses, ...houses, ...houses].map((house) => house.cancel(id)));
    await pass(MINUTE);
    expect(await statusOf(id)).toBe('CANCELLED');
    expect(await left(memberId)).toBe(1_000);
    expect(answers.map(outcomeOf)).toContain('CANCELLED');
  });

  test('the expiry and a use at the same moment', async () => {
    for (let round = 1; round <= 6; round += 1) {
      const memberId = await holder();
      const { id, expiresAt } = must(await first().claim(memberId, 'ticket'));
      first().clock.set(expiresAt - 1);
      const used = partner.use(id);
      const learning = second().saga.learn(id, used);
      first().clock.advance(1);
      await Promise.all([learning, first().ends.expireDue(100)]);
      const status = await statusOf(id);
      expect(['USED', 'EXPIRED']).toContain(status);
      const open = await first().saga.items({ limit: 100 });
      const told = open.some(({ redemptionId }) => redemptionId === id);
      // Never silence: it is counted, or it is told to staff.
      expect([status, told]).toEqual([status, status === 'EXPIRED']);
      expect(await left(memberId)).toBe(status === 'USED' ? 980 : 1_000);
      first().clock.set(NOW);
    }
  });

  test('a partner that hangs holds up neither another one nor the job', async () => {
    const hanging = new FakePartner();
    const catalogue = first().catalogue.current();
    const cinema = catalogue.partnerByCode('cinema')!.id;
    const partners: PartnerDirectory = { apiOf: (id) => (id === cinema ? partner : hanging) };
    const options = { clock: first().clock, program: null, partners, waitMs: 0 };
    const house = await openHouse(lane.database, options);
    for (let count = 1; count <= 20; count += 1) {
      hanging.next('issue', unreachable);
      await house.claim(await holder(), 'espresso');
    }
    await house.saga.drain();
    partner.next('issue', unreachable);
    const { id } = await house.claim(await holder(), 'film');
    await house.saga.drain();
    first().clock.advance(10 * SECOND);
    const gates = Array.from({ length: 20 }, () => hanging.hold('issue'));
    hanging.calls.length = 0;
    // When the job makes its passes, it does not wait for who hangs.
    while ((await house.sagaJob.run()) > 0);
    await eventually(async () => (await statusOf(id)) === 'ISSUED');
    expect(hanging.calls.length).toBeLessThan(20);
    expect(hanging.calls.length).toBeGreaterThan(1);
    for (const { release } of gates) release();
    await house.saga.drain();
    await new Promise((turn) => setImmediate(turn));
    await house.runSaga();
    expect(hanging.calls).toHaveLength(20);
    expect(house.errors).toEqual([]);
  });
});

/** Turns of the event loop until it is so; the limit of the test ends what never is. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((turn) => setImmediate(turn));
}
