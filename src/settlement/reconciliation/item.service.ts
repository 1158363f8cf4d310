// The door to what does not match: listed, answered by the partner, and decided by staff.

import { type ExchangeSide } from '../../agreements/agreement';
import { type AgreementService, NO_AGREEMENT } from '../../agreements/agreement.service';
import type { Database } from '../../database/database';
import { type Actor, nameOf } from '../../kernel/actor';
import type { Clock } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { companion } from '../../ledger/batch';
import { checkReason } from '../adjustment/adjustment';
import type { AdjustmentService } from '../adjustment/adjustment.service';
import { reconciliationSource } from '../adjustment/adjustment-source';
import type { SettlementScope } from '../settlement-scope';
import type { Answer, Decision, ReconciliationItem } from './item';
import {
  type DecisionRow,
  decisionWriter,
  type ItemPage,
  listItems,
  lockItem,
  readItem,
  StaleItemError,
  writeAnswer,
  writeDecision,
} from './item.store';

/** What is put right in the books of an agreement, signed: below zero is taken back from what that side gave. */
export interface AskedAdjustment {
  readonly agreementId: Id;
  /** The code of the item, and who gives it. */
  readonly item: string;
  readonly quantity: number;
  /** In the minor unit. */
  readonly value: number;
}

export interface AskedDecision {
  readonly decision: Decision;
  readonly reason: string;
  readonly adjustment?: AskedAdjustment;
}

/** The same for what is not there and for what is another partner's. */
export const NO_ITEM_FOUND = refuse('NOT_FOUND', 'There is no such item.', 'item');

type Decided = ReconciliationItem | Refusal;

export class ReconciliationItemService {
  constructor(
    private readonly database: Database,
    private readonly adjustments: AdjustmentService,
    private readonly agreements: AgreementService,
    private readonly clock: Clock,
  ) {}

  /**
   * Staff's word on an item. `DISPUTED` keeps it open, and may be followed by another word; the others close it. With
   * an adjustment both are done in one transaction, or neither. Asked again with the same words, it answers the same.
   */
  async decide(actor: Actor, id: Id, asked: AskedDecision): Promise<Decided> {
    const fault = checkReason(asked.reason) ?? checkAdjusts(asked);
    if (fault) return fault;
    const item = await readItem(this.database.read, {}, id);
    if (!item) return NO_ITEM_FOUND;
    if (item.resolvedAt !== undefined) return this.asBefore(item, asked);
    const row = { itemId: id, decision: asked.decision, reason: asked.reason, by: nameOf(actor) };
    try {
      const refused = await (asked.adjustment ? this.adjust(actor, item, row, asked.adjustment) : this.write(row));
      if (refused) return refused;
    } catch (error) {
      if (!(error instanceof StaleItemError)) throw error;
      const now = await readItem(this.database.read, {}, id);
      return now ? this.asBefore(now, asked) : NO_ITEM_FOUND;
    }
    return (await readItem(this.database.read, {}, id)) ?? NO_ITEM_FOUND;
  }

  private async asBefore(item: ReconciliationItem, { decision, reason, adjustment }: AskedDecision): Promise<Decided> {
    const { decision: made } = item;
    const same = made?.decision === decision && made.reason === reason;
    if (same && (await this.isSameAdjustment(made.adjustment, adjustment))) return item;
    const was = made ? `${made.decision} by ${made.by}` : 'resolved';
    return refuse('CONFLICT', `The item was closed: ${was}. What is to be put right now is an adjustment.`, 'item');
  }

  private async isSameAdjustment(made: Id | undefined, asked: AskedAdjustment | undefined): Promise<boolean> {
    if (made === undefined || asked === undefined) return made === undefined && asked === undefined;
    const found = await this.adjustments.find({}, made);
    if (found?.agreementId !== asked.agreementId) return false;
    const agreed = await this.agreements.find({}, found.agreementId);
    const given = agreed && itemOf(agreed.revisions, agreed.agreement.revision, asked.item);
    return given?.number === found.item && found.quantity === asked.quantity && found.value === asked.value;
  }

  private async write(row: DecisionRow): Promise<undefined> {
    await this.database.transaction((tx) => writeDecision(tx, row, this.clock.now()));
    return undefined;
  }

  private async adjust(
    actor: Actor,
    item: ReconciliationItem,
    row: DecisionRow,
    { agreementId, item: code, quantity, value }: AskedAdjustment,
  ): Promise<Refusal | undefined> {
    const found = await this.agreements.find({ partnerId: item.partnerId }, agreementId);
    if (!found) return NO_AGREEMENT;
    const given = itemOf(found.revisions, found.agreement.revision, code);
    if (!given) return refuse('NOT_FOUND', 'The agreement has no such item.', 'adjustment.item');
    const { ours, theirs } = item.sides;
    const made = await this.adjustments.adjust(
      {
        ...{ agreementId, item: given.number, side: given.side, quantity, value, reason: row.reason, actor },
        // One run after another may find the same thing: it is put right once.
        source: reconciliationSource(item),
        at: ours?.at ?? theirs?.at ?? item.foundAt,
      },
      { companions: [companion(decisionWriter, row)] },
    );
    if (isRefusal(made)) return made;
    const now = await readItem(this.database.read, {}, item.id);
    // It was put right by an earlier decision on the same thing, whose transaction knew nothing of this item.
    if (now?.resolvedAt === undefined) {
      await this.database.transaction((tx) => writeDecision(tx, row, this.clock.now(), made.id));
    }
    return undefined;
  }

  /** The partner's word on an item of its own, until the item is closed. The last word counts. */
  async answer(
    actor: Actor,
    scope: SettlementScope,
    id: Id,
    { answer, text }: { readonly answer: Answer; readonly text: string },
  ): Promise<Decided> {
    const fault = checkReason(text, 'text');
    if (fault) return fault;
    const refused = await this.database.transaction(async (tx) => {
      const item = await lockItem(tx, scope, id);
      if (!item) return NO_ITEM_FOUND;
      if (item.resolvedAt !== undefined) {
        return refuse('CONFLICT', 'The item was closed, so it takes no answer any more. Talk to the operator.', 'item');
      }
      await writeAnswer(tx, id, { answer, text, by: nameOf(actor) }, this.clock.now());
      return undefined;
    });
    return refused ?? (await readItem(this.database.read, scope, id)) ?? NO_ITEM_FOUND;
  }

  find(scope: SettlementScope, id: Id): Promise<ReconciliationItem | undefined> {
    return readItem(this.database.read, scope, id);
  }

  list(scope: SettlementScope, page: ItemPage): Promise<ReconciliationItem[]> {
    return listItems(this.database.read, scope, page);
  }
}

function checkAdjusts({ decision, adjustment }: AskedDecision): Refusal | undefined {
  if (!adjustment || decision === 'ACCEPTED') return undefined;
  const message = `An adjustment comes with ACCEPTED only, not with ${decision}.`;
  return refuse('INVALID_INPUT', message, 'adjustment');
}

type Revisions = readonly {
  readonly number: number;
  readonly terms: {
    readonly items: readonly { readonly code: string; readonly number: number; readonly side: ExchangeSide }[];
  };
}[];

function itemOf(revisions: Revisions, inForce: number | undefined, code: string) {
  const revision = revisions.find(({ number }) => number === inForce);
  return revision?.terms.items.find((one) => one.code === code);
}
