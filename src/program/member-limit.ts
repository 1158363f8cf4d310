// How often one member may take something, in a period or ever.
import type { PeriodKind } from '../kernel/period';

export interface MemberLimit {
  readonly limit: number;
  readonly period: 'EVER' | Exclude<PeriodKind, 'TERM' | 'YEAR'>;
}
