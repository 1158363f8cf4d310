// The world that is measured: a database with the demo program, offers to redeem, and members made by the services.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { compose, type Gateway } from '../../src/compose/gateway';
import { demoKeyOf } from '../../src/compose/serve';
import { readConfig } from '../../src/config';
import { saveProgress } from '../../src/database/progress.store';
import { issueDemoToken } from '../../src/identity/demo-key';
import type { Actor } from '../../src/kernel/actor';
import { type Clock, DAY, HOUR, ManualClock, systemClock } from '../../src/kernel/clock';
import { type Id, namedId } from '../../src/kernel/id';
import { isRefusal, type Refusal } from '../../src/kernel/refusal';
import { newCode } from '../../src/marketplace/code-cipher';
import { presetPath } from '../../src/program/presets';

export interface WorldPlace {
  /** `mysql://…/name`, of a database that exists. */
  readonly url: string;
  /** Where the keys of its gateways are kept. */
  readonly directory: string;
  /** `host:port` of partners on this machine that its gateways may call, with commas. */
  readonly partnerHosts?: string;
}

/** What a gateway of this world is started with. */
export function environmentOf({ url, directory, partnerHosts }: WorldPlace): Record<string, string> {
  return {
    DATABASE_URL: url,
    DEMO_KEY_FILE: join(directory, 'demo-key.json'),
    CODE_KEY_FILE: join(directory, 'code-key.txt'),
    PERKGATE_MODE: 'demo',
    LOG_LEVEL: 'warn',
    PORT: '0',
    ...(partnerHosts !== undefined && { PARTNER_HOSTS: partnerHosts }),
  };
}

export function openWorld(place: WorldPlace, clock: Clock = systemClock): Promise<Gateway> {
  return compose(readConfig(environmentOf(place)), pino({ level: 'silent' }), clock);
}

/** Of a thousand members; the rest has no card. `HOME` members are as the demo's, with three cards and coupons. */
const PER_THOUSAND = { HOME: 50, REDEEM: 200, CARD: 250, FREE: 500 } as const;
type Sort = keyof typeof PER_THOUSAND;

export const HOT_OFFERS = 5;
export const SPREAD_OFFERS = 200;

/** Who issues what the preset leaves to the APIs of its partners: the gateway, or they and a third one. */
export type Issuer = 'GATEWAY' | 'PARTNERS';
/** Those whose APIs are asked when it is they. */
export const API_PARTNERS = ['brewmaro-coffee', 'pawmelia-pets', 'medivanta-clinics'] as const;
const BY_THIRD = 'code: medivanta-checkup\n';

/** A plan and offers with room enough to be redeemed all day, after the offers of the demo. */
function benchProgram(preset: string, issuer: Issuer): string {
  const plan = `
  - { code: bench-card, name: Bench card, kind: PRIVILEGE, price: 100000000, term: { months: 12 }, costCap: 100000000 }
`;
  const offers = Array.from(
    { length: SPREAD_OFFERS },
    (_, at) => `
  - code: bench-${at}
    title: Bench offer ${at}
    kind: COUPON
    partner: brewmaro-coffee
    audience: { plans: [bench-card] }
    stock: 1000000000
    memberLimit: { limit: 1000000, period: EVER }
    unitCost: 1
    faceValue: 100
    couponValidDays: 30
`,
  );
  // What a partner's API does to an answer is measured on its own (`faults.ts`).
  const issued =
    issuer === 'GATEWAY'
      ? preset.replaceAll('fulfilment: PARTNER_API', 'fulfilment: INTERNAL')
      : preset.replace(BY_THIRD, `${BY_THIRD}    fulfilment: PARTNER_API\n`);
  return `${issued.replace(/^benefits:/m, `${plan}\nbenefits:`)}\n${offers.join('')}`;
}

function must<Value>(outcome: Value | Refusal): Value {
  if (isRefusal(outcome)) throw new Error(`the world could not be made: ${outcome.code} ${outcome.message}`);
  return outcome;
}

