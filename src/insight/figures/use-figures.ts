// Figures of benefits and offers: how much each class and each item is claimed and used, the top and the dead ones.
import { BENEFIT_CLASSES, type BenefitClass } from '../../program/program';
import type { FigureName } from './figure';
import type { FigureSum } from './figure.store';
import type { FigureReader } from './figure-reader';
import { type Fraction, fraction } from './money-figures';

export interface Used {
  readonly claims: number;
  readonly uses: number;
  /** In the minor unit. */
  readonly cost: number;
  readonly saved: number;
}

export interface ClassUse extends Used {
  readonly benefitClass: BenefitClass;
  /** Of all uses. */
  readonly share: Fraction;
}

export interface ItemUse extends Used {
  /** Of a benefit or an offer. */
  readonly globalId: string;
  readonly code: string;
  readonly title: string;
  readonly benefitClass: BenefitClass;
  readonly partner?: string;
}

const NAMES: readonly FigureName[] = ['CLAIMS', 'USES', 'COST', 'SAVED'];

function used(reader: FigureReader, sums: readonly FigureSum[], where: (sum: FigureSum) => boolean): Used {
  const total = (name: FigureName) => reader.total(sums, name, where);
  return { claims: total('CLAIMS'), uses: total('USES'), cost: total('COST'), saved: total('SAVED') };
}

type Described = Omit<ItemUse, keyof Used>;

/** Benefits and offers by their ids, gone ones too. */
function describe(reader: FigureReader, id: string): Described | undefined {
  const { catalogue } = reader;
  const offer = catalogue.offer(id);
  if (offer) {
    const { globalId, code, title, benefitClass, partner } = offer;
    return { globalId, code, title, benefitClass, partner: partner.code };
  }
  const benefit = catalogue.benefit(id);
  return (
    benefit && { globalId: benefit.globalId, code: benefit.code, title: benefit.name, benefitClass: benefit.class }
  );
}

async function itemsUsed(reader: FigureReader): Promise<ItemUse[]> {
  const [sums, idOf] = await Promise.all([reader.flows(...NAMES), reader.idOf()]);
  const byItem = new Map<number, FigureSum[]>();
  for (const sum of sums) {
    const known = byItem.get(sum.other);
    if (known) known.push(sum);
    else byItem.set(sum.other, [sum]);
  }
  return [...byItem].flatMap(([number, some]) => {
    const id = idOf(number);
    const described = id === undefined ? undefined : describe(reader, id);
    return described ? [{ ...described, ...used(reader, some, () => true) }] : [];
  });
}

export async function classesOf(reader: FigureReader): Promise<ClassUse[]> {
  const items = await itemsUsed(reader);
  const all = items.reduce((sum, { uses }) => sum + uses, 0);
  return BENEFIT_CLASSES.map((benefitClass) => {
    const ofClass = items.filter((item) => item.benefitClass === benefitClass);
    const sum = (field: keyof Used) => ofClass.reduce((total, item) => total + item[field], 0);
    const uses = sum('uses');
    return {
      benefitClass,
      claims: sum('claims'),
      uses,
      cost: sum('cost'),
      saved: sum('saved'),
      share: fraction(uses, all),
    };
  });
}

/** The most claimed first, at most so many. */
export async function topItems(reader: FigureReader, first: number): Promise<ItemUse[]> {
  const items = await itemsUsed(reader);
  return items
    .filter(({ claims }) => claims > 0)
    .toSorted((left, right) => right.claims - left.claims || (left.code < right.code ? -1 : 1))
    .slice(0, first);
}

/** What can be claimed in the catalogue of now, and was not claimed in the span. */
export async function deadItems(reader: FigureReader): Promise<ItemUse[]> {
  const { catalogue } = reader;
  const claimed = new Set((await itemsUsed(reader)).filter(({ claims }) => claims > 0).map(({ globalId }) => globalId));
  const granted = new Set(
    [...catalogue.plans, ...catalogue.levels].flatMap(({ entitlements }) =>
      entitlements.map(({ benefit }) => benefit.id),
    ),
  );
  const benefits = catalogue.benefits.filter(({ id, redeemable }) => redeemable && granted.has(id));
  return [...benefits, ...catalogue.offers]
    .filter(({ globalId }) => !claimed.has(globalId))
    .map(({ id }) => ({ ...describe(reader, id)!, claims: 0, uses: 0, cost: 0, saved: 0 }));
}
