// Replays the completions of the data as redemption requests, in file order for each member, and counts the answers.
import type { Actor } from '../../kernel/actor';
import { HOUR, type ManualClock } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { isRefusal, type RefusalCode } from '../../kernel/refusal';
import { cardCapAccount, leftOn } from '../../members/member-accounts';
import { ImportFault } from '../import-fault';
import type { ImportHouse, OnProgress } from '../import-house';
import { newLineCount } from '../json-lines';
import { KeyedQueue } from '../keyed-queue';
import type { CheckedFolder } from './check';
import { PLAN_CODE } from './program';
import type { ImportState } from './state';

const ACTOR: Actor = { role: 'SERVER', subject: 'import starbucks' };
const REPORT_EVERY = 100;
const READS_AT_ONCE = 500;

/** Nine lines of ten are something else; they were checked before, and need not be parsed again. */
function mayBeCompletion(text: string): boolean {
  return text.includes('offer completed');
}

export interface ReplayOutcome {
  requests: number;
  accepted: number;
  /** Of what was accepted. */
  costCents: number;
  refusedByCap: number;
  refusedByQuota: number;
  /** Refusals that the oracle does not know, by code; there should be none. */
  readonly refusedOtherwise: Partial<Record<RefusalCode, number>>;
  /** Cards with exactly nothing left. */
  cardsAtCap: number;
}

export interface ReplayRequest {
  readonly checked: CheckedFolder;
  readonly state: ImportState;
  /** Requests in flight at once, of different members. */
  readonly concurrency: number;
  readonly onProgress?: OnProgress;
}

/**
 * The record's number is the idempotency key, so a replay that was interrupted goes on when it is asked again, and a
 * whole one answers as it did before. The clock follows the data: a request arrives in the hour of its record, or a few
 * records later when others are in flight.
 */
export class CompletionReplay {
  private readonly outcome: ReplayOutcome = {
    requests: 0,
    accepted: 0,
    costCents: 0,
    refusedByCap: 0,
    refusedByQuota: 0,
    refusedOtherwise: {},
    cardsAtCap: 0,
  };
  private readonly memberIds = new Map<string, Id>();

  constructor(
    private readonly house: ImportHouse,
    private readonly clock: ManualClock,
    private readonly request: ReplayRequest,
  ) {}

  async run(): Promise<ReplayOutcome> {
    const { checked, state, concurrency, onProgress = () => {} } = this.request;
    const total = checked.totals.events['offer completed'];
    const queue = new KeyedQueue(concurrency);
    for await (const { record, value } of checked.folder.transcript.records(newLineCount(), mayBeCompletion)) {
      if (value.event !== 'offer completed') continue;
      this.clock.set(state.startsAt + value.time * HOUR);
      await queue.add(value.person, () => this.redeem(value.person, value.value.offer_id, record));
      this.outcome.requests += 1;
      if (this.outcome.requests % REPORT_EVERY === 0) onProgress('redemptions', this.outcome.requests, total);
    }
    await queue.drain();
    onProgress('redemptions', this.outcome.requests, total);
    this.outcome.cardsAtCap = await this.countCardsAtCap();
    return this.outcome;
  }

  private async redeem(person: string, offerCode: string, record: number): Promise<void> {
    const offer = this.house.catalogue.current().offerByCode(offerCode);
    if (!offer) throw new ImportFault(`The program in force has no offer ${offerCode}.`);
    const answer = await this.house.redemptions.redeem(ACTOR, {
      memberId: await this.memberIdOf(person),
      itemKind: 'OFFER',
      itemId: offer.id,
      idempotencyKey: `starbucks-${record}`,
    });
    if (!isRefusal(answer)) {
      this.outcome.accepted += 1;
      this.outcome.costCents += answer.cost;
    } else if (answer.code === 'CARD_CAP_REACHED') {
      this.outcome.refusedByCap += 1;
    } else if (answer.code === 'MEMBER_LIMIT_REACHED') {
      this.outcome.refusedByQuota += 1;
    } else {
      const others = this.outcome.refusedOtherwise;
      others[answer.code] = (others[answer.code] ?? 0) + 1;
    }
  }

  private async memberIdOf(person: string): Promise<Id> {
    const known = this.memberIds.get(person);
    if (known !== undefined) return known;
    const id = await this.house.members.idOf(person);
    if (id === undefined) throw new ImportFault(`Member ${person} is not in the database; import into a fresh one.`);
    this.memberIds.set(person, id);
    return id;
  }

  /** A card that was never asked for anything has its whole cap, so only members with a completion are looked at. */
  private async countCardsAtCap(): Promise<number> {
    const ids = [...this.memberIds.values()];
    let atCap = 0;
    for (let at = 0; at < ids.length; at += READS_AT_ONCE) {
      const empty = await Promise.all(ids.slice(at, at + READS_AT_ONCE).map((id) => this.isAtCap(id)));
      atCap += empty.filter(Boolean).length;
    }
    return atCap;
  }

  private async isAtCap(memberId: Id): Promise<boolean> {
    const rows = await this.house.members.rowsOf(memberId);
    const planId = this.house.catalogue.current().planByCode(PLAN_CODE)?.id;
    const term = rows?.cards.find((card) => card.planId === planId)?.terms[0];
    if (!rows || !term) throw new ImportFault(`Member ${memberId} has no card of plan ${PLAN_CODE}.`);
    return leftOn(rows.balances, cardCapAccount({ memberId, termId: term.id, currency: term.currency })) === 0;
  }
}
