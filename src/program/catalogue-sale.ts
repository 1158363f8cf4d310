// How a plan is sold, as requests read it: conditions compiled, amounts as money.
import { assert } from '../kernel/assert';
import type { Money, Unit } from '../kernel/money';
import type { Compiled, Condition } from './condition';
import type { ApplicationForm, Gate, PlanSale, PriceKind, RefundPolicy, Renewal } from './plan-sale';
import { type Code, costCapOfPlan, type Plan, type Term } from './program';
import type { Reward } from './reward';
import { type ApplicationFacts, compileApplicationCheck, compileSale, type SaleFacts } from './sale-condition';

export interface CataloguePrice {
  readonly code: Code;
  readonly kind: PriceKind;
  readonly when?: Condition<SaleFacts>;
  readonly price: Money;
  readonly term: Term;
  /** The most that a term sold at this price may cost. */
  readonly costCap: number;
  readonly oncePerMember: boolean;
  readonly gift?: Reward;
}

export interface CatalogueGate<Told> {
  readonly when: Condition<Told>;
  readonly otherwise: string;
}

export interface CatalogueApplication extends Omit<ApplicationForm, 'check'> {
  readonly check?: CatalogueGate<ApplicationFacts>;
}

export interface CatalogueSale {
  /** In order: the first that is open to a member is theirs. */
  readonly prices: readonly CataloguePrice[];
  readonly opens?: CatalogueGate<SaleFacts>;
  readonly renewal?: Renewal;
  readonly application?: CatalogueApplication;
  readonly refund?: RefundPolicy;
  readonly advertisedValue?: Money;
  readonly professions: readonly string[];
}

export function saleFrom(plan: Plan, currency: Unit): CatalogueSale {
  const { opens, renewal, application, refund, advertisedValue, professions } = plan;
  return {
    prices: Object.freeze(plan.prices.map((rule) => priceFrom(plan, rule, currency))),
    opens: opens && gateFrom(opens, compileSale),
    renewal,
    application: application && applicationFrom(application),
    refund,
    advertisedValue: advertisedValue === undefined ? undefined : Object.freeze({ amount: advertisedValue, currency }),
    professions,
  };
}

function priceFrom(plan: Plan, rule: PlanSale['prices'][number], currency: Unit): CataloguePrice {
  const { code, kind, when, price, term = plan.term, oncePerMember, gift } = rule;
  return Object.freeze({
    code,
    kind,
    when: when === undefined ? undefined : soundCondition(compileSale(when), when),
    price: Object.freeze({ amount: price, currency }),
    term,
    costCap: costCapOfPlan({ price, targetRoi: plan.targetRoi, costCap: rule.costCap ?? plan.costCap }),
    // Who had a trial has had a card.
    oncePerMember: oncePerMember || kind === 'TRIAL',
    gift,
  });
}

function applicationFrom(form: ApplicationForm): CatalogueApplication {
  const { check, ...rest } = form;
  const compile = (text: string) => compileApplicationCheck(form.fields, text);
  return Object.freeze({ ...rest, check: check && gateFrom(check, compile) });
}

function gateFrom<Told>(gate: Gate, compile: (text: string) => Compiled<Told>): CatalogueGate<Told> {
  return Object.freeze({ when: soundCondition(compile(gate.when), gate.when), otherwise: gate.else });
}

function soundCondition<Told>(compiled: Compiled<Told>, text: string): Condition<Told> {
  assert('condition' in compiled, `the condition ${text} was stored unchecked`);
  return compiled.condition;
}
