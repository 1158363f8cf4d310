// The rooms below the API, composed on a lane's database, with a clock that stands still and a small program.
import { Readable } from 'node:stream';
import { AgreementCatalogueStore } from '../../src/agreements/agreement-catalogue.store';
import { type AgreementSide, makeAgreementSide } from '../../src/agreements/agreement-side';
import type { Database } from '../../src/database/database';
import { EventService } from '../../src/engagement/event/event.service';
import type { EventConsumer } from '../../src/engagement/event/event-consumer';
import { LevelGiftService } from '../../src/engagement/level-gift/level-gift.service';
import { ReturnService } from '../../src/engagement/return/return.service';
import { RewardService } from '../../src/engagement/reward/reward.service';
import { StoredValueService } from '../../src/engagement/stored-value/stored-value.service';
import { TermGiftService } from '../../src/engagement/term-gift/term-gift.service';
import type { Actor } from '../../src/kernel/actor';
import { type Instant, ManualClock } from '../../src/kernel/clock';
import { type Id, newId } from '../../src/kernel/id';
import { isRefusal, type Refusal } from '../../src/kernel/refusal';
import { LedgerService } from '../../src/ledger/ledger.service';
import { CodeCipher } from '../../src/marketplace/code-cipher';
import { CodePoolService } from '../../src/marketplace/code-pool.service';
import { GroupBudgetService } from '../../src/marketplace/group-budget.service';
import { OfferCatalogueStore } from '../../src/marketplace/offer/offer-catalogue.store';
import { StockService } from '../../src/marketplace/stock.service';
import { CardService } from '../../src/members/card.service';
import { BookLevelsJob } from '../../src/members/level/book-levels.job';
import { LevelService } from '../../src/members/level/level.service';
import { LevelWriter } from '../../src/members/level/level-writer';
import { lotCheck } from '../../src/members/lot.check';
import type { Card } from '../../src/members/member';
import { type MemberInput, MemberService } from '../../src/members/member.service';
import type { MemberRows } from '../../src/members/member-rows';
import { firstPeriodsAt, MemberRowsStore } from '../../src/members/member-rows.store';
import { PointsService } from '../../src/members/points.service';
import { ApplicationService } from '../../src/members/sale/application.service';
import type { PartnerDirectory } from '../../src/partner-port/connector';
import { CatalogueService } from '../../src/program/catalogue.service';
import { ProgramService } from '../../src/program/program.service';
import { ProgramStore } from '../../src/program/program.store';
import { EndRedemptionService } from '../../src/redemption/end.service';
import { Endings } from '../../src/redemption/endings';
import { holdCheck } from '../../src/redemption/hold.check';
import { poolCheck } from '../../src/redemption/pool.check';
import type { Redemption } from '../../src/redemption/redemption';
import { RedemptionService } from '../../src/redemption/redemption.service';
import { RefundService } from '../../src/redemption/refund/refund.service';
import { RunSagaJob } from '../../src/redemption/saga/run-saga.job';
import { SagaService } from '../../src/redemption/saga/saga.service';
import { HOUSE_PROGRAM } from './house-program';
import { expectClean, NOW } from './ledger-fixtures';

export const SHOP: Actor = { role: 'SERVER', subject: 'shop' };

export interface HouseOptions {
  readonly clock?: ManualClock;
  /** Applied at once; `null` leaves the program that the database has. */
  readonly program?: string | null;
  /** What the ledger writes through, for tests that hold it up or break it. */
  readonly ledgerDoor?: Database;
  readonly partners?: PartnerDirectory;
  /** Who takes part in events. */
  readonly consumers?: readonly EventConsumer[];
  /** How long a claim waits for its partner; for ever unless told. */
  readonly waitMs?: number;
}

export interface ClaimOptions {
  readonly key?: string;
  readonly card?: Id;
  readonly maxCoPay?: number;
  readonly as?: Actor;
}

const NO_PARTNERS: PartnerDirectory = { apiOf: () => undefined };
/** The longest that a timer takes. */
const FOR_EVER = 2 ** 31 - 1;

let counted = 0;

/** A text that no other test has used. */
export function unique(what: string): string {
  counted += 1;
  return `${what}-${process.pid}-${counted}`;
}

