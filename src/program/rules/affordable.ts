// The smallest of the limits that one redemption on a plan's card must pass.
import { type BenefitClass, costCapOfPlan, type Plan } from '../program';
import { type Draft, type ProgramDraft, present } from './rule';

export interface Limit {
  readonly name: string;
  readonly amount: number;
}

/** The tightest limit that a single cost must fit in, or `undefined` when none is known. */
export function tightestLimit(
  program: ProgramDraft,
  plan: Draft<Plan>,
  benefitClass: BenefitClass | undefined,
  partner: string | undefined,
): Limit | undefined {
  const limits: Limit[] = [];
  const add = (name: string, amount: number | undefined): void => {
    if (amount !== undefined) limits.push({ name, amount });
  };
  const { subCaps } = plan;
  add(`the cost cap of plan ${plan.code}`, capOf(plan));
  add(`subCaps.perUse of plan ${plan.code}`, subCaps?.perUse);
  add(`subCaps.perMonth of plan ${plan.code}`, subCaps?.perMonth);
  if (benefitClass) add(`subCaps.perClass.${benefitClass} of plan ${plan.code}`, subCaps?.perClass?.[benefitClass]);
  if (partner !== undefined && Object.hasOwn(subCaps?.perPartner ?? {}, partner)) {
    add(`subCaps.perPartner.${partner} of plan ${plan.code}`, subCaps?.perPartner?.[partner]);
  }
  if (plan.drawsOnParentCap) {
    for (const [, parent] of present(program.plans)) {
      if (parent.code === undefined || !plan.parentPlans?.includes(parent.code)) continue;
      add(`the cost cap of its parent ${parent.code}`, capOf(parent));
    }
  }
  return limits.reduce<Limit | undefined>(
    (least, limit) => (least && least.amount <= limit.amount ? least : limit),
    undefined,
  );
}

function capOf({ price, targetRoi, costCap }: Draft<Plan>): number | undefined {
  if (costCap !== undefined) return costCap;
  return price === undefined || targetRoi === undefined ? undefined : costCapOfPlan({ price, targetRoi });
}
