// Points that come to members and leave them, by day and code of the transfer: noted with the commit that moves them.
import { noteDetails } from '../../database/change-note.store';
import type { Sql } from '../../database/sql';
import { assert } from '../../kernel/assert';
import { ZERO_ID } from '../../kernel/id';
import { POINT } from '../../kernel/money';
import type { BusinessTime, PeriodNumber } from '../../kernel/period';
import { kindOf } from '../../ledger/account';
import { ACCOUNT_KINDS } from '../../ledger/chart';
import type { Transfer } from '../../ledger/transfer';
import type { BalanceMove, BalanceWatcher } from '../../ledger/watch';
import type { Cell } from './cell';

export interface PointsFlow {
  readonly day: PeriodNumber;
  /** Of the transfers. */
  readonly code: number;
  readonly into: number;
  readonly out: number;
}

/** Adds what transfers moved on accounts of points. */
export class PointsFlows {
  private readonly sums = new Map<string, PointsFlow>();

  constructor(private readonly time: BusinessTime) {}

  add({ kind, debit, credit, amount, code, createdAt }: Transfer): void {
    // What is held has not moved yet, and comes or goes when it is posted.
    if (kind === 'HOLD') return;
    const [into, out] = [isPoints(credit) ? amount : 0, isPoints(debit) ? amount : 0];
    if (into === 0 && out === 0) return;
    const day = this.time.periodAt('DAY', createdAt);
    const key = `${day} ${code}`;
    const known = this.sums.get(key);
    this.sums.set(key, { day, code, into: (known?.into ?? 0) + into, out: (known?.out ?? 0) + out });
  }

  get flows(): PointsFlow[] {
    return [...this.sums.values()];
  }
}

function isPoints(account: string): boolean {
  return kindOf(account) === ACCOUNT_KINDS.POINTS;
}

export function flowText({ day, code, into, out }: PointsFlow): string {
  return `${day} ${code} ${into} ${out}`;
}

export function flowFromText(text: string): PointsFlow {
  const [day, code, into, out] = text.split(' ').map(Number);
  assert(Number.isSafeInteger(out), `the note of points "${text}" is damaged`);
  return { day: day!, code: code!, into: into!, out: out! };
}

export function flowCells({ day, code: mark, into, out }: PointsFlow): Cell[] {
  return [
    { figure: 'POINTS_IN', day, mark, unit: POINT, value: into },
    { figure: 'POINTS_OUT', day, mark, unit: POINT, value: out },
  ];
}

/** Notes, once a batch, what moved on members' points. */
export class PointsWatcher implements BalanceWatcher {
  readonly kinds = new Set([ACCOUNT_KINDS.POINTS]);

  constructor(private readonly time: () => BusinessTime) {}

  async write(tx: Sql, moves: readonly BalanceMove[]): Promise<void> {
    const flows = new PointsFlows(this.time());
    const transfers = new Set(moves.flatMap((move) => move.transfers));
    for (const transfer of transfers) flows.add(transfer);
    await noteDetails(tx, 'POINTS', ZERO_ID, flows.flows.map(flowText));
  }
}
