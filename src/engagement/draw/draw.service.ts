// The door to draws: a chance is taken, the day's seed tells where the ticket falls, the ledger hands out the prize.
import { createHash } from 'node:crypto';
import type { Database } from '../../database/database';
import type { Actor } from '../../kernel/actor';
import type { Clock } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';
import { takeRandom } from '../../kernel/random';
import { type Refusal, refuse } from '../../kernel/refusal';
import { companion } from '../../ledger/batch';
import type { LedgerService } from '../../ledger/ledger.service';
import { isMismatch } from '../../ledger/transfer';
import type { StockService } from '../../marketplace/stock.service';
import { checkText } from '../../members/input-checks';
import type { MemberRowsStore } from '../../members/member-rows.store';
import type { PointsService } from '../../members/points.service';
import type { Catalogue } from '../../program/catalogue';
import { type CatalogueDraw, isWithin } from '../../program/catalogue-engagement';
import type { Prize } from '../../program/engagement';
import type { Given } from '../reward/reward';
import type { RewardService } from '../reward/reward.service';
import { dueWriter } from '../reward/reward.store';
import { drawingWriter, keepSeed, listDrawings, readByTicket, readDrawing, readOdds, readSeed } from './draw.store';
import { prizeStockAccount, prizesGrantedAccount } from './draw-accounts';
import { drawChain, GONE, type Payment, paymentsOf } from './draw-chain';
import { type Drawing, landingOf, rollOf, totalWeight } from './drawing';

export interface DrawInput {
  readonly memberId: Id;
  /** The code of the draw. */
  readonly draw: string;
  /** 1 to 128 characters; scoped to the actor and the member. */
  readonly idempotencyKey: string;
}

/** What a drawing should have been by its seed and odds, beside what it was. */
export interface DrawAudit {
  readonly drawing: Drawing;
  /** SHA-256 of the seed, in hexadecimal digits; the same that was shown on the day. */
  readonly seedHash: string;
  /** Hexadecimal digits; absent until the day is over, since it tells how further tickets would fall. */
  readonly seed?: string;
  readonly roll: number;
  readonly landed?: string;
  /** Whether roll and landing are the ones that were stored. */
  readonly agrees: boolean;
}

export interface DrawParts {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly memberRows: MemberRowsStore;
  readonly catalogue: () => Catalogue;
  readonly rewards: RewardService;
  readonly stock: StockService;
  readonly points: PointsService;
  readonly clock: Clock;
  /** 32 bytes; of the system's generator unless told. */
  readonly newSeed?: () => Buffer;
}

interface Ticket {
  readonly ticket: Id;
  readonly draw: CatalogueDraw;
  readonly memberId: Id;
  readonly day: PeriodNumber;
  readonly roll: number;
}

const NO_DRAW = refuse('NOT_FOUND', 'There is no such draw.', 'draw');
const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
const OTHER_DRAW = refuse('IDEMPOTENCY_MISMATCH', 'The idempotency key was used for another draw.');
const NOT_OPEN = refuse('OFFER_NOT_LIVE', 'This draw is not open now.');

export class DrawService {
  constructor(private readonly parts: DrawParts) {}

  /** Grants each prize the stock that its draw says, once for each version; less takes back at most what is left. */
  async align(next: Catalogue, previous: Catalogue): Promise<void> {
    const changed = next.draws.filter(({ id, version }) => previous.draw(id)?.version !== version);
    const supplies = changed.flatMap(({ id, version, prizes }) =>
      prizes.flatMap(({ code, stock: amount }) => {
        if (amount === undefined) return [];
        const [account, source] = [prizeStockAccount(id, code), prizesGrantedAccount(id, code)];
        return [{ name: `prize:${id}:${code}`, version, account, source, amount }];
      }),
    );
    await this.parts.stock.grant(supplies);
  }

  /** Draws once a key. The prize is given at once, as far as it can be. */
  async draw(actor: Actor, input: DrawInput): Promise<Drawing | Refusal> {
    const { database, catalogue, clock } = this.parts;
    const { memberId, idempotencyKey } = input;
    const fault = checkText('idempotencyKey', idempotencyKey);
    if (fault) return fault;
    const draw = catalogue().drawByCode(input.draw);
    if (!draw) return NO_DRAW;
    const ticket = namedId('draw', actor.role, actor.subject, memberId, idempotencyKey);
    const known = await readByTicket(database.read, ticket);
    if (known) return this.answer(known, draw);
    if (!(await this.parts.memberRows.load(memberId))) return NO_MEMBER;
    if (!isWithin(draw, clock.now())) return NOT_OPEN;
    const day = catalogue().time.periodAt('DAY', clock.now());
    const roll = rollOf(await this.seedOf(draw.id, day), ticket, totalWeight(draw));
    const refusal = await this.take({ ticket, draw, memberId, day, roll });
    const drawn = await readByTicket(database.read, ticket);
    return drawn ? this.answer(drawn, draw) : (refusal ?? NO_DRAW);
  }

  /** Of one member, newest first. Authorise before asking. */
  drawingsOf(memberId: Id, page: { readonly before: Id; readonly limit: number }): Promise<Drawing[]> {
    return listDrawings(this.parts.database.read, memberId, page.before, page.limit);
  }

  /** What was given for drawings, by their ids. */
  async givenFor(drawings: readonly Drawing[]): Promise<ReadonlyMap<Id, Given>> {
    const won = drawings.filter(({ prize }) => prize !== undefined);
    const given = await this.parts.rewards.given(won.map(({ ticket }) => occasionOf(ticket)));
    return new Map(
      won.flatMap(({ id, ticket }) => {
        const found = given.get(occasionOf(ticket));
        return found ? [[id, found] as const] : [];
      }),
    );
  }

