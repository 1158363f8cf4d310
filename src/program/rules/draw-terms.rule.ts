// What the parts of a draw ask of each other.
import { type FaultAt, showGiven } from '../program-fault';
import { spanFaults } from './event-filter';
import { rewardFaults } from './reward-faults';
import { present, type Rule } from './rule';

export const drawTerms: Rule = (program) =>
  [...present(program.draws)].flatMap(([at, draw]) => {
    const faults: FaultAt[] = spanFaults(draw, ['draws', at]);
    const seen = new Set<string>();
    for (const [index, { code, reward }] of present(draw.prizes)) {
      const path = ['draws', at, 'prizes', index];
      if (code !== undefined && seen.has(code)) {
        faults.push({ path: [...path, 'code'], given: `${showGiven(code)} again`, allowed: 'each prize once a draw' });
      }
      if (code !== undefined) seen.add(code);
      faults.push(...rewardFaults(program, reward, [...path, 'reward']));
    }
    return faults;
  });