const OPERATOR: Actor = { role: 'SERVER', subject: 'bench-shop' };
const CODES_A_POOL = 200;
/** How long ago, in days; after the cards, in the order of time. Without stock or codes, so that they can be copied. */
const STORY = [
  { item: 'freight-coupon', daysAgo: 25, used: true },
  { item: 'brewmaro-second-cup', daysAgo: 24, used: true },
  { item: 'doctor-call', daysAgo: 20, used: true },
  { item: 'freight-coupon', daysAgo: 12, used: true },
  { item: 'streamora-film', daysAgo: 11, used: false },
  { item: 'pet-wash', daysAgo: 9, used: true },
  { item: 'freight-coupon', daysAgo: 5, used: false },
  { item: 'crumbelle-evening', daysAgo: 3, used: false },
  { item: 'stayvelle-upgrade', daysAgo: 2, used: false },
  { item: 'freight-coupon', daysAgo: 1, used: false },
] as const;

class WorldMaker {
  private readonly now = systemClock.now();

  constructor(
    private readonly gateway: Gateway,
    private readonly clock: ManualClock,
  ) {}

  private daysAgo(days: number): void {
    this.clock.set(this.now - days * DAY);
  }

  async program(issuer: Issuer): Promise<void> {
    const { database, catalogue, programs, pools } = this.gateway;
    this.daysAgo(60);
    await database.migrate();
    await catalogue.refresh();
    const preset = presetPath('jd-plus');
    const text = benchProgram(await readFile(preset, 'utf8'), issuer);
    const applied = await programs.apply(Buffer.from(text), 'bench', preset);
    if (applied.faults) throw new Error(`the bench's program is faulty: ${JSON.stringify(applied.faults)}`);
    for (const offer of catalogue.current().offers.filter(({ fulfilment }) => fulfilment === 'CODE_POOL')) {
      const lines = Array.from({ length: CODES_A_POOL }, () => `${newCode()}\n`).join('');
      await pools.load({ offerId: offer.id, name: 'bench', source: Readable.from([Buffer.from(lines)]) });
    }
    // So that `serve` takes the database for one that has its demo.
    await database.transaction((tx) => saveProgress(tx, { name: 'demo', position: 1, detail: '{}' }, this.now));
  }

  async members(count: number): Promise<void> {
    this.daysAgo(40);
    const inputs = Array.from({ length: count }, (_, at) => ({
      externalId: `${sortOf(at).toLowerCase()}-${at}`,
      nickname: `会员 ${at}`,
      tags: ['pets', 'films'],
      birthday: '1992-04-18',
    }));
    const ids: Id[] = [];
    for (let from = 0; from < count; from += 500) {
      ids.push(...must(await this.gateway.members.register(inputs.slice(from, from + 500))).map(({ id }) => id));
    }
    await this.all(ids, (id) => this.adjust(id, 'GROWTH', 12_600));
    await this.all(ids, (id) => this.adjust(id, 'POINTS', 5_200));
    const of = (...sorts: Sort[]) => ids.filter((_, at) => sorts.includes(sortOf(at)));
    await this.all(of('REDEEM'), (id) => this.open(id, 'bench-card'));
    const plus = await this.all(of('HOME', 'CARD'), (id) => this.open(id, 'plus-year'));
    this.daysAgo(30);
    const home = of('HOME');
    await this.all(home, (id) => this.open(id, 'medical-card', plus.get(id)));
    this.daysAgo(29);
    await this.all(home, (id) => this.open(id, 'pet-card', plus.get(id)));
    for (const [at, { item, daysAgo, used }] of STORY.entries()) {
      this.daysAgo(daysAgo);
      const claims = await this.all(home, (id) => this.claim(id, item, at));
      this.clock.advance(2 * HOUR);
      if (used) await this.all(home, (id) => this.use(claims.get(id)!));
    }
    this.daysAgo(0);
    while ((await this.gateway.ledger.foldContra()) > 0);
  }

