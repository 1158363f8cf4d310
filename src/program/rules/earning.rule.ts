// What the parts of an earning rule ask of each other, and that an event's rules fit into one chain of the ledger.
import { compileEventCondition } from '../condition';
import type { EarningRule } from '../program';
import { type FaultAt, type Path, showGiven } from '../program-fault';
import { type Draft, type ProgramDraft, present, type Rule } from './rule';

/** Each takes up to eight transfers of its event's chain, which has room for two hundred. */
const RULES_AN_EVENT = 16;
/** Events that have an amount. */
const WITH_AMOUNT = new Set<string>(['PURCHASE', 'RETURN', 'RECHARGE']);

export const earning: Rule = (program) => {
  const seen = new Map<string, number>();
  return [...present(program.earningRules)].flatMap(([at, rule]) => {
    const path: Path = ['earningRules', at];
    return [
      ...conditionFaults(rule, path),
      ...baseFaults(rule, path),
      ...capFaults(rule, path),
      ...crowd(rule, path, seen),
      ...ratingFaults(program, rule, path),
    ];
  });
};

function conditionFaults({ when }: Draft<EarningRule>, path: Path): FaultAt[] {
  if (when === undefined) return [];
  const compiled = compileEventCondition(when);
  if (!('fault' in compiled)) return [];
  const { line, column, reason } = compiled.fault;
  const given = `${showGiven(when)}, where at ${line}:${column} ${reason}`;
  return [
    { path: [...path, 'when'], given, allowed: 'a CEL expression over event, member and card that is true or false' },
  ];
}

function baseFaults({ on, earns, per, multiplyBy, negative, caps }: Draft<EarningRule>, path: Path): FaultAt[] {
  const faults: FaultAt[] = [];
  if (per?.amount !== undefined && on !== undefined && !WITH_AMOUNT.has(on)) {
    const allowed = `quantity or fixed: events of type ${on} have no amount`;
    faults.push({ path: [...path, 'per', 'amount'], given: showGiven(per.amount), allowed });
  }
  if ((earns === 'STORED_VALUE' || earns === 'RATING') && (multiplyBy ?? []).length > 0) {
    const allowed = 'nothing: plans and levels multiply points and growth only';
    faults.push({ path: [...path, 'multiplyBy'], given: showGiven(multiplyBy), allowed });
  }
  if (negative && (caps ?? []).length > 0) {
    const allowed = 'no caps: a penalty ends at 0 by itself';
    faults.push({ path: [...path, 'caps'], given: `${caps?.length} with negative: true`, allowed });
  }
  return faults;
}

function capFaults({ caps }: Draft<EarningRule>, path: Path): FaultAt[] {
  const seen = new Set<string>();
  return [...present(caps)].flatMap(([index, { period }]) => {
    if (period === undefined || !seen.has(period)) {
      if (period !== undefined) seen.add(period);
      return [];
    }
    return [{ path: [...path, 'caps', index, 'period'], given: `a second ${period}`, allowed: 'each period once' }];
  });
}

function ratingFaults({ levelPolicy }: ProgramDraft, { earns }: Draft<EarningRule>, path: Path): FaultAt[] {
  if (earns !== 'RATING' || levelPolicy?.rating) return [];
  const allowed = 'GROWTH, POINTS or STORED_VALUE: the program has no levelPolicy.rating';
  return [{ path: [...path, 'earns'], given: showGiven(earns), allowed }];
}

function crowd({ on }: Draft<EarningRule>, path: Path, seen: Map<string, number>): FaultAt[] {
  if (on === undefined) return [];
  const count = (seen.get(on) ?? 0) + 1;
  seen.set(on, count);
  if (count <= RULES_AN_EVENT) return [];
  const allowed = `at most ${RULES_AN_EVENT} rules for one type of event`;
  return [{ path: [...path, 'on'], given: `rule ${count} about ${on}`, allowed }];
}
