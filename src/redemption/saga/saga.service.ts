// The saga of a coupon that a partner's API issues: takes the due step, asks the partner, and makes the move.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import type { CodeCipher } from '../../marketplace/code-cipher';
import { type PartnerApi, type PartnerDirectory, type RemoteRedemption, unknown } from '../../partner-port/connector';
import type { EndKey, PartnerCancels } from '../end.service';
import { type Endings, refusalOf } from '../endings';
import { type Redemption, statusAt } from '../redemption';
import { readRedemption } from '../redemption.store';
import { afterCancel, afterIssue, afterLookUp, afterUndo, afterWatch, type Move, onNews } from './moves';
import { listItems, type ReconciliationItem } from './reconciliation.store';
import { SagaChains } from './saga.chains';
import { dueSteps, takeStep } from './saga.store';
import { givesUpAt, LEASE_MS } from './timing';

export interface SagaLog {
  error(details: object, message: string): void;
}

export interface SagaParts {
  readonly database: Database;
  readonly endings: Endings;
  readonly partners: PartnerDirectory;
  readonly cipher: CodeCipher;
  readonly clock: Clock;
  readonly log: SagaLog;
  /** How long a caller waits for the partner before it is told the redemption as it stands. */
  readonly waitMs: number;
  readonly random?: () => number;
}

/** More than any redemption has; news that still change something then are left to the next look-up. */
const ROUNDS = 6;
/** Moves that may leave more to be done of what the partner said. */
const GOES_ON: ReadonlySet<Move['do']> = new Set(['ISSUE', 'KEEP']);
const NOT_KNOWN_YET = 'The partner has not said yet whether it issued this; cancel it when that is known.';
const KEPT = 'The partner does not take this coupon back: it was used, or cannot be cancelled any more.';

