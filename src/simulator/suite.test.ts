// The contract suite against the simulated partner: without a fault all passes; with one, exactly what it breaks fails.

import { simulatedPartner } from '../../test/support/simulated-partner';
import { CHECK_NAMES, type CheckResult, passes, runContractSuite } from '../partner-port/contract-suite';
import { FAULT_NAMES, type Fault, type FaultName } from './fault';

const verdicts = (results: readonly CheckResult[], verdict: string) =>
  results.filter(({ finding }) => finding.verdict === verdict).map(({ name }) => name);

/** Faults that take time meet a smaller budget; the suite waits twice as long for what never comes. */
const SLOW: Partial<Record<FaultName, { readonly budget: number; readonly fault: Partial<Fault> }>> = {
  latency: { budget: 400, fault: { milliseconds: 500, operations: ['availability'] } },
  hang: { budget: 100, fault: {} },
  'issue-then-time-out': { budget: 250, fault: {} },
  'issue-then-late-success': { budget: 250, fault: {} },
};

const AVAILABILITY = ['availability of an offer', 'availability of an unknown offer'];
const ISSUE = [
  'issue',
  'issue again with the same id',
  'issue twice at once',
  'issue again with another content',
  'status',
];
const CANCEL = ['cancel', 'cancel again'];
const SIGNED = ['wrong secret', 'changed body', 'old signature', 'no signature'];
const READS = ['status of an unknown id', 'catalogue', 'card of a member', 'card of an unknown member'];
const NEED_A_COUPON = [...ISSUE, ...CANCEL, 'cancel of a used coupon'];
const ALL_ISSUES = [...NEED_A_COUPON, 'issue of an unknown offer', 'cancel before a late issue'];
const THROUGH_CONNECTOR = [...AVAILABILITY, ...ALL_ISSUES, ...READS];
const SIGNED_RIGHT = ['malformed request', 'content type and size'];
const IN_TIME = 'answers in time';

/** What each fault breaks. */
const BROKEN: Readonly<Record<FaultName, readonly string[]>> = {
  latency: [IN_TIME],
  // Nothing has answered, so the rest is not tried.
  hang: [...AVAILABILITY, 'issue'],
  reset: [...THROUGH_CONNECTOR, ...SIGNED_RIGHT],
  'server-error': [...THROUGH_CONNECTOR, 'malformed request'],
  'too-many-requests': [...THROUGH_CONNECTOR, 'malformed request'],
  redirect: [...THROUGH_CONNECTOR, 'malformed request'],
  garbage: [...THROUGH_CONNECTOR, 'malformed request'],
  'wrong-shape': THROUGH_CONNECTOR,
  'wrong-type': [...THROUGH_CONNECTOR, 'content type and size'],
  'wrong-redemption': ALL_ISSUES,
  'huge-body': [...THROUGH_CONNECTOR, ...SIGNED_RIGHT],
  decline: NEED_A_COUPON,
  'stock-out': ['availability of an offer', ...NEED_A_COUPON],
  pending: ALL_ISSUES,
  'issue-then-time-out': [...ALL_ISSUES, 'malformed request', IN_TIME],
  'issue-then-late-success': [...ALL_ISSUES, 'malformed request', IN_TIME],
  'duplicate-webhook': [],
  'webhook-before-answer': [],
  'unchecked-signature': SIGNED,
  'second-coupon': ['issue again with the same id', 'issue twice at once'],
  'unchecked-content': ['issue again with another content'],
  'forgotten-status': ['issue again with another content', 'status', 'cancel'],
  'cancel-of-used': ['cancel of a used coupon'],
};

describe('the contract suite', () => {
  test('passes whole against a partner that does as the protocol says', async () => {
    const { simulator, suite } = await simulatedPartner();
    const results = await runContractSuite(suite);
    await simulator.close();
    expect(verdicts(results, 'PASSED')).toEqual(CHECK_NAMES);
    expect(passes(results)).toBe(true);
    // It leaves nothing behind that a member could use.
    expect(simulator.redemptions().filter(({ state }) => state === 'ISSUED')).toEqual([]);
  });

  test.each(FAULT_NAMES)('fails where %s breaks something, and nowhere else', async (name) => {
    const { budget, fault } = SLOW[name] ?? {};
    const { simulator, suite } = await simulatedPartner({ faults: [{ name, ...fault }] }, { budget });
    const results = await runContractSuite(suite);
    await simulator.close();
    expect(new Set(verdicts(results, 'FAILED'))).toEqual(new Set(BROKEN[name]));
    expect(verdicts(results, 'SKIPPED')).toEqual(name === 'hang' ? CHECK_NAMES.slice(3) : []);
    for (const { finding } of results) {
      if (finding.verdict === 'FAILED') expect([finding.found, finding.mend]).not.toContain('');
    }
  });

  test('does not go on when nobody is there', async () => {
    const { simulator, suite } = await simulatedPartner();
    await simulator.close();
    const results = await runContractSuite(suite);
    expect(verdicts(results, 'FAILED')).toEqual(CHECK_NAMES.slice(0, 1));
    expect(verdicts(results, 'SKIPPED')).toEqual(CHECK_NAMES.slice(1));
  });

  test('skips what the partner does not have, and what only the standard protocol demands', async () => {
    const { simulator, suite } = await simulatedPartner();
    const operations = new Set(['availability', 'issue', 'status', 'cancel'] as const);
    const connector = { ...suite.connector, operations };
    const results = await runContractSuite({ ...suite, connector, raw: undefined, use: undefined });
    await simulator.close();
    expect(passes(results)).toBe(true);
    expect(new Set(verdicts(results, 'SKIPPED'))).toEqual(
      new Set([
        'issue again with another content',
        'cancel before a late issue',
        'cancel of a used coupon',
        ...READS.slice(1),
        ...SIGNED,
        ...SIGNED_RIGHT,
      ]),
    );
  });
});
