// Sagas against the simulated partner of the standard protocol, over HTTP: whatever it does wrong once, there is one
// coupon in the end, the same on both sides; and when it stays wrong there is none.
import { DAY, HOUR, ManualClock, MINUTE, SECOND } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { OPERATIONS } from '../../src/partner-port/connector';
import { guardConnector } from '../../src/partner-port/guarded-connector';
import { standardConnector } from '../../src/partner-port/standard/standard-connector';
import type { Fault, FaultName } from '../../src/simulator/fault';
import { type Simulator, startSimulator } from '../../src/simulator/simulator';
import { expectBooks, type House, must, openHouse, outcomeOf, unique } from '../support/house';
import { eachDatabase } from '../support/lanes';
import { NOW } from '../support/ledger-fixtures';
import { loopbackTransport } from '../support/loopback-transport';
import { SAGA_PROGRAM } from '../support/saga-program';

const BUDGET_MS = 150;
const OFFER = { title: 'A coupon', faceValue: { amount: 50, currency: 'CNY' } };
const LATE = 3_600_000;

eachDatabase((lane) => {
  let house: House;
  let simulator: Simulator;
  beforeAll(async () => {
    await openHouse(lane.database, { program: SAGA_PROGRAM });
  });
  beforeEach(async () => {
    const clock = new ManualClock(NOW);
    const offers = ['partner-espresso', 'ticket'].map((offerRef) => ({ offerRef, ...OFFER }));
    simulator = await startSimulator({ clock, offers, prefix: unique('S') });
    const manifest = { baseUrl: simulator.url, signingSecret: 'signing', operations: OPERATIONS };
    const secrets = new Map([['signing', simulator.secrets.join(' ')]]);
    const connector = standardConnector(manifest, { secrets, transport: loopbackTransport, clock });
    const budgets = { issue: BUDGET_MS, status: BUDGET_MS, cancel: BUDGET_MS };
    // The circuit goes by the real time, the saga by the clock of the test.
    const api = guardConnector(connector, { budgets, trialAfter: { first: 1, most: 1 } }, clock);
    house = await openHouse(lane.database, { program: null, clock, partners: { apiOf: () => api } });
  });
  afterEach(async () => {
    await house.saga.drain();
    await simulator.close();
    expect(house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const pass = async (milliseconds: number, stride = 6 * SECOND) => {
    for (let gone = 0; gone < milliseconds; gone += stride) {
      house.clock.advance(stride);
      await house.runSaga();
    }
  };
  const claim = async (item = 'espresso') => {
    const { memberId } = await house.holder();
    await house.give(memberId, 'POINTS', 100);
    const outcome = await house.redeem(memberId, item);
    const [redemption] = await house.wallet(memberId);
    return { told: outcomeOf(outcome), id: redemption!.id };
  };
  const bothOf = async (id: Id) => [
    (await house.redemptions.find(id))!.status,
    simulator.redemption(id)?.state ?? 'ABSENT',
  ];

  describe('one fault at the issue', () => {
    test.each<[FaultName, string, number]>([
      ['latency', 'UNKNOWN', 1_000],
      ['hang', 'UNKNOWN', 0],
      ['reset', 'UNKNOWN', 0],
      ['server-error', 'UNKNOWN', 0],
      ['too-many-requests', 'UNKNOWN', 0],
      ['redirect', 'UNKNOWN', 0],
      ['garbage', 'UNKNOWN', 0],
      ['wrong-shape', 'UNKNOWN', 0],
      ['wrong-type', 'UNKNOWN', 0],
      ['wrong-redemption', 'UNKNOWN', 0],
      ['huge-body', 'UNKNOWN', 0],
      ['issue-then-time-out', 'UNKNOWN', 0],
      ['issue-then-late-success', 'UNKNOWN', LATE],
      ['webhook-before-answer', 'ISSUED', 0],
    ])('%s: the caller is told %s, and one coupon comes of it', async (name, expected, milliseconds) => {
      simulator.faults.set({ name, operations: ['issue'], times: 1, milliseconds });
      const { told, id } = await claim();
      expect(told).toBe(expected);
      await pass(2 * MINUTE);
      // What was on its way all the time comes now, and changes nothing.
      await simulator.settle(id);
      expect(await bothOf(id)).toEqual(['ISSUED', 'ISSUED']);
      expect(simulator.couponsIssued).toBe(1);
      const coupon = (await house.redemptions.find(id))!;
      expect(house.redemptions.codeOf(coupon)).toBe(simulator.redemption(id)!.code);
      must(await house.cancel(id));
      expect(await bothOf(id)).toEqual(['CANCELLED', 'CANCELLED']);
    });

    test('a partner that takes its time is asked until it has decided', async () => {
      simulator.faults.set({ name: 'pending', operations: ['issue'], times: 1, milliseconds: LATE });
      const { told, id } = await claim();
      expect(told).toBe('UNKNOWN');
      await pass(2 * MINUTE);
      expect(await bothOf(id)).toEqual(['UNKNOWN', 'PENDING']);
      await simulator.settle(id);
      await pass(MINUTE);
      expect(await bothOf(id)).toEqual(['ISSUED', 'ISSUED']);
      expect(simulator.couponsIssued).toBe(1);
    });

    test.each<FaultName>(['decline', 'stock-out'])('%s is a refusal', async (name) => {
      simulator.faults.set(name);
      expect((await claim('ticket')).told).toBe('PARTNER_DECLINED');
      expect(simulator.couponsIssued).toBe(0);
    });
  });

  test.each<FaultName>(['hang', 'reset', 'server-error', 'garbage', 'wrong-shape'])(
    'one %s at the cancel: it is given back once, on both sides',
    async (name) => {
      const { id } = await claim('ticket');
      simulator.faults.set({ name, operations: ['cancel'], times: 1 });
      expect(must(await house.cancel(id)).status).toBe('ISSUED');
      await pass(MINUTE);
      expect(await bothOf(id)).toEqual(['CANCELLED', 'CANCELLED']);
    },
  );

  test('a partner that is gone for a day after it has issued: given back here, and undone there', async () => {
    const gone: Fault[] = [
      { name: 'issue-then-time-out', operations: ['issue'] },
      { name: 'reset', operations: ['status', 'cancel'] },
    ];
    simulator.faults.set(...gone);
    const { told, id } = await claim('ticket');
    expect(told).toBe('UNKNOWN');
    await pass(DAY, HOUR);
    expect(await bothOf(id)).toEqual(['FAILED', 'ISSUED']);
    simulator.faults.set();
    await pass(HOUR, 5 * MINUTE);
    expect(await bothOf(id)).toEqual(['FAILED', 'CANCELLED']);
  });
});
