// What follows from an answer: delivered, tried again when the schedule says so, or given up.

import { HOUR, MINUTE, SECOND } from '../kernel/clock';
import type { PartnerReply } from '../partner-port/transport';
import { ATTEMPTS_MAX, judge, RETRY_SCHEDULE_MS } from './webhook';

const NOW = Date.UTC(2026, 2, 10);
const reply = (status: number, headers: Record<string, string> = {}): PartnerReply => ({
  kind: 'REPLY',
  status,
  headers,
  body: '',
});
const first = { attempts: 1, now: NOW, random: () => 0 };

test.each([200, 201, 204, 299])('%i is delivered', (status) => {
  expect(judge(reply(status), first)).toEqual({ kind: 'DELIVERED', status });
});

test.each([100, 301, 307, 400, 401, 404, 429, 500, 503])('%i is tried again', (status) => {
  expect(judge(reply(status), first)).toMatchObject({ kind: 'RETRY', status, dueAt: NOW + 5 * SECOND });
});

test('no answer is tried again, with its cause', () => {
  const noReply = { kind: 'NO_REPLY', cause: 'UNREACHABLE', message: 'refused' } as const;
  expect(judge(noReply, first)).toMatchObject({ kind: 'RETRY', status: undefined, fault: 'UNREACHABLE: refused' });
});

test('410 is given up at once', () => {
  expect(judge(reply(410), first)).toMatchObject({ kind: 'DEAD', gone: true });
});

test('the waits are those of the specification, up to a fifth longer, and then it is dead', () => {
  const waits = RETRY_SCHEDULE_MS.map((_wait, at) => {
    const verdicts = [0, 0.999].map((random) => judge(reply(500), { attempts: at + 1, now: 0, random: () => random }));
    return verdicts.map((verdict) => (verdict.kind === 'RETRY' ? verdict.dueAt : NaN));
  });
  const minutes = [5 / 60, 5, 30, 120, 300, 600, 840, 1_200, 1_440];
  expect(waits.map(([least]) => least)).toEqual(minutes.map((count) => count * MINUTE));
  for (const [least, most] of waits as [number, number][]) {
    expect(most).toBeGreaterThan(least * 1.19);
    expect(most).toBeLessThanOrEqual(least * 1.2);
  }
  expect(judge(reply(500), { ...first, attempts: ATTEMPTS_MAX })).toMatchObject({ kind: 'DEAD', gone: false });
});

test.each([
  ['30', 30 * SECOND],
  ['3', 3 * SECOND],
  [new Date(NOW + 90 * SECOND).toUTCString(), 90 * SECOND],
  ['999999999', HOUR],
  ['0', undefined],
  ['-5', undefined],
  ['soon', undefined],
  [new Date(NOW - HOUR).toUTCString(), undefined],
])('Retry-After: %s', (header, wait) => {
  const verdict = judge(reply(503, { 'retry-after': header }), first);
  const resumeAt = wait === undefined ? undefined : NOW + wait;
  expect(verdict).toMatchObject({ kind: 'RETRY', dueAt: NOW + Math.max(wait ?? 0, 5 * SECOND) });
  expect(verdict).toHaveProperty('resumeAt', resumeAt);
});

test('and of other answers it is not looked at', () => {
  expect(judge(reply(500, { 'retry-after': '30' }), first)).toMatchObject({ dueAt: NOW + 5 * SECOND });
});