export class House {
  readonly ledger: LedgerService;
  readonly catalogue: CatalogueService;
  readonly programs: ProgramService;
  readonly memberRows: MemberRowsStore;
  readonly points: PointsService;
  readonly members: MemberService;
  readonly levels: LevelService;
  readonly levelsJob: BookLevelsJob;
  readonly cards: CardService;
  readonly stock: StockService;
  readonly pools: CodePoolService;
  readonly redemptions: RedemptionService;
  readonly ends: EndRedemptionService;
  readonly saga: SagaService;
  readonly sagaJob: RunSagaJob;
  readonly rewards: RewardService;
  readonly events: EventService;
  readonly returns: ReturnService;
  readonly applications: ApplicationService;
  readonly refunds: RefundService;
  readonly budgets: GroupBudgetService;
  readonly exchange: AgreementSide;
  readonly termGifts: TermGiftService;
  readonly storedValue: StoredValueService;
  readonly levelGifts: LevelGiftService;
  readonly cipher = new CodeCipher(Buffer.alloc(32, 7));
  /** What was logged as an error; nothing should be. */
  readonly errors: object[] = [];

  constructor(
    readonly database: Database,
    readonly clock: ManualClock,
    options: HouseOptions = {},
  ) {
    const { ledgerDoor = database, partners = NO_PARTNERS, waitMs = FOR_EVER } = options;
    const store = new ProgramStore();
    const log = { error: (details: object) => void this.errors.push(details) };
    this.ledger = new LedgerService(ledgerDoor, clock);
    this.catalogue = new CatalogueService(
      database,
      [store, new OfferCatalogueStore(), new AgreementCatalogueStore()],
      log,
    );
    const current = () => this.catalogue.current();
    this.programs = new ProgramService(database, store, this.catalogue, clock);
    this.memberRows = new MemberRowsStore(database.read, () => firstPeriodsAt(current().time, clock.now()));
    this.points = new PointsService(database, this.ledger, this.memberRows, current, clock);
    this.members = new MemberService(database, this.ledger, this.memberRows, this.points, current, clock);
    const levelWriter = new LevelWriter(current);
    this.ledger.watch(levelWriter);
    this.levels = new LevelService(database, this.ledger, this.memberRows, levelWriter, current, clock);
    this.levelsJob = new BookLevelsJob(database, this.levels, current, clock);
    this.cards = new CardService(database, this.ledger, this.memberRows, current, clock);
    this.stock = new StockService(database, this.ledger, clock);
    this.pools = new CodePoolService(database, this.ledger, this.cipher, clock);
    const { ledger, memberRows, cipher, catalogue } = this;
    const endings = new Endings(ledger, memberRows, current, clock);
    const random = () => 0.5;
    this.saga = new SagaService({ database: ledgerDoor, endings, partners, cipher, clock, log, waitMs, random });
    this.sagaJob = new RunSagaJob(this.saga);
    this.redemptions = new RedemptionService(
      database,
      ledger,
      memberRows,
      current,
      cipher,
      this.saga,
      this.points,
      clock,
    );
    this.rewards = new RewardService(database, ledger, memberRows, this.redemptions, current, clock);
    this.returns = new ReturnService(database, ledger, this.points, current, clock);
    this.storedValue = new StoredValueService(database, ledger, memberRows, current, clock);
    const consumers = [this.storedValue, this.returns, ...(options.consumers ?? [])];
    this.events = new EventService(database, ledger, memberRows, current, clock, log, consumers);
    this.applications = new ApplicationService(database, memberRows, current, clock);
    this.budgets = new GroupBudgetService(database, ledger, clock);
    const partnersOfOffers = async (_sql: unknown, ids: readonly Id[]) =>
      new Map(ids.map((id) => [id, current().offer(id)?.partner.id ?? '']));
    this.exchange = makeAgreementSide({ database, ledger, catalogue, clock, partnersOfOffers });
    this.termGifts = new TermGiftService(database, this.rewards, clock, log);
    this.cards.onSold((termId) => this.termGifts.settle(termId));
    this.levelGifts = new LevelGiftService(database, memberRows, this.rewards, current, clock);
    this.ends = new EndRedemptionService(database, endings, this.saga, clock);
    this.refunds = new RefundService(database, ledger, this.cards, this.ends, current, clock);
    this.catalogue.onChange((next, previous) => this.stock.align(next, previous));
    this.catalogue.onChange((next) => this.budgets.align(next));
  }

  get now(): Instant {
    return this.clock.now();
  }

  async apply(program: string): Promise<void> {
    const { faults } = await this.programs.apply(program, 'test');
    if (faults) throw new Error(`the program of the test is faulty: ${JSON.stringify(faults)}`);
  }

  item(code: string) {
    const catalogue = this.catalogue.current();
    const offer = catalogue.offerByCode(code);
    const item = offer ?? catalogue.benefitByCode(code);
    if (!item) throw new Error(`the program of the test has no ${code}`);
    return { itemKind: offer ? 'OFFER' : 'BENEFIT', itemId: item.id } as const;
  }

