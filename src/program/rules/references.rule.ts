// Whatever an item refers to by code exists in the file.
import { type FaultAt, nearest, type Path, showGiven } from '../program-fault';
import { codesOf, type ProgramDraft, present, type Rule } from './rule';

type Check = (code: string, path: Path, atKey?: boolean) => FaultAt[];

export const references: Rule = (program) => {
  const benefit = checkAgainst(program, 'benefits');
  const plan = checkAgainst(program, 'plans');
  const level = checkAgainst(program, 'levels');
  const partner = checkAgainst(program, 'partners');
  const faults: FaultAt[] = [];
  for (const section of ['levels', 'plans'] as const) {
    for (const [at, owner] of present<Owner>(program[section])) {
      for (const [index, entitlement] of present(owner.entitlements)) {
        const path = [section, at, 'entitlements', index, 'benefit'];
        if (entitlement.benefit !== undefined) faults.push(...benefit(entitlement.benefit, path));
      }
    }
  }
  for (const [at, { parentPlans, subCaps }] of present(program.plans)) {
    faults.push(...each(parentPlans, ['plans', at, 'parentPlans'], plan));
    for (const code of Object.keys(subCaps?.perPartner ?? {})) {
      faults.push(...partner(code, ['plans', at, 'subCaps', 'perPartner', code], true));
    }
  }
  for (const [at, budget] of present(program.budgets)) {
    faults.push(...each(budget.plans, ['budgets', at, 'plans'], plan));
    faults.push(...each(budget.levels, ['budgets', at, 'levels'], level));
  }
  for (const [at, offer] of present(program.offers)) {
    if (offer.partner !== undefined) faults.push(...partner(offer.partner, ['offers', at, 'partner']));
    faults.push(...each(offer.audience?.levels, ['offers', at, 'audience', 'levels'], level));
    faults.push(...each(offer.audience?.plans, ['offers', at, 'audience', 'plans'], plan));
  }
  for (const [at, band] of present(program.levelDesign?.target?.bands)) {
    faults.push(...each(band.levels, ['levelDesign', 'target', 'bands', at, 'levels'], level));
  }
  for (const [at, { plan: code }] of present(program.profiles)) {
    if (code !== undefined) faults.push(...plan(code, ['profiles', at, 'plan']));
  }
  for (const [at, { segment }] of present(program.campaigns)) {
    faults.push(...each(segment?.levels, ['campaigns', at, 'segment', 'levels'], level));
    faults.push(...each(segment?.plans, ['campaigns', at, 'segment', 'plans'], plan));
  }
  return faults;
};

interface Owner {
  readonly entitlements?: readonly ({ readonly benefit?: string } | undefined)[];
}

function checkAgainst(program: ProgramDraft, section: 'benefits' | 'plans' | 'levels' | 'partners'): Check {
  const codes = codesOf(program[section]);
  return (code, path, atKey) => {
    if (codes.has(code)) return [];
    const meant = nearest(code, codes);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return [{ path, atKey, given: showGiven(code), allowed: `the code of one of the ${section} in this file${hint}` }];
  };
}

function each(list: readonly (string | undefined)[] | undefined, path: Path, check: Check): FaultAt[] {
  return [...present(list)].flatMap(([at, code]) => check(code, [...path, at]));
}
