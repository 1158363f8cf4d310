// The catalogue: an immutable snapshot of everything that is configured, with the look-ups that requests need.
import { assert } from '../kernel/assert';
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { BusinessTime } from '../kernel/period';
import { ALERTS_UNLESS_TOLD } from './alert-settings';
import {
  benefitFrom,
  budgetFrom,
  definitionOf,
  earningRuleFrom,
  type Lookup,
  levelFrom,
  lookUpIds,
  offerFrom,
  partnerFrom,
  planFrom,
} from './catalogue-build';
import { type CatalogueDraw, type CatalogueTask, drawFrom, taskFrom } from './catalogue-engagement';
import { ExchangeShelf, exchangesFrom } from './catalogue-exchange';
import type {
  CatalogueBenefit,
  CatalogueBudget,
  CatalogueEarningRule,
  CatalogueItem,
  CatalogueLevel,
  CatalogueOffer,
  CataloguePartner,
  CataloguePlan,
  StoredItem,
} from './catalogue-item';
import { earlierLevels } from './earlier-levels';
import type { EventType } from './event-type';
import { type CatalogueLevelPolicy, levelPolicyFrom } from './level-policy';
import type { Code, ItemKind, ProgramSettings } from './program';

/** What holds before any program was applied. */
const NO_PROGRAM: ProgramSettings = {
  name: '',
  currency: 'CNY',
  timeZone: 'Asia/Shanghai',
  levelGuard: {
    share: 0.75,
    leastMembers: 100,
    benefitUseDays: 90,
    benefitUseLow: 0.3,
    growthWeeks: 52,
    growthLow: 0.2,
  },
  alerts: ALERTS_UNLESS_TOLD,
};

/** Items of one kind: by id with retired ones, by code without, and the live ones in order of their numbers. */
class Shelf<Item extends CatalogueItem> {
  readonly byId: ReadonlyMap<Id, Item>;
  readonly byCode: ReadonlyMap<Code, Item>;
  readonly live: readonly Item[];

  constructor(items: readonly Item[]) {
    const live = items.filter((item) => !item.retired).toSorted((left, right) => left.number - right.number);
    this.live = Object.freeze(live);
    this.byId = new Map(items.map((item) => [item.id, item]));
    this.byCode = new Map(live.map((item) => [item.code, item]));
  }
}

/** Of a version that is in force no more: levels, plans and what they refer to. */
export interface EarlierCatalogue {
  /** When the next one was applied that says something else of levels. */
  readonly until: Instant;
  readonly catalogue: Catalogue;
}

export class Catalogue {
  readonly settings: ProgramSettings;
  /** Business days, weeks and months of the program's time zone. */
  readonly time: BusinessTime;
  readonly levelPolicy: CatalogueLevelPolicy;
  /** Live levels, the lowest first. */
  readonly levels: readonly CatalogueLevel[];
  private before: readonly EarlierCatalogue[] | undefined;
  /** Items of guests that could not be made sense of, for the log. */
  readonly leftOut: { readonly kind: ItemKind; readonly code: Code; readonly reason: string }[] = [];
  /** The version of the program in which it changed last; 0 before there was one. */
  readonly programVersion: number;
  private readonly lookup: Lookup;
  private readonly stored: ReadonlyMap<ItemKind, readonly StoredItem[]>;
  private readonly levelShelf: Shelf<CatalogueLevel>;
  private readonly planShelf: Shelf<CataloguePlan>;
  private readonly budgetShelf: Shelf<CatalogueBudget>;
  private readonly benefitShelf: Shelf<CatalogueBenefit>;
  private readonly partnerShelf: Shelf<CataloguePartner>;
  private readonly offerShelf: Shelf<CatalogueOffer>;
  private readonly rulesByEvent = new Map<EventType, readonly CatalogueEarningRule[]>();
  private readonly taskShelf: Shelf<CatalogueTask>;
  private readonly drawShelf: Shelf<CatalogueDraw>;
  /** By which agreements offers are funded. */
  readonly exchanges: ExchangeShelf;