  planId(code: string): Id {
    return this.catalogue.current().planByCode(code)!.id;
  }

  async member(profile: Partial<MemberInput> = {}): Promise<Id> {
    const [member] = must(
      await this.members.register([{ externalId: unique('member'), nickname: 'Somebody', ...profile }]),
    );
    return member!.id;
  }

  async open(memberId: Id, plan: string, more: { startsAt?: Instant; parentCardId?: Id } = {}): Promise<Card> {
    const order = { memberId, planId: this.planId(plan), orderId: unique('order'), ...more };
    return must(await this.cards.open(order)).card;
  }

  /** A new member with a card of the plan. */
  async holder(plan = 'plus'): Promise<{ memberId: Id; card: Card }> {
    const memberId = await this.member();
    return { memberId, card: await this.open(memberId, plan) };
  }

  async give(memberId: Id, balance: 'POINTS' | 'GROWTH', amount: number): Promise<void> {
    must(await this.members.adjust({ memberId, balance, amount, key: newId(this.now) }));
  }

  /** Puts so many codes, all different, into the pool of an offer; answers them. */
  async fillPool(offer: string, count: number): Promise<string[]> {
    const codes = Array.from({ length: count }, () => unique('CODE'));
    const source = Readable.from([Buffer.from(codes.map((code) => `${code}\n`).join(''))]);
    await this.pools.load({ offerId: this.item(offer).itemId, name: unique('file'), source });
    return codes;
  }

  redeem(memberId: Id, item: string, options: ClaimOptions = {}): Promise<Redemption | Refusal> {
    const { key = unique('key'), card, maxCoPay, as = SHOP } = options;
    const wanted = { ...this.item(item), memberId, cardId: card, maxCoPay, idempotencyKey: key };
    return this.redemptions.redeem(as, wanted);
  }

  /** A claim that must succeed. */
  async claim(memberId: Id, item: string, options: ClaimOptions = {}): Promise<Redemption> {
    return must(await this.redeem(memberId, item, options));
  }

  quote(memberId: Id, item: string, card?: Id) {
    return this.redemptions.quote({ ...this.item(item), memberId, cardId: card });
  }

  cancel(redemptionId: Id, options: { key?: string; as?: Actor } = {}): Promise<Redemption | Refusal> {
    const { key = unique('key'), as = SHOP } = options;
    return this.ends.cancel(as, { redemptionId, idempotencyKey: key });
  }

  use(redemptionId: Id, options: { key?: string; usedAt?: Instant; as?: Actor } = {}): Promise<Redemption | Refusal> {
    const { key = unique('key'), usedAt, as = SHOP } = options;
    return this.ends.confirmUse(as, { redemptionId, idempotencyKey: key, usedAt });
  }

  /** All steps of sagas that are due, and those that they make due at once. */
  async runSaga(): Promise<void> {
    for (let started = 1; started > 0; ) {
      started = await this.sagaJob.run();
      await this.saga.drain();
      // The job counts its steps a turn after they have ended.
      await new Promise((turn) => setImmediate(turn));
    }
  }

  async rows(memberId: Id): Promise<MemberRows> {
    return (await this.memberRows.load(memberId))!;
  }

  async wallet(memberId: Id): Promise<readonly Redemption[]> {
    return this.redemptions.walletOf({ memberId, limit: 100 });
  }
}

/** Opens the rooms on a database, by default with the program of the tests. */
export async function openHouse(database: Database, options: HouseOptions = {}): Promise<House> {
  const { clock = new ManualClock(NOW), program = HOUSE_PROGRAM } = options;
  const house = new House(database, clock, options);
  await house.catalogue.refresh();
  if (program !== null) await house.apply(program);
  return house;
}

/** What must not be refused, for the part of a test that only sets the scene. */
export function must<Value>(outcome: Value | Refusal): Value {
  if (isRefusal(outcome)) throw new Error(`refused with ${outcome.code}: ${outcome.message}`);
  return outcome;
}

/** The code of a refusal, or the status of a redemption. */
export function outcomeOf(outcome: Redemption | Refusal): string {
  return isRefusal(outcome) ? outcome.code : outcome.status;
}

/** How often each outcome came. */
export function tally(outcomes: readonly (Redemption | Refusal)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes.map(outcomeOf)) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** The ledger's own proof, and that of holds and pools. */
export function expectBooks(database: Database): Promise<void> {
  return expectClean(database, [holdCheck, poolCheck, lotCheck]);
}
