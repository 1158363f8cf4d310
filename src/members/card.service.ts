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
import { checkText, shown } from './input-checks';
import { type Card, cardStatusAt, type Term } from './member';
import { closedCardWriter, findCardOfOrder, findOwnerOfCard, type TermRow, termWriter } from './member.store';
import { cardCapAccount, termOpenings } from './member-accounts';
import type { MemberRows, MemberRowsStore } from './member-rows.store';

export interface OpenCardInput {
  readonly memberId: Id;
  readonly planId: Id;
  /** The operator's payment order; one order opens one term, however often it is sent. */
  readonly orderId: string;
  /** Now, unless told. */
  readonly startsAt?: Instant;
  readonly parentCardId?: Id;
}

export interface RenewCardInput {
  readonly cardId: Id;
  readonly orderId: string;
}

export interface CardAndMember {
  readonly card: Card;
  readonly rows: MemberRows;
}

export class CardService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** Opens a card with its first term and grants its caps. The same order again answers the same card. */
  async open(input: OpenCardInput): Promise<CardAndMember | Refusal> {
    const fault = checkText('orderId', input.orderId);
    if (fault) return fault;
    const plan = this.catalogue().plan(input.planId);
    const rows = await this.memberRows.load(input.memberId);
    if (!rows) return refuse('NOT_FOUND', 'There is no such member.', 'member');
    if (!plan || plan.retired) return refuse('NOT_FOUND', 'There is no such plan in the program.', 'plan');
    const parentFault = this.checkParent(plan, rows, input.parentCardId);
    const startsAt = input.startsAt ?? this.clock.now();
    const row = this.termRow(plan, { ...input, startsAt, cardId: newId(this.clock.now()), isNew: true });
    const content = namedId('open', input.memberId, input.planId, input.parentCardId ?? '');
    return this.commit(row, plan, content, parentFault);
  }

  /** Adds a term that begins when the last one ends, or now if that is past. */
  async renew(input: RenewCardInput): Promise<CardAndMember | Refusal> {
    const fault = checkText('orderId', input.orderId);
    if (fault) return fault;
    const found = await this.find(input.cardId);
    if (!found) return refuse('NOT_FOUND', 'There is no such card.', 'card');
    const { card } = found;
    const plan = this.catalogue().plan(card.planId);
    if (!plan) return refuse('NOT_FOUND', 'There is no such plan in the program.', 'plan');
    const state = renewalFault(card, plan);
    const { memberId, planId } = card;
    const startsAt = Math.max(this.clock.now(), card.terms.at(-1)!.endsAt);
    const row = this.termRow(plan, {
      memberId,
      planId,
      cardId: card.id,
      orderId: input.orderId,
      startsAt,
      isNew: false,
    });
    return this.commit(row, plan, namedId('renew', card.id), state);
  }

  /** Closes a card for good and takes back what is left of its caps, so that nothing can be drawn on them any more. */
  async close(cardId: Id): Promise<CardAndMember | Refusal> {
    const found = await this.find(cardId);
    if (!found) return refuse('NOT_FOUND', 'There is no such card.', 'card');
    const open = found.card.terms.filter((term) => term.endsAt > this.clock.now());
    const terms = open.length > 0 ? open : found.card.terms.slice(-1);
    for (const term of terms) await this.withdraw(found.card, term);
    return (await this.find(cardId))!;
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

  private termRow(
    plan: CataloguePlan,
    input: OpenCardInput & { startsAt: Instant; cardId: Id; isNew: boolean },
  ): TermRow {
    const { time, settings } = this.catalogue();
    const { months, days = 0 } = plan.term;
    const { startsAt } = input;
    // Days are counted on the calendar, so that a term does not shift by an hour when the clocks change.
    const { year, month, day } = time.localDate(startsAt);
    const sinceMidnight = startsAt - time.startOfDate(year, month, day);
    const endsAt = months
      ? time.addMonths(startsAt, months)
      : time.startOfDate(year, month, day + days) + sinceMidnight;
    return {
      isNew: input.isNew,
      cardId: input.cardId,
      termId: newId(this.clock.now()),
      memberId: input.memberId,
      planId: plan.id,
      parentCardId: input.parentCardId,
      orderId: input.orderId,
      programVersion: plan.version,
      startsAt,
      endsAt,
      price: plan.price.amount,
      costCap: plan.costCap,
      currency: settings.currency,
    };
  }

  private async commit(
    row: TermRow,
    plan: CataloguePlan,
    content: string,
    fault: Refusal | undefined,
  ): Promise<CardAndMember | Refusal> {
    const { memberId, termId, currency, orderId } = row;
    // A refusal is not kept under the order: it was paid, and may be sent again once what stands in its way is mended.
    if (fault && !(await findCardOfOrder(this.database.read, orderId))) return fault;
    const partnerNumber = (id: Id): number => this.catalogue().partner(id)?.number ?? 0;
    const result = await this.ledger.submit(
      {
        key: namedId('card-order', orderId),
        fingerprint: content,
        id: newId(this.clock.now()),
        transfers: [],
        openings: termOpenings({ memberId, termId, currency }, plan, partnerNumber),
      },
      [companion(termWriter, row)],
    );
    const refusal = refusalOf(result, orderId);
    if (refusal) return refusal;
    const sold = await findCardOfOrder(this.database.read, orderId);
    const found = sold && (await this.find(sold.cardId));
    return found ?? refuse('NOT_FOUND', 'There is no such card.', 'card');
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
      [companion(closedCardWriter, { cardId: card.id, termId: term.id })],
    );
  }
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
