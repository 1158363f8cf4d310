// The door to deliveries: recorded by the side that gave, each once for its source and id, and looked at by both.
import type { FullAgreement } from '../../agreements/agreement';
import { type AgreementService, NO_AGREEMENT } from '../../agreements/agreement.service';
import { deliveryParts } from '../../agreements/exchange-transfers';
import type { Database } from '../../database/database';
import { type Actor, nameOf } from '../../kernel/actor';
import type { Clock } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { companion } from '../../ledger/batch';
import type { LedgerService } from '../../ledger/ledger.service';
import { isMismatch } from '../../ledger/transfer';
import type { Catalogue } from '../../program/catalogue';
import { checkSource } from '../adjustment/adjustment';
import { exchangedItem } from '../exchanged-item';
import { type SettlementScope, scopeOf, sideOf } from '../settlement-scope';
import { type Delivery, type DeliveryInput, type Dispute, deliveryFault, fitFault } from './delivery';
import {
  type DeliveryPage,
  deliveryWriter,
  listDeliveries,
  type NewDelivery,
  readDeliveries,
  readDisputes,
} from './delivery.store';

export const DELIVERIES_A_CALL = 1_000;

/** A delivery with all its disputes, the oldest first. */
export interface FullDelivery {
  readonly delivery: Delivery;
  readonly disputes: readonly Dispute[];
}

export interface Recorded extends FullDelivery {
  /** Whether it had been recorded before, and nothing was done now. */
  readonly replayed: boolean;
}

/** The same for what is not there and for what is another partner's. */
export const NO_DELIVERY = refuse('NOT_FOUND', 'There is no such delivery.', 'delivery');

export class DeliveryService {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly agreements: AgreementService,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * Records what the actor's side gave; each of `inputs` by itself, in order. A refusal instead of the list: nothing
   * was looked at. May be asked again, as a whole or in part.
   */
  async record(
    actor: Actor,
    agreementId: Id,
    source: string,
    inputs: readonly DeliveryInput[],
  ): Promise<readonly (Recorded | Refusal)[] | Refusal> {
    if (inputs.length < 1 || inputs.length > DELIVERIES_A_CALL) {
      const message = `deliveries has ${inputs.length} entries; allowed are 1 to ${DELIVERIES_A_CALL}.`;
      return refuse('INVALID_INPUT', message, 'deliveries');
    }
    const found = checkSource('source', source) ?? (await this.open(actor, agreementId));
    if (isRefusal(found)) return found;
    const outcomes = await Promise.all(
      inputs.map((input, at) => this.one(actor, found, source, input, `deliveries.${at}.`)),
    );
    const ids = outcomes.flatMap((outcome) => (isRefusal(outcome) ? [] : [outcome.id]));
    const read = await this.full([...(await readDeliveries(this.database.read, ids)).values()]);
    const deliveries = new Map(read.map((full) => [full.delivery.id, full]));
    return outcomes.map((outcome) =>
      isRefusal(outcome) ? outcome : { ...deliveries.get(outcome.id)!, replayed: outcome.replayed },
    );
  }

  /** The agreement, if the actor's side may record what it gave under it. */
  async open(actor: Actor, agreementId: Id): Promise<FullAgreement | Refusal> {
    const found = await this.agreements.find(scopeOf(actor), agreementId);
    if (!found) return NO_AGREEMENT;
    if (found.agreement.revision !== undefined && found.agreement.startsAt <= this.clock.now()) return found;
    const message = `The agreement ${found.agreement.code} is not in force yet, and nothing is given under it.`;
    return refuse('CONFLICT', `${message} Both sides confirm it, and its first day comes, before.`, 'agreement');
  }

  private async one(
    actor: Actor,
    found: FullAgreement,
    source: string,
    input: DeliveryInput,
    at: string,
  ): Promise<{ readonly id: Id; readonly replayed: boolean } | Refusal> {
    const { agreement } = found;
    const [side, now] = [sideOf(actor), this.clock.now()];
    const fault = deliveryFault(input, at);
    if (fault) return fault;
    const { externalId, quantity, evidence, note, deliveredAt = now } = input;
    const exchanged = exchangedItem(found, ({ code }) => code === input.item, { at: deliveredAt, now });
    if (exchanged?.item.side !== side) {
      const message = `${agreement.code} has no item of this code that the ${side} gives.`;
      return refuse('NOT_FOUND', `${message} Name one of those that your side gives.`, `${at}item`);
    }
    const fit = fitFault({ quantity, deliveredAt }, exchanged.item, agreement, now, at);
    if (fit) return fit;
    const value = quantity * exchanged.item.unitValue;
    const told = [input.item, String(quantity), String(input.deliveredAt), note ?? '', ...evidence];
    const row: NewDelivery = {
      agreementId: agreement.id,
      partnerId: agreement.partnerId,
      item: exchanged.item.number,
      side,
      source,
      externalId,
      quantity,
      value,
      deliveredAt,
      recordedBy: nameOf(actor),
      evidence,
      note,
      fingerprint: namedId('delivery', ...told),
    };
    const { time } = this.catalogue();
    const { item, fingerprint } = row;
    const moved = { item, side, quantity, value, at: deliveredAt, month: time.periodAt('MONTH', now) };
    const parts = deliveryParts({ ...exchanged.balancing, ceilings: exchanged.ceilings, ...moved }, time);
    const key = namedId('delivery', agreement.id, side, source, externalId);
    const result = await this.ledger.submit({ key, fingerprint, id: newId(now), ...parts }, [
      companion(deliveryWriter, row),
    ]);
    if (result.applied) return { id: result.id, replayed: result.replayed };
    if (!isMismatch(result)) return refuse('CONFLICT', `The books answered ${result.status}.`);
    const message = `There is a delivery of this id from ${source} already, with other content.`;
    return refuse('IDEMPOTENCY_MISMATCH', `${message} Give another delivery an id of its own.`, `${at}externalId`);
  }

  async list(scope: SettlementScope, page: DeliveryPage): Promise<FullDelivery[]> {
    const found = await listDeliveries(this.database.read, scope, page);
    return this.full(found);
  }

  async find(scope: SettlementScope, id: Id): Promise<FullDelivery | undefined> {
    const delivery = (await readDeliveries(this.database.read, [id])).get(id);
    if (!delivery || (scope.partnerId !== undefined && scope.partnerId !== delivery.partnerId)) return undefined;
    return (await this.full([delivery]))[0];
  }

  async full(deliveries: readonly Delivery[]): Promise<FullDelivery[]> {
    const ids = deliveries.map(({ id }) => id);
    const disputes = await readDisputes(this.database.read, ids);
    return deliveries.map((delivery) => ({ delivery, disputes: disputes.get(delivery.id)! }));
  }
}
