// The contract suite: what every partner's API must do, tried through its connector and told in words.
import type { UnknownCause } from './connector';
import { type Check, CONNECTOR_CHECKS } from './contract-checks';
import { type Finding, failed, passed, skipped } from './contract-finding';
import { Scene, type SuiteOptions } from './contract-scene';
import { WIRE_CHECKS } from './contract-wire-checks';

export interface CheckResult {
  readonly name: string;
  readonly finding: Finding;
}

const IN_TIME = 'answers in time';
const CHECKS: readonly Check[] = [...CONNECTOR_CHECKS, ...WIRE_CHECKS, { name: IN_TIME, run: inTime }];

/** The names of all checks, in their order. */
export const CHECK_NAMES: readonly string[] = CHECKS.map(({ name }) => name);

/**
 * Runs every check, one after the other, and takes back what they issued. When nothing of the partner can be reached,
 * or nothing has answered yet, the rest is skipped. Never throws for what a partner does.
 */
export async function runContractSuite(
  options: SuiteOptions,
  onCheck: (name: string, done: number, of: number) => void = () => {},
): Promise<readonly CheckResult[]> {
  const scene = new Scene(options);
  const results: CheckResult[] = [];
  for (const check of CHECKS) {
    onCheck(check.name, results.length, CHECKS.length);
    const silence = silenceIn(results);
    results.push({ name: check.name, finding: silence ? skipped(silence) : await runCheck(check, scene) });
  }
  if (!silenceIn(results)) await scene.cleanUp();
  return results;
}

const UNANSWERED_MAX = 3;
const AWAY: ReadonlySet<UnknownCause | undefined> = new Set<UnknownCause>([
  'NOT_TRIED',
  'FORBIDDEN_ADDRESS',
  'UNREACHABLE',
]);

/** Why further checks would only find the same again. */
function silenceIn(results: readonly CheckResult[]): string | undefined {
  const causes = results
    .filter(({ finding }) => finding.verdict !== 'SKIPPED')
    .map(({ finding }) => (finding.verdict === 'FAILED' ? finding.cause : undefined));
  if (causes.some((cause) => AWAY.has(cause))) return 'the partner cannot be reached';
  const first = causes.slice(0, UNANSWERED_MAX);
  const silent = first.length === UNANSWERED_MAX && first.every((cause) => cause === 'TIMED_OUT');
  return silent ? 'the partner does not answer' : undefined;
}

async function runCheck({ needs, standardOnly, run }: Check, scene: Scene): Promise<Finding> {
  if (standardOnly && !scene.options.raw) return skipped('only the standard protocol asks for it');
  if (needs && !scene.options.connector.operations.has(needs)) return skipped(`the partner has no ${needs}`);
  return run(scene);
}

/** Of all the calls that the checks before it have made. */
async function inTime(scene: Scene): Promise<Finding> {
  const slowest = scene.timed.toSorted((left, right) => right.milliseconds - left.milliseconds)[0];
  if (!slowest) return skipped('nothing was called');
  const found = `the slowest answer, to ${slowest.operation}, took ${Math.round(slowest.milliseconds)} ms`;
  if (slowest.milliseconds <= scene.budget) return passed(found);
  return failed(`${found} of ${scene.budget}`, 'Answer from what you have at hand, and do the rest after the answer.');
}

/** Whether nothing failed. */
export function passes(results: readonly CheckResult[]): boolean {
  return results.every(({ finding }) => finding.verdict !== 'FAILED');
}
