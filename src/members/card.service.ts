// The door to cards: opened, renewed and closed by the operator's server after payment, with their caps in the ledger.
import type { Database } from '../database/database';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { type Refusal, refuse } from '../kernel/refusal';
import { accountKey } from '../ledger/account';
import { companion } from '../ledger/batch';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import { type ChainResult, isMismatch } from '../ledger/transfer';
import type { Catalogue } from '../program/catalogue';
import type { CataloguePlan } from '../program/catalogue-item';
import { checkInstant, checkText, shown } from './input-checks';
import type { Judging } from './level';
import { activationOf } from './level/activation';
import { type Card, cardStatusAt, type Term } from './member';
import {
  closedCardWriter,
  findCardOfOrder,
  findOwnerOfCard,
  StaleCardError,
  type TermRow,
  termWriter,
} from './member.store';
import { cardCapAccount, termOpenings } from './member-accounts';
import type { MemberRows } from './member-rows';
import type { MemberRowsStore } from './member-rows.store';
import { latestApplication } from './sale/application.store';
import { giftsOf, newTerm, soldAt } from './sale/new-term';
import { type TermGift, termGiftWriter } from './sale/term-gift.store';

export interface OpenCardInput {
  readonly memberId: Id;
  readonly planId: Id;
  /** The operator's payment order; one order opens one term, however often it is sent. */
  readonly orderId: string;
  /** Now, unless told. */
  readonly startsAt?: Instant;
  readonly parentCardId?: Id;
  /** The price that was paid; the one of the member's quote unless told. */
  readonly priceCode?: string;
}

export interface RenewCardInput {
  readonly cardId: Id;
  readonly orderId: string;
  readonly priceCode?: string;
}

/** Told of each term that was sold with a gift; what it does must be due in the database as well. */
export type SoldListener = (termId: Id) => Promise<void>;

const NO_CARD = refuse('NOT_FOUND', 'There is no such card.', 'card');
const NO_PLAN = refuse('NOT_FOUND', 'There is no such plan in the program.', 'plan');

export interface CardAndMember {
  readonly card: Card;
  readonly rows: MemberRows;
}

const STARTS_FROM: Instant = Date.UTC(2000, 0, 1);
/** Sales to one member at once queue up behind each other this often before the last are told to come again. */
const ATTEMPTS = 10;

export class CardService {
  private sold: SoldListener = async () => undefined;

  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  onSold(listener: SoldListener): void {
    this.sold = listener;
  }

  /** Opens a card with its first term and grants its caps. The same order again answers the same card. */
  async open(input: OpenCardInput): Promise<CardAndMember | Refusal> {
    const range = { from: STARTS_FROM, now: this.clock.now() };
    const fault = checkText('orderId', input.orderId) ?? checkInstant('startsAt', input.startsAt, range);
    if (fault) return fault;
    return this.unlessStale('member', () => this.openCard(input));
  }

  private async openCard(input: OpenCardInput): Promise<CardAndMember | Refusal> {
    const plan = this.catalogue().plan(input.planId);
    const rows = await this.memberRows.load(input.memberId);
    if (!rows) return refuse('NOT_FOUND', 'There is no such member.', 'member');
    if (!plan) return NO_PLAN;
    const { memberId, planId, orderId, parentCardId, priceCode } = input;
    const standing = plan.retired ? NO_PLAN : this.checkParent(plan, rows, parentCardId);
    const parent = rows.cards.find(({ id }) => id === parentCardId);
    const judging = this.judging(rows);
    const application = plan.application && (await latestApplication(this.database.read, memberId, planId));
    const sold = soldAt({ judging, plan, parent, application }, priceCode);
    const startsAt = input.startsAt ?? judging.now;
    const card = { cardId: newId(judging.now), memberId, parentCardId, isNew: true };
    const row = newTerm(judging, plan, sold.price, { ...card, orderId, startsAt });
    const content = namedId('open', memberId, planId, parentCardId ?? '', ...named(priceCode));
    return this.commit(row, plan, content, standing ?? sold.fault, giftsOf(row, plan, sold.price));
  }

  /** Adds a term that begins when the last one ends, or now if that is past. */
  async renew(input: RenewCardInput): Promise<CardAndMember | Refusal> {
    const fault = checkText('orderId', input.orderId);
    if (fault) return fault;
    return this.unlessStale('card', () => this.renewCard(input));
  }

  private async renewCard({ cardId, orderId, priceCode }: RenewCardInput): Promise<CardAndMember | Refusal> {
    const found = await this.find(cardId);
    if (!found) return NO_CARD;
    const { card, rows } = found;
    const { memberId } = card;
    const plan = this.catalogue().plan(card.planId);
    if (!plan) return NO_PLAN;
    const judging = this.judging(rows);
    const sold = soldAt({ judging, plan, renewed: card }, priceCode);
    const follows = card.terms.at(-1)!.endsAt;
    const startsAt = Math.max(judging.now, follows);
    const term = newTerm(judging, plan, sold.price, { cardId, memberId, orderId, startsAt, isNew: false });
    const row = { ...term, follows };
    const content = namedId('renew', cardId, ...named(priceCode));
    return this.commit(row, plan, content, renewalFault(card, plan) ?? sold.fault, giftsOf(row, plan, sold.price));
  }