  /** All at once: the ledger makes few transactions of them. */
  private async all<Value>(ids: readonly Id[], work: (id: Id) => Promise<Value>): Promise<Map<Id, Value>> {
    return new Map(await Promise.all(ids.map(async (id) => [id, await work(id)] as const)));
  }

  private async adjust(memberId: Id, balance: 'GROWTH' | 'POINTS', amount: number): Promise<void> {
    must(await this.gateway.members.adjust({ memberId, balance, amount, key: namedId('bench', balance, memberId) }));
  }

  private async open(memberId: Id, code: string, parentCardId?: Id): Promise<Id> {
    const planId = this.gateway.catalogue.current().planByCode(code)!.id;
    const orderId = `${code} ${memberId}`;
    return must(await this.gateway.cards.open({ memberId, planId, orderId, parentCardId })).card.id;
  }

  private async claim(memberId: Id, code: string, at: number): Promise<Id> {
    const catalogue = this.gateway.catalogue.current();
    const offer = catalogue.offerByCode(code);
    const itemId = (offer ?? catalogue.benefitByCode(code))!.id;
    const wanted = { itemKind: offer ? 'OFFER' : 'BENEFIT', itemId, memberId } as const;
    return must(await this.gateway.redemptions.redeem(OPERATOR, { ...wanted, idempotencyKey: `${at}` })).id;
  }

  private async use(redemptionId: Id): Promise<void> {
    must(await this.gateway.ends.confirmUse(OPERATOR, { redemptionId, idempotencyKey: `use ${redemptionId}` }));
  }
}

function sortOf(at: number): Sort {
  let from = at % 1_000;
  for (const sort of Object.keys(PER_THOUSAND) as Sort[]) {
    if (from < PER_THOUSAND[sort]) return sort;
    from -= PER_THOUSAND[sort];
  }
  return 'FREE';
}

/** Fills an empty database: the program, and so many members through the services. */
export async function makeWorld(place: WorldPlace, members: number, issuer: Issuer = 'GATEWAY'): Promise<void> {
  const clock = new ManualClock(systemClock.now());
  const gateway = await openWorld(place, clock);
  try {
    const maker = new WorldMaker(gateway, clock);
    await maker.program(issuer);
    await maker.members(members);
  } finally {
    await gateway.close();
  }
}

/**
 * Does what is due by now, coupons past their time for instance, until nothing is. Else the gateways that are measured
 * would do it meanwhile, the longer the more members there are.
 */
export async function settleWorld(place: WorldPlace): Promise<void> {
  const gateway = await openWorld(place);
  try {
    await gateway.catalogue.refresh();
    while ((await gateway.worker.turn()) > 0);
    await gateway.rollUp.drain();
    await gateway.worker.stop();
  } finally {
    await gateway.close();
  }
}

export interface Person {
  readonly externalId: string;
  readonly memberId: Id;
  readonly token: string;
}

/** At most `most` members of a sort, spread evenly over all there are, with their tokens. */
export async function peopleOf(gateway: Gateway, sort: 'HOME' | 'REDEEM', most: number): Promise<Person[]> {
  const key = await demoKeyOf(gateway);
  const rows = await gateway.database.read.arrays(
    'SELECT external_id, id FROM member WHERE external_id BETWEEN ? AND ? ORDER BY external_id',
    [`${sort.toLowerCase()}-`, `${sort.toLowerCase()}.`],
  );
  const step = Math.max(1, rows.length / most);
  const chosen = Array.from({ length: Math.min(most, rows.length) }, (_, at) => rows[Math.floor(at * step)]!);
  return Promise.all(
    chosen.map(async ([name, id]) => {
      const subject = String(name);
      const token = await issueDemoToken(key, { role: 'MEMBER', subject, lifetimeMs: DAY }, systemClock);
      return { externalId: subject, memberId: (id as Buffer).toString('hex'), token };
    }),
  );
}