  /** `version` grows with every change of the catalogue; `items` include retired ones. */
  constructor(
    readonly version: number,
    items: readonly StoredItem[],
  ) {
    const stored = new Map<ItemKind, StoredItem[]>();
    const numbers = new Set<number>();
    for (const item of items.toSorted((left, right) => Number(left.guest ?? false) - Number(right.guest ?? false))) {
      if (numbers.has(item.number)) {
        assert(item.guest, `two items of the catalogue have the same number ${item.number}`);
        this.leftOut.push({ kind: item.kind, code: item.code, reason: `the number ${item.number} is another item's` });
        continue;
      }
      numbers.add(item.number);
      const kin = stored.get(item.kind);
      if (kin) kin.push(item);
      else stored.set(item.kind, [item]);
    }
    this.stored = stored;
    this.programVersion = items.reduce((last, { guest, version }) => (guest ? last : Math.max(last, version)), 0);
    const of = (kind: ItemKind): readonly StoredItem[] => this.stored.get(kind) ?? [];
    const [program] = of('PROGRAM');
    this.settings = program ? definitionOf(program, 'PROGRAM') : NO_PROGRAM;
    this.time = new BusinessTime(this.settings.timeZone);
    const { currency } = this.settings;
    const benefits = of('BENEFIT').map((item) => benefitFrom(item, definitionOf(item, 'BENEFIT'), currency));
    this.benefitShelf = new Shelf(benefits);
    this.partnerShelf = new Shelf(of('PARTNER').map((item) => partnerFrom(item, definitionOf(item, 'PARTNER'))));
    const lookup: Lookup = {
      currency,
      idOf: lookUpIds(items),
      benefits: this.benefitShelf.byId,
      partners: this.partnerShelf.byId,
    };
    this.lookup = lookup;
    this.levelShelf = new Shelf(of('LEVEL').map((item) => levelFrom(item, definitionOf(item, 'LEVEL'), lookup)));
    this.planShelf = new Shelf(of('PLAN').map((item) => planFrom(item, definitionOf(item, 'PLAN'), lookup)));
    this.budgetShelf = new Shelf(of('BUDGET').map((item) => budgetFrom(item, definitionOf(item, 'BUDGET'), lookup)));
    this.offerShelf = new Shelf(
      of('OFFER').flatMap((item) => this.sparing(item, () => [offerFrom(item, definitionOf(item, 'OFFER'), lookup)])),
    );
    const rules = new Shelf(
      of('EARNING_RULE').map((item) => earningRuleFrom(item, definitionOf(item, 'EARNING_RULE'))),
    );
    for (const rule of rules.live.toSorted((left, right) => left.priority - right.priority)) {
      this.rulesByEvent.set(rule.on, [...this.earningRules(rule.on), rule]);
    }
    this.taskShelf = new Shelf(of('TASK').map((item) => taskFrom(item, definitionOf(item, 'TASK'), currency)));
    this.drawShelf = new Shelf(of('DRAW').map((item) => drawFrom(item, definitionOf(item, 'DRAW'))));
    const agreements = of('AGREEMENT').filter(({ retired }) => !retired);
    this.exchanges = new ExchangeShelf(agreements.flatMap((item) => this.sparing(item, () => exchangesFrom(item))));
    this.levels = Object.freeze(this.levelShelf.live.toSorted((left, right) => left.rank - right.rank));
    this.levelPolicy = levelPolicyFrom(program, of('LEVEL'), this.levels, (plan) => lookup.idOf('PLAN', plan));
  }

  /** An operator's item is whole or there is no catalogue; a guest's is left out, and remembered. */
  private sparing<Item>(item: StoredItem, make: () => Item[]): Item[] {
    if (!item.guest) return make();
    try {
      return make();
    } catch (error) {
      this.leftOut.push({ kind: item.kind, code: item.code, reason: String(error) });
      return [];
    }
  }

  static empty(): Catalogue {
    return new Catalogue(-1, []);
  }

