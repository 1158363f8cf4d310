// The runs of the sample operations about figures.
import { AUDITOR, OPERATIONS } from './gateway';
import { BD } from './partner-story';

const SPAN = { from: '2026-01-01', to: '2026-03-10' };

export const INSIGHT_RUNS = {
  insight: { who: OPERATIONS, variables: SPAN, answers: { ...SPAN, timeZone: 'Asia/Shanghai' } },
  'benefit-use': { who: BD, variables: SPAN, answers: 'Insight' },
  'figure-series': {
    who: AUDITOR,
    variables: { ...SPAN, figure: 'SALES' },
    answers: { kind: 'FLOW', points: [{ period: '2026-01' }, { period: '2026-02' }, { period: '2026-03' }] },
  },
} as const;
