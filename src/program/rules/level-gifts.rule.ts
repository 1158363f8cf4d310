// Gifts of levels: one code a gift, rewards that the program can give, and nothing automatic where nobody rises to.
import { type FaultAt, showGiven } from '../program-fault';
import { rewardFaults } from './reward-faults';
import { present, type Rule } from './rule';

export const levelGifts: Rule = (program) => {
  const faults: FaultAt[] = [];
  const { mayHaveNone = false } = program.levelPolicy ?? {};
  for (const [at, { gifts, threshold }] of present(program.levels)) {
    const seen = new Set<string>();
    for (const [index, { code, auto, reward }] of present(gifts)) {
      const path = ['levels', at, 'gifts', index];
      if (code !== undefined) {
        if (seen.has(code)) {
          const allowed = 'a code that no other gift of the level has';
          faults.push({ path: [...path, 'code'], given: showGiven(code), allowed });
        }
        seen.add(code);
      }
      if (auto && threshold === 0 && !mayHaveNone) {
        const allowed = 'false: every member begins at this level, so that nobody rises to it; let it be claimed';
        faults.push({ path: [...path, 'auto'], given: 'true', allowed });
      }
      faults.push(...rewardFaults(program, reward, [...path, 'reward']));
    }
  }
  return faults;
};
