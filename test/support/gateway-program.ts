// Programs for end-to-end tests: small parts with defaults, put together to the text of a program file.

type Part = Readonly<Record<string, unknown>>;

export interface ProgramParts {
  readonly timeZone?: string;
  readonly currency?: string;
  readonly levels?: readonly Part[];
  readonly plans?: readonly Part[];
  readonly benefits?: readonly Part[];
  readonly partners?: readonly string[];
  readonly offers?: readonly Part[];
  readonly earningRules?: readonly Part[];
  readonly tasks?: readonly Part[];
  readonly draws?: readonly Part[];
  /** Settings: whatever is no list of items. */
  readonly settings?: Part;
  readonly budgets?: readonly Part[];
}

export function level(code: string, rank: number, threshold: number, entitlements: readonly Part[] = []): Part {
  return { code, name: `Level ${code}`, rank, threshold, entitlements };
}

/** A membership card for a year that may cost 10000, unless told. */
export function plan(code: string, parts: Part = {}): Part {
  const cap = 'targetRoi' in parts ? {} : { costCap: 10_000 };
  return { code, name: `Plan ${code}`, kind: 'MEMBERSHIP', price: 10_900, term: { months: 12 }, ...cap, ...parts };
}

export function privilege(code: string, parts: Part = {}): Part {
  return plan(code, { kind: 'PRIVILEGE', price: 1_900, costCap: 2_000, ...parts });
}

/** Costs 100 at issue and is worth 500, unless told. */
export function benefit(code: string, parts: Part = {}): Part {
  return { code, name: `Benefit ${code}`, class: 'SERVICE', unitCost: 100, faceValue: 500, ...parts };
}

export function entitles(code: string, limit?: number, period = 'MONTH'): Part {
  return limit === undefined ? { benefit: code } : { benefit: code, quota: { limit, period } };
}

/** Of the partner `brewer`, for whoever holds a card; costs 100 at issue and is worth 500, unless told. */
export function offer(code: string, parts: Part = {}): Part {
  return { code, title: `Offer ${code}`, kind: 'COUPON', partner: 'brewer', unitCost: 100, faceValue: 500, ...parts };
}

/** JSON is YAML too. */
export function programText(parts: ProgramParts): string {
  const { timeZone = 'Asia/Shanghai', currency = 'CNY', partners = ['brewer', 'cinema'] } = parts;
  const {
    levels = [level('registered', 1, 0)],
    plans = [],
    benefits = [],
    offers = [],
    earningRules = [],
    budgets = [],
    tasks = [],
    draws = [],
  } = parts;
  const named = partners.map((code) => ({ code, name: `Partner ${code}` }));
  const sections = { levels, plans, benefits, partners: named, offers, earningRules, budgets, tasks, draws };
  return JSON.stringify({ name: 'Test', currency, timeZone, ...parts.settings, ...sections });
}
