// How members keep, lose and regain levels, and what makes growth rise and fall by itself, at work.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { CatalogueLevel, StoredItem } from './catalogue-item';
import type { DecayTerms, LevelPolicy } from './level-terms';
import type { Code, ProgramSettings } from './program';

/** The first day of decay after the day on which the last card ended. */
export function firstDecayDay({ firstDay, graceDays }: Pick<DecayTerms, 'firstDay' | 'graceDays'>): number {
  return firstDay ?? graceDays + 1;
}

export interface CatalogueDecay {
  readonly plans: ReadonlySet<Id>;
  readonly firstDay: number;
  readonly everyDays: number;
  readonly step: number;
  readonly floor: number;
}

export interface CatalogueLevelPolicy extends Omit<LevelPolicy, 'plans' | 'decay' | 'daily' | 'activation'> {
  readonly plans: ReadonlySet<Id>;
  readonly decay?: CatalogueDecay;
  readonly daily: ReadonlyMap<Id, number>;
  readonly activation: ReadonlyMap<Id, number>;
  /** Whether a level follows growth and rating at every moment, so that nothing needs to be remembered of it. */
  readonly plain: boolean;
  /** When the settings were applied that are in force: what falls or rises by the day counts from then. */
  readonly settingsSince: Instant;
  /** When the levels and settings were applied that are in force. */
  readonly since: Instant;
  /** The version of the program in which the levels or settings last changed. */
  readonly version: number;
}

const NO_POLICY: LevelPolicy = {
  plans: [],
  mayHaveNone: false,
  downgrade: 'TO_MATCHING',
  when: 'AT_ONCE',
  graceDays: 0,
  daily: {},
  activation: {},
};

/** `levels` are the live ones; `stored` are all, since a level that was taken out changes the others' meaning too. */
export function levelPolicyFrom(
  program: StoredItem | undefined,
  stored: readonly StoredItem[],
  levels: readonly CatalogueLevel[],
  idOfPlan: (code: Code) => Id,
): CatalogueLevelPolicy {
  const settings = program?.definition as unknown as ProgramSettings | undefined;
  const policy = settings?.levelPolicy ?? NO_POLICY;
  const counted = program ? [program, ...stored] : stored;
  const { decay, plans, daily, activation } = policy;
  const idsOf = (codes: readonly Code[]) => new Set(codes.map(idOfPlan));
  const byPlan = (counts: Readonly<Record<Code, number>>) =>
    new Map(Object.entries(counts).map(([code, growth]) => [idOfPlan(code), growth]));
  return Object.freeze({
    ...policy,
    plans: idsOf(plans),
    decay: decay && Object.freeze({ ...decay, plans: idsOf(decay.plans), firstDay: firstDecayDay(decay) }),
    daily: byPlan(daily),
    activation: byPlan(activation),
    plain: isPlain(policy) && levels.every(({ minDays }) => minDays === 0),
    settingsSince: program?.appliedAt ?? 0,
    since: Math.max(0, ...counted.map(({ appliedAt = 0 }) => appliedAt)),
    version: Math.max(0, ...counted.map(({ version }) => version)),
  });
}

function isPlain({ plans, downgrade, when, graceDays, decay, daily }: LevelPolicy): boolean {
  const falls = downgrade === 'TO_MATCHING' && when === 'AT_ONCE' && graceDays === 0;
  return falls && plans.length === 0 && !decay && Object.keys(daily).length === 0;
}