  /** The hash of today's seed of a draw, published before anybody can know how a ticket falls. */
  async seedHashOf(drawId: Id): Promise<string> {
    const day = this.parts.catalogue().time.periodAt('DAY', this.parts.clock.now());
    return hashOf(await this.seedOf(drawId, day));
  }

  /** Computes a drawing again from its seed, its ticket and the odds of its version; `undefined` if there is none. */
  async audit(id: Id): Promise<DrawAudit | undefined> {
    const { database, catalogue, clock } = this.parts;
    const drawing = await readDrawing(database.read, id);
    if (!drawing) return undefined;
    const seed = await readSeed(database.read, drawing.drawId, drawing.day);
    const odds = await readOdds(database.read, drawing.drawId, drawing.version);
    if (!seed || !odds) return { drawing, seedHash: '', roll: -1, agrees: false };
    const roll = rollOf(seed, drawing.ticket, totalWeight(odds));
    const landed = landingOf(odds, roll);
    const isOver = catalogue().time.periodAt('DAY', clock.now()) > drawing.day;
    return {
      drawing,
      seedHash: hashOf(seed),
      seed: isOver ? seed.toString('hex') : undefined,
      roll,
      landed,
      agrees: roll === drawing.roll && landed === drawing.landed,
    };
  }

  /** Tries each way to pay, and for each the prize and what stands in for it; answers why none of them went. */
  private async take(asked: Ticket): Promise<Refusal | undefined> {
    let refusal: Refusal | undefined;
    for (const payment of paymentsOf(asked.draw)) {
      // No point is spent that has expired.
      if (payment.kind === 'POINTS') await this.parts.points.tidy(asked.memberId);
      for (const prize of candidatesOf(asked.draw, asked.roll)) {
        const outcome = await this.attempt(asked, payment, prize);
        if (!outcome) return undefined;
        if (outcome.code === GONE.code) continue;
        refusal = outcome;
        break;
      }
      // Who has no chance may pay; anything else that is refused is refused however it is paid.
      if (refusal?.code !== 'NO_CHANCE') break;
    }
    return refusal;
  }

  private async attempt(asked: Ticket, payment: Payment, prize: Prize | undefined): Promise<Refusal | undefined> {
    const { database, ledger, catalogue, clock } = this.parts;
    const { ticket, draw, memberId, day, roll } = asked;
    const now = clock.now();
    const id = newId(now);
    const points = payment.kind === 'POINTS' ? payment.price : 0;
    const won = { landed: landingOf(draw, roll), prize: prize?.code };
    const own = { id, ticket, memberId, drawId: draw.id, version: draw.version, day, roll, points, drawnAt: now };
    const odds = { prizes: draw.prizes.map(({ code, weight }) => ({ code, weight })), nothing: draw.nothing };
    const companions = [companion(drawingWriter, { drawing: { ...own, ...won }, odds })];
    if (prize) {
      const occasion = occasionOf(ticket);
      const reason = `draw ${draw.code}: ${prize.code}`;
      const giving = { memberId, reward: prize.reward, occasion, reason, programVersion: draw.version };
      companions.push(companion(dueWriter, giving));
    }
    const chain = {
      id,
      key: namedId('drawing', ticket, payment.kind, prize?.code ?? ''),
      fingerprint: namedId('drawing', draw.id),
      ...drawChain({ draw, memberId, payment, prize, time: catalogue().time, now }),
    };
    try {
      const result = await ledger.submit(chain, companions);
      if (result.applied) return undefined;
      if (isMismatch(result)) return OTHER_DRAW;
      return result.refusal === undefined ? NOT_OPEN : (JSON.parse(result.refusal) as Refusal);
    } catch (error) {
      // Another process drew the same ticket by another version of the odds; its drawing is there to be read.
      if (database.dialect.failureKind(error) === 'DUPLICATE') return undefined;
      throw error;
    }
  }

  private async answer(drawing: Drawing, draw: CatalogueDraw): Promise<Drawing | Refusal> {
    if (drawing.drawId !== draw.id) return OTHER_DRAW;
    if (drawing.prize !== undefined) await this.parts.rewards.settle([drawing.memberId]);
    return drawing;
  }

  private async seedOf(drawId: Id, day: PeriodNumber): Promise<Buffer> {
    const { database, newSeed = () => Buffer.from(takeRandom(32)) } = this.parts;
    const known = await readSeed(database.read, drawId, day);
    if (known) return known;
    await database.transaction((tx) => keepSeed(tx, drawId, day, newSeed()));
    return (await readSeed(database.read, drawId, day))!;
  }
}

function occasionOf(ticket: Id): Id {
  return namedId('drawing', ticket);
}

function hashOf(seed: Buffer): string {
  return createHash('sha256').update(seed).digest('hex');
}

/** The prize that the roll falls on and what may stand in for it; nothing comes last, and can always be had. */
function candidatesOf(draw: CatalogueDraw, roll: number): readonly (Prize | undefined)[] {
  const landed = landingOf(draw, roll);
  const at = draw.prizes.findIndex(({ code }) => code === landed);
  const prize = draw.prizes[at];
  if (!prize) return [undefined];
  return [prize, ...(prize.whenGone === 'NEXT' ? draw.prizes.slice(at + 1) : []), undefined];
}
