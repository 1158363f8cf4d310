// How a plan is sold holds together: conditions compile, codes are there once, terms can pay for what they promise.
import type { Compiled } from '../condition';
import { LIST_PRICE, type PriceRule } from '../plan-sale';
import { costCapOfPlan, type Plan } from '../program';
import { type FaultAt, type Path, showGiven } from '../program-fault';
import { compileApplicationCheck, compileSale } from '../sale-condition';
import { rewardFaults } from './reward-faults';
import { type Draft, type ProgramDraft, present, type Rule } from './rule';

export const planSale: Rule = (program) =>
  [...present(program.plans)].flatMap(([at, plan]) => {
    const path = ['plans', at];
    return [
      ...priceFaults(program, plan, path),
      ...gateFaults(plan.opens, [...path, 'opens'], compileSale, 'member, card and history'),
      ...rewardFaults(program, plan.renewal?.gift, [...path, 'renewal', 'gift']),
      ...applicationFaults(plan, [...path, 'application']),
    ];
  });

function priceFaults(program: ProgramDraft, plan: Draft<Plan>, path: Path): FaultAt[] {
  const seen = new Set<string>([LIST_PRICE]);
  return [...present(plan.prices)].flatMap(([at, price]) => {
    const here = [...path, 'prices', at];
    const faults = [
      ...conditionFaults(price.when, [...here, 'when'], compileSale, 'member, card and history'),
      ...rewardFaults(program, price.gift, [...here, 'gift']),
      ...capFaults(program, plan, price, here),
    ];
    const { code } = price;
    if (code !== undefined && seen.has(code)) {
      const allowed = `a code that no other price of the plan has, and not ${LIST_PRICE}, its own price`;
      faults.push({ path: [...here, 'code'], given: showGiven(code), allowed });
    }
    if (code !== undefined) seen.add(code);
    return faults;
  });
}

/** A card that was sold cheaply may cost little, but not less than one use of what it entitles to. */
function capFaults(program: ProgramDraft, plan: Draft<Plan>, rule: Draft<PriceRule>, path: Path): FaultAt[] {
  const { price } = rule;
  const { targetRoi } = plan;
  const costCap = rule.costCap ?? plan.costCap;
  if (price === undefined || (costCap === undefined && targetRoi === undefined)) return [];
  const cap = costCapOfPlan({ price, targetRoi, costCap });
  const entitled = new Set([...present(plan.entitlements)].map(([, { benefit }]) => benefit));
  const dearest = [...present(program.benefits)]
    .map(([, benefit]) => benefit)
    .filter(({ code, coPay, redeemable }) => entitled.has(code) && coPay === false && redeemable === true)
    .toSorted((left, right) => (right.unitCost ?? 0) - (left.unitCost ?? 0))[0];
  if (dearest?.unitCost === undefined || dearest.unitCost <= cap) return [];
  const at = rule.costCap === undefined ? 'price' : 'costCap';
  const given = `${rule[at]}, by which a term may cost ${cap}`;
  const allowed = `at least ${dearest.unitCost} to spend, what one use of ${dearest.code} costs; costCap says how much`;
  return [{ path: [...path, at], given, allowed }];
}

interface GateDraft {
  readonly when?: string;
}

function gateFaults(
  gate: GateDraft | undefined,
  path: Path,
  compile: (text: string) => Compiled<never>,
  over: string,
): FaultAt[] {
  return conditionFaults(gate?.when, [...path, 'when'], compile, over);
}

function conditionFaults(
  text: string | undefined,
  path: Path,
  compile: (text: string) => Compiled<never>,
  over: string,
): FaultAt[] {
  const compiled = text === undefined ? undefined : compile(text);
  if (!compiled || !('fault' in compiled)) return [];
  const { line, column, reason } = compiled.fault;
  const given = `${showGiven(text)}, where at ${line}:${column} ${reason}`;
  return [{ path, given, allowed: `a CEL expression over ${over} that is true or false` }];
}

function applicationFaults({ application }: Draft<Plan>, path: Path): FaultAt[] {
  if (!application) return [];
  const faults: FaultAt[] = [];
  const seen = new Set<string>();
  const fields = [...present(application.fields)].map(([at, { code, kind }]) => ({ at, code, kind }));
  for (const { at, code } of fields) {
    if (code === undefined) continue;
    if (seen.has(code)) {
      const allowed = 'a code that no other field has';
      faults.push({ path: [...path, 'fields', at, 'code'], given: `${showGiven(code)} again`, allowed });
    }
    seen.add(code);
  }
  // With a field of which code or kind are at fault, nothing sure can be said of the check.
  const known = fields.flatMap(({ code, kind }) => (code === undefined || kind === undefined ? [] : [{ code, kind }]));
  if (known.length < (application.fields ?? []).length) return faults;
  const compile = (text: string) => compileApplicationCheck(known, text);
  faults.push(...gateFaults(application.check, [...path, 'check'], compile, 'application and member'));
  if (application.review === 'AUTO' && !application.check) {
    const allowed = 'STAFF, or a check that decides';
    faults.push({ path: [...path, 'review'], given: 'AUTO without a check', allowed });
  }
  return faults;
}
