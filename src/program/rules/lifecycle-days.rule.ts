// Stages follow each other: each threshold lies above the one before.
import type { FaultAt } from '../program-fault';
import type { Rule } from './rule';

export const lifecycleDays: Rule = ({ lifecycle }) => {
  const order = ['activeDays', 'silentDays', 'sleepingDays'] as const;
  return order.slice(1).flatMap((key, index): FaultAt[] => {
    const [before, value] = [lifecycle?.[order[index]!], lifecycle?.[key]];
    if (before === undefined || value === undefined || value > before) return [];
    const allowed = `more than ${order[index]} (${before}), else nobody would ever be in between`;
    return [{ path: ['lifecycle', key], given: String(value), allowed }];
  });
};
