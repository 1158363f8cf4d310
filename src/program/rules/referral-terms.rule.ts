// What the parts of the referral ask of each other.
import { eventFilterFaults } from './event-filter';
import { rewardFaults } from './reward-faults';
import type { Rule } from './rule';

export const referralTerms: Rule = (program) => {
  const { referral } = program;
  if (!referral) return [];
  const { inviterReward, inviteeReward } = referral;
  const faults = [
    ...eventFilterFaults(referral, ['referral']),
    ...rewardFaults(program, inviterReward, ['referral', 'inviterReward']),
    ...rewardFaults(program, inviteeReward, ['referral', 'inviteeReward']),
  ];
  if (!inviterReward && !inviteeReward) {
    faults.push({ path: ['referral'], given: 'no reward', allowed: 'an inviterReward, an inviteeReward, or both' });
  }
  return faults;
};