  /** When somebody changed the member's cards in between, the term is built anew on what they are now. */
  private async unlessStale(
    field: string,
    sell: () => Promise<CardAndMember | Refusal>,
  ): Promise<CardAndMember | Refusal> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        return await sell();
      } catch (error) {
        if (!(error instanceof StaleCardError)) throw error;
      }
    }
    return refuse('CONFLICT', 'The card is being renewed by others. Send the same order again.', field);
  }

  private judging(rows: MemberRows): Judging {
    return { rows, catalogue: this.catalogue(), now: this.clock.now() };
  }

  /** Closes a card for good and takes back what is left of its caps, so that nothing can be drawn on them any more. */
  async close(cardId: Id): Promise<CardAndMember | Refusal> {
    const withdrawn = new Set<Id>();
    for (;;) {
      const found = await this.find(cardId);
      if (!found) return NO_CARD;
      const { terms } = found.card;
      const open = terms.filter((term) => term.endsAt > this.clock.now());
      const left = (open.length > 0 ? open : terms.slice(-1)).filter(({ id }) => !withdrawn.has(id));
      // Looked at once more after the card is closed: a renewal that was under way may have added a term until then.
      if (left.length === 0) return found;
      for (const term of left) {
        await this.withdraw(found.card, term);
        withdrawn.add(term.id);
      }
    }
  }

  /** The card with the rows of its member; `undefined` when there is none of this id. */
  async find(cardId: Id): Promise<CardAndMember | undefined> {
    const owner = await findOwnerOfCard(this.database.read, cardId);
    const rows = owner === undefined ? undefined : await this.memberRows.load(owner);
    const card = rows?.cards.find(({ id }) => id === cardId);
    return rows && card ? { card, rows } : undefined;
  }

  private checkParent(plan: CataloguePlan, rows: MemberRows, parentCardId: Id | undefined): Refusal | undefined {
    const needed = plan.parentPlans.size > 0 || plan.drawsOnParentCap;
    if (!parentCardId) {
      return needed ? refuse('INVALID_INPUT', `A card of ${plan.code} needs a parent card.`, 'parentCard') : undefined;
    }
    const parent = rows.cards.find(({ id }) => id === parentCardId);
    if (!parent) return refuse('NOT_FOUND', 'The member has no such card.', 'parentCard');
    if (plan.parentPlans.size > 0 && !plan.parentPlans.has(parent.planId)) {
      return refuse('INVALID_INPUT', `A card of ${plan.code} cannot hang on a card of that plan.`, 'parentCard');
    }
    if (cardStatusAt(parent, this.clock.now()) === 'ACTIVE') return undefined;
    return refuse('CARD_NOT_ACTIVE', 'The parent card is not active.', 'parentCard');
  }

  private async commit(
    row: TermRow,
    plan: CataloguePlan,
    content: string,
    fault: Refusal | undefined,
    gifts: readonly TermGift[],
  ): Promise<CardAndMember | Refusal> {
    const { memberId, termId, currency, orderId } = row;
    // A refusal is not kept under the order: it was paid, and may be sent again once what stands in its way is mended.
    if (fault && !(await findCardOfOrder(this.database.read, orderId))) return fault;
    const partnerNumber = (id: Id): number => this.catalogue().partner(id)?.number ?? 0;
    const activation = activationOf(this.catalogue().levelPolicy, plan.id, memberId);
    const result = await this.ledger.submit(
      {
        key: namedId('card-order', orderId),
        fingerprint: content,
        id: newId(this.clock.now()),
        transfers: activation.transfers,
        openings: [
          ...termOpenings({ memberId, termId, currency }, plan, row.costCap, partnerNumber),
          ...activation.openings,
        ],
      },
      [companion(termWriter, row), ...gifts.map((gift) => companion(termGiftWriter, gift))],
    );
    const refusal = refusalOf(result, orderId);
    if (refusal) return refusal;
    // What this call has written it knows; only an order that was sent before has to be looked up.
    const replayed = result.applied && result.replayed;
    if (!replayed && gifts.length > 0) await this.sold(termId);
    const sold = replayed ? await findCardOfOrder(this.database.read, orderId) : row;
    const rows = sold && (await this.memberRows.load(sold.memberId));
    const card = rows?.cards.find(({ id }) => id === sold?.cardId);
    return rows && card ? { card, rows } : NO_CARD;
  }

  private async withdraw(card: Card, term: Term): Promise<void> {
    const { currency } = term;
    const debit = cardCapAccount({ memberId: card.memberId, termId: term.id, currency });
    const credit = accountKey({ holder: card.planId, kind: ACCOUNT_KINDS.CAP_GRANTED, unit: currency });
    const all = Number.MAX_SAFE_INTEGER;
    const transfer = {
      kind: 'TRANSFER',
      debit,
      credit,
      amount: all,
      code: TRANSFER_CODES.WITHDRAW,
      flexible: true,
    } as const;
    await this.ledger.submit(
      {
        key: namedId('close-card', card.id, term.id),
        fingerprint: namedId('close-card'),
        id: newId(this.clock.now()),
        transfers: [transfer],
        flexibleFloor: 0,
      },
      [companion(closedCardWriter, { memberId: card.memberId, cardId: card.id, termId: term.id })],
    );
  }
}

/** The same order at another price is another order; one that names none is what it always was. */
function named(priceCode: string | undefined): string[] {
  return priceCode === undefined ? [] : [priceCode];
}

function renewalFault(card: Card, plan: CataloguePlan): Refusal | undefined {
  if (card.status === 'CLOSED') return refuse('CARD_NOT_ACTIVE', 'The card is closed; open a new one instead.', 'card');
  if (!plan.retired) return undefined;
  return refuse('CONFLICT', `The plan ${plan.code} is no longer in the program; open a card of another plan.`, 'card');
}

function refusalOf(result: ChainResult, orderId: string): Refusal | undefined {
  if (result.applied) return undefined;
  if (isMismatch(result)) {
    return refuse('IDEMPOTENCY_MISMATCH', `Order ${shown(orderId)} was used before for another card.`, 'orderId');
  }
  return refuse('CONFLICT', `The card could not be opened: ${result.status}.`);
}
