// DataLoaders of one request, one a relation, and what the resolvers of the textbook stack share.
import DataLoader from 'dataloader';
import { type DataSource, In } from 'typeorm';
import { ZERO_ID } from '../../../src/kernel/id';
import type { BusinessTime } from '../../../src/kernel/period';
import { ACCOUNT_KINDS as KIND } from '../../../src/ledger/chart';
import type { CodeCipher } from '../../../src/marketplace/code-cipher';
import type { Calendar, HandTerm, Holder, RulePlan } from '../hand-rules';
import {
  AccountEntity,
  BenefitEntity,
  CardEntity,
  EntitlementEntity,
  LevelEntity,
  MemberEntity,
  OfferEntity,
  PartnerEntity,
  PlanEntity,
  TermEntity,
} from './entities';

export interface TextbookHouse {
  readonly source: DataSource;
  readonly cipher: CodeCipher;
  readonly time: BusinessTime;
  readonly currency: string;
}

type Keyed = { readonly key: string };

function byKey<Row extends Keyed>(source: DataSource, entity: new () => Row): DataLoader<string, Row> {
  return new DataLoader(async (keys) => {
    const rows = await source.getRepository<Keyed>(entity).find({ where: { key: In([...keys]) } });
    const found = new Map(rows.map((row) => [row.key, row as Row]));
    return keys.map((key) => found.get(key) ?? new Error(`there is no ${entity.name} ${key}`));
  });
}

function grouped<Row>(keys: readonly string[], rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const groups = new Map<string, Row[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))?.push(row);
  return keys.map((key) => groups.get(key)!);
}

export class TextbookContext {
  readonly now = Date.now();
  readonly members;
  readonly plans;
  readonly benefits;
  readonly partners;
  readonly offers;
  readonly cardsOf;
  readonly termsOf;
  readonly accountsOf;
  readonly entitlementsOf;
  private periods: Calendar | undefined;
  private holding: Promise<Holder> | undefined;
  private levelList: Promise<LevelEntity[]> | undefined;

  constructor(
    readonly house: TextbookHouse,
    readonly memberKey: string | undefined,
  ) {
    const { source } = house;
    this.members = byKey(source, MemberEntity);
    this.plans = byKey(source, PlanEntity);
    this.benefits = byKey(source, BenefitEntity);
    this.partners = byKey(source, PartnerEntity);
    this.offers = byKey(source, OfferEntity);
    this.cardsOf = new DataLoader(async (keys: readonly string[]) => {
      const rows = await source.getRepository(CardEntity).find({
        where: { memberKey: In([...keys]) },
        order: { openedAt: 'ASC', key: 'ASC' },
      });
      return grouped(keys, rows, ({ memberKey: owner }) => owner);
    });
    this.termsOf = new DataLoader(async (keys: readonly string[]) => {
      const rows = await source.getRepository(TermEntity).find({
        where: { cardKey: In([...keys]) },
        order: { starts: 'ASC' },
      });
      return grouped(keys, rows, ({ cardKey }) => cardKey);
    });
    this.accountsOf = new DataLoader(async (keys: readonly string[]) => {
      const rows = await source.getRepository(AccountEntity).find({ where: { holder: In([...keys]) } });
      return grouped(keys, rows, ({ holder }) => holder);
    });
    this.entitlementsOf = new DataLoader(async (keys: readonly string[]) => {
      const rows = await source.getRepository(EntitlementEntity).find({
        where: { planKey: In([...keys]) },
        order: { number: 'ASC' },
      });
      return grouped(keys, rows, ({ planKey }) => planKey);
    });
  }

  levels(): Promise<LevelEntity[]> {
    this.levelList ??= this.house.source.getRepository(LevelEntity).find({ order: { rank: 'ASC' } });
    return this.levelList;
  }

  async levelAt(growth: number): Promise<LevelEntity> {
    const reached = (await this.levels()).filter(({ threshold }) => threshold <= growth);
    return reached.at(-1)!;
  }

  async balance(kind: number, period = 0): Promise<number> {
    const accounts = await this.accountsOf.load(this.memberKey!);
    const account = accounts.find((one) => one.kind === kind && one.period === period);
    return account ? account.posted - account.held : 0;
  }

  get calendar(): Calendar {
    this.periods ??= calendarAt(this.house.time, this.now);
    return this.periods;
  }

  running(card: CardEntity, terms: readonly TermEntity[]): TermEntity | undefined {
    return terms.find(({ starts, ends }) => card.stored === 'ACTIVE' && starts <= this.now && this.now < ends);
  }

  /** The member as the rules want it; made once a request. */
  holder(): Promise<Holder> {
    this.holding ??= this.makeHolder();
    return this.holding;
  }

  private async makeHolder(): Promise<Holder> {
    const member = await this.members.load(this.memberKey!);
    const accounts = await this.accountsOf.load(member.key);
    const level = await this.levelAt(await this.balance(KIND.GROWTH));
    const cards = await Promise.all(
      (await this.cardsOf.load(member.key)).map(async (card) => {
        const [terms, plan] = await Promise.all([this.termsOf.load(card.key), this.plans.load(card.planKey)]);
        const running = this.running(card, terms);
        return {
          id: card.key,
          plan: rulePlan(plan),
          parentCardId: card.parentKey,
          running: running && handTerm(running),
        };
      }),
    );
    const balances = new Map(
      accounts.map((one) => [
        `${one.kind} ${one.ref} ${one.item} ${one.period}`,
        { left: one.posted - one.held, held: one.held },
      ]),
    );
    return {
      levelId: level.key,
      tags: member.tags,
      cards,
      balance: (kind, ref, item, period) => balances.get(`${kind} ${ref || ZERO_ID} ${item} ${period}`),
    };
  }
}

function calendarAt(time: BusinessTime, now: number): Calendar {
  const resets = (kind: 'YEAR' | 'MONTH' | 'WEEK' | 'DAY') => new Date(time.nextPeriodAt(kind, now)!).toISOString();
  return {
    period: {
      TERM: 0,
      YEAR: time.periodAt('YEAR', now),
      MONTH: time.periodAt('MONTH', now),
      WEEK: time.periodAt('WEEK', now),
      DAY: time.periodAt('DAY', now),
    },
    resetsAt: { TERM: null, YEAR: resets('YEAR'), MONTH: resets('MONTH'), WEEK: resets('WEEK'), DAY: resets('DAY') },
  };
}

function handTerm({ key: id, starts, ends, price, currency, brokeEvenAt }: TermEntity): HandTerm {
  return { id, startsAt: starts, endsAt: ends, price, currency, brokeEvenAt };
}

function rulePlan(plan: PlanEntity): RulePlan {
  const { key: id, kind, drawsOnParentCap, perClass, perPartner, perMonth, perUse } = plan;
  const subCaps = {
    perClass: new Map(perClass),
    perPartner: new Map(perPartner),
    perMonth: perMonth ?? undefined,
    perUse: perUse ?? undefined,
  };
  return { id, kind, drawsOnParentCap, subCaps };
}