export class SagaService implements PartnerCancels {
  private readonly chains: SagaChains;
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly parts: SagaParts) {
    const { database, endings, cipher, clock, random = Math.random } = parts;
    const isWatched = ({ partnerId }: Redemption) => this.isWatched(partnerId);
    this.chains = new SagaChains(database, endings, cipher, clock, random, isWatched);
  }

  /** Whether the partner can be asked for coupons at all. */
  canIssue(partnerId: Id): boolean {
    return this.parts.partners.apiOf(partnerId)?.operations.has('issue') ?? false;
  }

  private isWatched(partnerId: Id | undefined): boolean {
    const api = partnerId === undefined ? undefined : this.parts.partners.apiOf(partnerId);
    return api?.watched === true && api.operations.has('status');
  }

  /** Does the due step now, and answers the redemption as it stands when that is done or the wait is over. */
  async settle(redemption: Redemption): Promise<Redemption> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.parts.waitMs);
    });
    await Promise.race([this.run(redemption), patience]);
    clearTimeout(timer);
    return (await this.read(redemption.id)) ?? redemption;
  }

  /** Does the step that is due, if nobody else does. Never throws: what failed is due again when its lease is over. */
  run(redemption: Redemption): Promise<void> {
    const work = this.step(redemption).catch((error: unknown) => {
      this.parts.log.error({ err: error, redemption: redemption.id }, 'a step of a redemption failed');
    });
    this.underWay.add(work);
    return work.finally(() => this.underWay.delete(work));
  }

  /** Waits for all steps that this process is at. */
  async drain(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** Redemptions with a due step, oldest first, without those of the partners named. */
  due(limit: number, without: readonly Id[]): Promise<Redemption[]> {
    return dueSteps(this.parts.database.read, this.parts.clock.now(), limit, without);
  }

  /** Newest first; for staff. */
  items(page: { readonly before?: Id; readonly limit: number }): Promise<ReconciliationItem[]> {
    return listItems(this.parts.database.read, page);
  }

  /**
   * What a partner says of a redemption, by a webhook or a look-up; often, late and in any order. Answers the
   * redemption as it stands then, `undefined` when it is none that a partner's API issues.
   */
  async learn(redemptionId: Id, remote: RemoteRedemption): Promise<Redemption | undefined> {
    for (let round = 1; ; round += 1) {
      const redemption = await this.read(redemptionId);
      if (!redemption?.atPartner) return undefined;
      const move = onNews(redemption, remote, this.parts.clock.now());
      if (move.do === 'NOTHING' || round > ROUNDS) return redemption;
      const moved = await this.chains.make(redemption, move, 0);
      if (moved === 'REFUSED') await this.letGo(redemption, move);
      if (move.do === 'REPORT' || move.do === 'CLOSE' || moved === 'DUPLICATE') return this.read(redemptionId);
    }
  }

  async cancel(redemption: Redemption, request: EndKey): Promise<Redemption | Refusal | undefined> {
    const plan = await this.cancelPlan(redemption);
    const result = await this.chains.request(redemption, request, plan);
    if (!result) return undefined;
    if (!result.applied) return refusalOf(result);
    const standing = (await this.read(redemption.id)) ?? redemption;
    const asks = !result.replayed && plan.step?.due?.step === 'CANCEL';
    const ended = asks ? await this.settle(standing) : standing;
    const isAtIt = ended.status === 'ISSUED' && ended.atPartner?.dueStep === 'CANCEL';
    return ended.status === 'CANCELLED' || isAtIt ? ended : refuse('NOT_CANCELLABLE', KEPT);
  }

  private async cancelPlan(redemption: Redemption): Promise<Parameters<SagaChains['request']>[2]> {
    const now = this.parts.clock.now();
    const { dueStep } = redemption.atPartner!;
    const status = statusAt(redemption, now);
    if (status === 'ISSUED') {
      const step = { to: status, due: { step: 'CANCEL', at: now } } as const;
      return { transfers: [], step: dueStep === 'CANCEL' ? undefined : step };
    }
    if (status === 'HELD') {
      // Nothing was sent yet, or somebody is just asking the partner, which then has to let go of it.
      const due = dueStep === 'ISSUE' ? undefined : ({ step: 'UNDO', at: now + LEASE_MS } as const);
      const transfers = await this.parts.endings.giveBack(redemption);
      return { transfers, step: { to: 'CANCELLED', due } };
    }
    const message = status === 'UNKNOWN' ? NOT_KNOWN_YET : `The redemption is ${status.toLowerCase()} already.`;
    return { transfers: [], refused: JSON.stringify(refuse('NOT_CANCELLABLE', message)) };
  }

  private async step(redemption: Redemption): Promise<void> {
    const { database, clock } = this.parts;
    const { atPartner } = redemption;
    if (!atPartner?.dueStep || atPartner.dueStep === 'EXPIRE') return;
    const isIssue = atPartner.dueStep === 'ISSUE';
    // Who dies while it asks for the coupon leaves a look-up behind, never a second issue.
    const lease = {
      step: isIssue ? 'LOOK_UP' : atPartner.dueStep,
      attempts: isIssue ? 0 : atPartner.attempts + 1,
      until: clock.now() + LEASE_MS,
    } as const;
    const taken = await database.transaction((tx) => takeStep(tx, redemption, lease));
    if (!taken) return;
    const { move, news } = await this.ask(taken, atPartner.dueStep);
    const attempts = move.do === 'TRY' && move.step === atPartner.dueStep ? atPartner.attempts + 1 : 0;
    const moved = await this.chains.make(taken, move, attempts);
    if (moved === 'REFUSED') await this.letGo(taken, move);
    // What the partner said is not lost when the row has changed meanwhile, nor what goes further than one move.
    const goesOn = moved !== 'DONE' || GOES_ON.has(move.do) || atPartner.dueStep === 'WATCH';
    if (news && goesOn && moved !== 'DUPLICATE') await this.learn(taken.id, news);
  }

  private async ask(
    redemption: Redemption,
    step: 'ISSUE' | 'LOOK_UP' | 'WATCH' | 'CANCEL' | 'UNDO',
  ): Promise<{ move: Move; news?: RemoteRedemption }> {
    const { clock, partners } = this.parts;
    const api = redemption.partnerId === undefined ? undefined : partners.apiOf(redemption.partnerId);
    if (step === 'ISSUE') return this.askToIssue(redemption, api);
    if (step === 'CANCEL' && statusAt(redemption, clock.now()) === 'EXPIRED') return { move: { do: 'EXPIRE' } };
    const { offerRef, partnerRef } = redemption.atPartner!;
    const ref = { redemptionId: redemption.id, offerRef, partnerRef };
    const operation = step === 'LOOK_UP' || step === 'WATCH' ? 'status' : 'cancel';
    const outcome = api?.operations.has(operation)
      ? await api[operation](ref)
      : unknown('NOT_TRIED', `The partner has no ${operation}.`);
    const isUsed = step === 'CANCEL' && outcome.kind === 'DECLINED' && outcome.reason === 'ALREADY_USED';
    // That it was used must be counted, and the partner may never say so again.
    const answer = isUsed && api?.operations.has('status') ? await api.status(ref) : outcome;
    const news = answer.kind === 'CONFIRMED' ? answer.value : isUsed ? usedBy(partnerRef) : undefined;
    const now = clock.now();
    if (step === 'LOOK_UP') return { move: afterLookUp(redemption, outcome, now), news };
    if (step === 'WATCH') return { move: afterWatch(redemption, outcome, now), news };
    if (step === 'CANCEL') return { move: afterCancel(redemption, outcome, now), news };
    return { move: afterUndo(redemption, outcome), news };
  }

  private async askToIssue(redemption: Redemption, api: PartnerApi | undefined) {
    const { clock, cipher } = this.parts;
    if (clock.now() >= givesUpAt(redemption)) {
      // Only what was sent before can have become a coupon, later than the partner was believed not to have it.
      return { move: { do: 'FAIL', undo: redemption.status === 'UNKNOWN' } as const };
    }
    const { id, memberId, partnerId, claimedAt, expiresAt, faceValue, currency } = redemption;
    const request = {
      redemptionId: id,
      offerRef: redemption.atPartner!.offerRef,
      memberRef: cipher.hash(partnerId!, memberId).toString('hex'),
      claimedAt,
      expiresAt,
      faceValue: { amount: faceValue, currency },
    };
    const outcome = api ? await api.issue(request) : unknown('NOT_TRIED', 'The partner has no API now.');
    const news = outcome.kind === 'CONFIRMED' ? ({ state: 'ISSUED', issued: outcome.value } as const) : undefined;
    return { move: afterIssue(redemption, outcome, clock.now()), news };
  }

  /** The holds ran out between the decision and its chain: nothing can be posted, so the partner must let go. */
  private async letGo(redemption: Redemption, move: Move): Promise<void> {
    if (move.do === 'ISSUE') await this.chains.make(redemption, { do: 'FAIL', undo: true }, 0);
    if (move.do !== 'USE') return;
    const detail = 'The partner reports a use; here the coupon had expired.';
    await this.chains.make(redemption, { do: 'REPORT', item: { kind: 'USED_TOO_LATE', detail } }, 0);
  }

  private read(id: Id): Promise<Redemption | undefined> {
    return readRedemption(this.parts.database.read, id);
  }
}

/** The partner's word while it declines to cancel, for when it does not answer the look-up that would tell more. */
function usedBy(partnerRef = ''): RemoteRedemption {
  return { state: 'USED', issued: { partnerRef } };
}
