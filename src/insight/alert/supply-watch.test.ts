// Alerts of what feeds perks, on both databases: failing partners, low stocks, and what waits to be reconciled.
import { offer, plan, programText } from '../../../test/support/gateway-program';
import { openHouse } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { DAY, type Instant, MINUTE } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import type { PartnerHealth } from '../../partner-port/partner-health';
import { ALERTS_UNLESS_TOLD } from '../../program/alert-settings';
import type { Catalogue } from '../../program/catalogue';
import { listAlerts } from './alert.store';
import { isFailing } from './partner-errors';
import { SupplyWatchJob, type Waiting } from './supply-watch.job';

const BEGIN = Date.UTC(2026, 2, 10, 4);

eachDatabase((lane) => {
  let catalogue: Catalogue;
  let partnerId: Id;
  beforeAll(async () => {
    const program = programText({ plans: [plan('plus')], offers: [offer('cake', { stock: 30 })] });
    catalogue = (await openHouse(lane.database, { program })).catalogue.current();
    partnerId = catalogue.partnerByCode('brewer')!.id;
  });
  let now: Instant = BEGIN;
  let left: { left: number; asOf: Instant } | undefined;
  let waiting: Waiting[] = [];
  let [confirmed, failed] = [0, 0];
  let circuit: PartnerHealth['circuit'] = 'CLOSED';
  const health = (): PartnerHealth => ({
    circuit,
    running: 0,
    waiting: 0,
    operations: { issue: { confirmed, declined: 0, unknown: { TIMED_OUT: failed, NOT_TRIED: 99 } } },
  });
  const makeJob = () =>
    new SupplyWatchJob({
      database: lane.database,
      stock: { left: () => left },
      health: () => [{ partnerId, health: health() }],
      waiting: [async (_sql, before) => waiting.filter(({ oldestAt }) => oldestAt < before)],
      catalogue: () => catalogue,
      clock: { now: () => now },
    });
  const open = async () => {
    const alerts = await listAlerts(lane.database.read, { open: true }, { limit: 100 });
    return alerts.map(({ kind, subject }) => `${kind} ${subject}`);
  };

  test('a partner whose calls come to nothing, within the last minutes', async () => {
    const job = makeJob();
    const watch = async (more: { readonly sound?: number; readonly broken?: number } = {}) => {
      now += MINUTE;
      confirmed += more.sound ?? 0;
      failed += more.broken ?? 0;
      await job.run();
      return open();
    };
    // What happened before it first looked is not the last minutes.
    expect(await watch({ sound: 10, broken: 90 })).toEqual([]);
    expect(await watch({ sound: 16, broken: 3 })).toEqual([]);
    expect(await watch({ broken: 3 })).toEqual(['PARTNER_ERRORS brewer']);
    const [alert] = await listAlerts(lane.database.read, {}, { limit: 1 });
    expect(alert).toMatchObject({ partnerId, details: { calls: 22, errors: 6, circuit: 'CLOSED' } });
    // Asked again within the minute, it does not even look.
    expect(await job.run()).toBe(0);
    expect(await watch({ sound: 30 })).toEqual([]);
    // An open circuit lets nothing through that could fail.
    circuit = 'OPEN';
    expect(await watch()).toEqual(['PARTNER_ERRORS brewer']);
    circuit = 'CLOSED';
    // A process that has seen nothing leaves it as it is for a while, and then it is over.
    const fresh = makeJob();
    now += MINUTE;
    await fresh.run();
    expect(await open()).toEqual(['PARTNER_ERRORS brewer']);
    now += 16 * MINUTE;
    await fresh.run();
    expect(await open()).toEqual([]);
  });

  test('little of an offer is left, by the board of stocks', async () => {
    const watch = async (of: typeof left) => {
      left = of;
      now += MINUTE;
      await makeJob().run();
      return open();
    };
    expect(await watch({ left: 19, asOf: now })).toEqual(['STOCK_LOW cake']);
    // A board that was never read says nothing either way.
    expect(await watch({ left: 0, asOf: 0 })).toEqual(['STOCK_LOW cake']);
    expect(await watch({ left: 20, asOf: now })).toEqual([]);
    expect(await watch({ left: 1, asOf: now })).toEqual(['STOCK_LOW cake']);
    const [last] = await listAlerts(lane.database.read, { open: true }, { limit: 1 });
    expect(last?.message).toMatch(/^1 piece of the offer cake is left\. /);
    expect(await watch({ left: 0, asOf: now })).toEqual(['STOCK_LOW cake']);
    expect(await watch(undefined)).toEqual([]);
  });

  test('what waits to be reconciled for more than a week', async () => {
    const watch = async (of: Waiting[]) => {
      waiting = of;
      now += MINUTE;
      await makeJob().run();
      return open();
    };
    expect(await watch([{ partnerId, items: 2, oldestAt: now - 6 * DAY }])).toEqual([]);
    expect(await watch([{ partnerId, items: 2, oldestAt: now - 8 * DAY }])).toEqual(['UNRECONCILED brewer']);
    // Staff finds it among the alerts of the partner, as any other that concerns it.
    const [ofPartner] = await listAlerts(lane.database.read, { partnerId, open: true }, { limit: 1 });
    expect(ofPartner?.message).toMatch(/^2 items with brewer have waited /);
    const unknown = newId(now);
    expect(await watch([{ partnerId: unknown, items: 1, oldestAt: now - 8 * DAY }])).toEqual([
      `UNRECONCILED ${unknown}`,
    ]);
    const [ofUnknown] = await listAlerts(lane.database.read, { open: true }, { limit: 1 });
    expect(ofUnknown?.message).toMatch(/^1 item with \w+ has waited to be reconciled for more than 7 days, since /);
    expect(await watch([])).toEqual([]);
  });
});

test.each([
  [{ calls: 20, errors: 5, circuit: 'CLOSED' }, true],
  [{ calls: 20, errors: 4, circuit: 'CLOSED' }, false],
  [{ calls: 19, errors: 19, circuit: 'CLOSED' }, undefined],
  [{ calls: 1, errors: 0, circuit: 'CLOSED' }, false],
  [{ calls: 0, errors: 0, circuit: 'CLOSED' }, undefined],
  [{ calls: 0, errors: 0, circuit: 'HALF_OPEN' }, true],
] as const)('%j: %s', (recent, failing) => {
  expect(isFailing(recent, ALERTS_UNLESS_TOLD)).toBe(failing);
});
