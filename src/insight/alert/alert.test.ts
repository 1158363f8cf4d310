// An alert is raised once while it lasts, follows its figures, and comes anew after it was resolved.
import { eachDatabase } from '../../../test/support/lanes';
import type { Finding } from './alert';
import { listAlerts, openSubjects, raiseAlert, resolveAlert } from './alert.store';

const NOW = Date.UTC(2026, 5, 1);
const finding = (subject: string, share: number): Finding => ({
  kind: 'LEVEL_CROWDED',
  subject,
  message: `${share} of the members sit at ${subject}.`,
  details: { share },
});

eachDatabase((lane) => {
  const raise = (given: Finding, at: number) => lane.database.transaction((tx) => raiseAlert(tx, given, at));
  const resolve = (subject: string, at: number) =>
    lane.database.transaction((tx) => resolveAlert(tx, { kind: 'LEVEL_CROWDED', subject }, at));
  const list = (filter: object = {}, page: object = {}) =>
    listAlerts(lane.database.read, { kind: 'LEVEL_CROWDED', ...filter }, { limit: 10, ...page });

  test('once each time', async () => {
    // Given an alert, when the same is found again, then it is one alert with the figures of now.
    expect(await raise(finding('gold', 0.8), NOW)).toBe(true);
    expect(await raise(finding('gold', 0.9), NOW + 1)).toBe(false);
    expect(await raise(finding('silver', 0.8), NOW + 2)).toBe(true);
    expect(await list()).toMatchObject([
      { subject: 'silver', details: { share: 0.8 }, raisedAt: NOW + 2 },
      { subject: 'gold', details: { share: 0.9 }, message: '0.9 of the members sit at gold.', raisedAt: NOW },
    ]);
    expect(await openSubjects(lane.database.read, 'LEVEL_CROWDED')).toEqual(['gold', 'silver']);
    // When it is resolved, then it is so once, and what is found later is another alert.
    expect([await resolve('gold', NOW + 3), await resolve('gold', NOW + 4)]).toEqual([true, false]);
    expect(await list({ open: false })).toMatchObject([{ subject: 'gold', seenAt: NOW + 1, resolvedAt: NOW + 3 }]);
    expect(await raise(finding('gold', 1), NOW + 5)).toBe(true);
    expect((await list()).map(({ subject }) => subject)).toEqual(['gold', 'silver', 'gold']);
    expect((await list({ open: true, kind: 'LEVEL_CROWDED' })).map(({ subject }) => subject)).toEqual([
      'gold',
      'silver',
    ]);
    const [newest] = await list({}, { limit: 1 });
    expect((await list({}, { before: newest!.id })).map(({ subject }) => subject)).toEqual(['silver', 'gold']);
  });

  test('by however many processes at once', async () => {
    const low = { ...finding('cake', 0), kind: 'STOCK_LOW' } as const;
    const raised = await Promise.all(Array.from({ length: 6 }, () => raise(low, NOW)));
    expect(raised.filter((anew) => anew)).toHaveLength(1);
    expect(await list({ kind: low.kind })).toMatchObject([{ subject: 'cake' }]);
  });
});