  // By id, retired items are found as well, since cards and redemptions point to them; by code, live ones only.
  level(id: Id): CatalogueLevel | undefined {
    return this.levelShelf.byId.get(id);
  }
  levelByCode(code: Code): CatalogueLevel | undefined {
    return this.levelShelf.byCode.get(code);
  }
  plan(id: Id): CataloguePlan | undefined {
    return this.planShelf.byId.get(id);
  }
  planByCode(code: Code): CataloguePlan | undefined {
    return this.planShelf.byCode.get(code);
  }
  benefit(id: Id): CatalogueBenefit | undefined {
    return this.benefitShelf.byId.get(id);
  }
  benefitByCode(code: Code): CatalogueBenefit | undefined {
    return this.benefitShelf.byCode.get(code);
  }
  partner(id: Id): CataloguePartner | undefined {
    return this.partnerShelf.byId.get(id);
  }
  partnerByCode(code: Code): CataloguePartner | undefined {
    return this.partnerShelf.byCode.get(code);
  }
  offer(id: Id): CatalogueOffer | undefined {
    return this.offerShelf.byId.get(id);
  }
  offerByCode(code: Code): CatalogueOffer | undefined {
    return this.offerShelf.byCode.get(code);
  }

  /** The live rules about events of a type, in the order in which they apply. */
  earningRules(type: EventType): readonly CatalogueEarningRule[] {
    return this.rulesByEvent.get(type) ?? [];
  }

  task(id: Id): CatalogueTask | undefined {
    return this.taskShelf.byId.get(id);
  }
  taskByCode(code: Code): CatalogueTask | undefined {
    return this.taskShelf.byCode.get(code);
  }
  draw(id: Id): CatalogueDraw | undefined {
    return this.drawShelf.byId.get(id);
  }
  drawByCode(code: Code): CatalogueDraw | undefined {
    return this.drawShelf.byCode.get(code);
  }

  /** An offer that is not in here, as it would be. Throws when it refers to what is not here. */
  offerAsIf(item: StoredItem): CatalogueOffer {
    return offerFrom(item, definitionOf(item, 'OFFER'), this.lookup);
  }

  get plans(): readonly CataloguePlan[] {
    return this.planShelf.live;
  }
  get budgets(): readonly CatalogueBudget[] {
    return this.budgetShelf.live;
  }
  get benefits(): readonly CatalogueBenefit[] {
    return this.benefitShelf.live;
  }
  get partners(): readonly CataloguePartner[] {
    return this.partnerShelf.live;
  }
  get tasks(): readonly CatalogueTask[] {
    return this.taskShelf.live;
  }
  get draws(): readonly CatalogueDraw[] {
    return this.drawShelf.live;
  }
  /** How levels were before, the oldest first, as far back as it is known. */
  get earlier(): readonly EarlierCatalogue[] {
    if (!this.before) {
      const earlier = this.items('PROGRAM')[0]?.earlier;
      const all = [...this.stored.values()].flat();
      this.before = (earlier ? earlierLevels(earlier, all) : []).map(({ until, items }) => {
        return { until, catalogue: new Catalogue(this.version, items) };
      });
    }
    return this.before;
  }

  /** The program version in which the settings last changed; 0 before any program was applied. */
  get settingsVersion(): number {
    return this.items('PROGRAM')[0]?.version ?? 0;
  }
  /** Live offers in the order of lists, which is that of their numbers: a new one comes last. */
  get offers(): readonly CatalogueOffer[] {
    return this.offerShelf.live;
  }

  /** The index in `offers` of the first offer after `number`, for lists that go on from a cursor. */
  offerIndexAfter(number: number): number {
    let low = 0;
    let high = this.offers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offers[middle]!.number <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The highest level of which the threshold is reached; `undefined` only before a program was applied. */
  levelForGrowth(growth: number): CatalogueLevel | undefined {
    for (let at = this.levels.length - 1; at > 0; at -= 1) {
      if (growth >= this.levels[at]!.threshold) return this.levels[at];
    }
    return this.levels[0];
  }

  /** The level above, or `undefined` at the top. */
  nextLevel(level: CatalogueLevel): CatalogueLevel | undefined {
    return this.levels.find(({ rank }) => rank > level.rank);
  }

  /** Stored items of any kind, retired ones too: for kinds that have no shape of their own here. */
  items(kind: ItemKind): readonly StoredItem[] {
    return this.stored.get(kind) ?? [];
  }
}
