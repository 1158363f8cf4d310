// Sends what is due in a lane for each partner: so many at once, each subject in its order, no lane behind another.
import type { Database } from '../database/database';
import { type Clock, DAY, SECOND } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { signatureHeaders } from '../partner-port/signature';
import type { NoReply, PartnerReply, PartnerTransport } from '../partner-port/transport';
import { claimDue, recordVerdict } from './delivery.store';
import { disableEndpoint, markFailing, markSound, readEndpoint } from './endpoint.store';
import {
  bodyOf,
  DISABLE_AFTER_MS,
  judge,
  messageId,
  type Verdict,
  type WebhookDelivery,
  type WebhookEndpoint,
} from './webhook';
import type { WebhookSecrets } from './webhook-secrets';

export interface WebhookLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface DispatcherOptions {
  readonly database: Database;
  readonly transport: PartnerTransport;
  readonly secrets: WebhookSecrets;
  readonly clock: Clock;
  readonly log: WebhookLog;
  /** Answers from 0 up to 1; spreads the next attempts. */
  readonly random?: () => number;
  /** The whole call, in real milliseconds. */
  readonly callMs?: number;
  /** How long calls may go on when it stops, in real milliseconds. */
  readonly stopGraceMs?: number;
}

const AT_ONCE_A_PARTNER = 4;
const CALL_MS = 10 * SECOND;
/** Longer than any call and the writing down of its end, so that nobody else sends the same at the same time. */
export const CLAIM_MS = 60 * SECOND;
const STOP_GRACE_MS = 3 * SECOND;

export class WebhookDispatcher {
  private readonly lanes = new Map<Id, Lane>();
  private readonly stopping = new AbortController();
  private stopped = false;

  constructor(private readonly options: DispatcherOptions) {}

  /** Begins to send what is due for a partner, and goes on until nothing is; answers at once. */
  wake(partnerId: Id): void {
    if (this.stopped) return;
    let lane = this.lanes.get(partnerId);
    if (!lane) {
      lane = new Lane(partnerId, this.options, this.stopping.signal, () => this.lanes.delete(partnerId));
      this.lanes.set(partnerId, lane);
    }
    lane.wake();
  }

  /** Answers when no lane has anything left to do. */
  async settled(): Promise<void> {
    while (this.lanes.size > 0) await Promise.all([...this.lanes.values()].map((lane) => lane.done));
  }

  /** Begins nothing more; what is on its way has a few seconds, and is sent again by whoever works next. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const lane of this.lanes.values()) lane.close();
    const timer = setTimeout(() => this.stopping.abort(), this.options.stopGraceMs ?? STOP_GRACE_MS);
    await this.settled();
    clearTimeout(timer);
  }
}

/** All that is on its way to one partner from this process. */
class Lane {
  readonly done: Promise<void>;
  private inFlight = 0;
  private claiming = false;
  /** Somebody asked while it was claiming. */
  private again = false;
  private closed = false;
  private finish: () => void = () => {};

  constructor(
    private readonly partnerId: Id,
    private readonly options: DispatcherOptions,
    private readonly stopping: AbortSignal,
    onEmpty: () => void,
  ) {
    this.done = new Promise((resolve) => {
      this.finish = () => {
        onEmpty();
        resolve();
      };
    });
  }

  wake(): void {
    this.again = true;
    if (!this.claiming) void this.fill();
  }

  close(): void {
    this.closed = true;
  }

  /** Claims as much as there is room for, until nothing more is due. */
  private async fill(): Promise<void> {
    this.claiming = true;
    while (this.again && !this.closed) {
      this.again = false;
      try {
        await this.claim();
      } catch (error) {
        // The job comes back within a second or so.
        this.options.log.error({ err: error, partner: this.partnerId }, 'webhooks could not be claimed');
      }
    }
    this.claiming = false;
    if (this.inFlight === 0) this.finish();
  }

  private async claim(): Promise<void> {
    const { database, secrets, clock } = this.options;
    const now = clock.now();
    const limit = AT_ONCE_A_PARTNER - this.inFlight;
    if (limit <= 0) return;
    const endpoint = await readEndpoint(database.read, this.partnerId);
    if (endpoint?.state !== 'ACTIVE' || (endpoint.resumeAt ?? 0) > now) return;
    const signing = await secrets.good(database.read, { partnerId: this.partnerId, direction: 'OUTGOING' }, now);
    const claim = { now, until: now + CLAIM_MS, limit };
    const claimed = await database.transaction((tx) => claimDue(tx, this.partnerId, claim));
    for (const delivery of claimed) {
      this.inFlight += 1;
      void this.deliver(endpoint, signing, delivery).finally(() => {
        this.inFlight -= 1;
        this.wake();
      });
    }
  }

  private async deliver(endpoint: WebhookEndpoint, signing: string[], delivery: WebhookDelivery): Promise<void> {
    const { clock, log, random = Math.random } = this.options;
    try {
      const answer = await this.send(endpoint, signing, delivery);
      // Nobody knows whether it arrived; the claim ends by itself, and then it is sent again.
      if (this.stopping.aborted && answer.kind === 'NO_REPLY') return;
      const verdict = judge(answer, { attempts: delivery.attempts, now: clock.now(), random });
      await this.record(endpoint, delivery, verdict);
      if (verdict.kind !== 'DELIVERED') {
        const details = { event: messageId(delivery), partner: this.partnerId, attempts: delivery.attempts };
        log.warn({ ...details, fault: verdict.fault, verdict: verdict.kind }, 'a webhook was not taken');
      }
    } catch (error) {
      log.error({ err: error, event: messageId(delivery) }, 'what became of a webhook could not be written down');
    }
  }

  private send(
    { url }: WebhookEndpoint,
    signing: readonly string[],
    delivery: WebhookDelivery,
  ): Promise<PartnerReply | NoReply> {
    const { transport, clock, callMs = CALL_MS } = this.options;
    const body = bodyOf(delivery);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'perkgate-webhooks',
      ...signatureHeaders(signing, { id: messageId(delivery), sentAt: clock.now(), body }),
    };
    const signal = AbortSignal.any([AbortSignal.timeout(callMs), this.stopping]);
    return transport.send({ method: 'POST', url, headers, body, signal });
  }

  private async record(endpoint: WebhookEndpoint, delivery: WebhookDelivery, verdict: Verdict): Promise<void> {
    const { database, clock } = this.options;
    const now = clock.now();
    await database.transaction(async (tx) => {
      await recordVerdict(tx, delivery, verdict, now);
      if (verdict.kind === 'DELIVERED') return markSound(tx, this.partnerId);
      const resumeAt = verdict.kind === 'RETRY' ? verdict.resumeAt : undefined;
      await markFailing(tx, endpoint, { now, resumeAt });
      if (verdict.kind === 'DEAD' && verdict.gone) {
        const reason = 'The endpoint answered 410 Gone. Set it again when it listens, then ask for what is dead.';
        await disableEndpoint(tx, endpoint, { now, reason });
      } else {
        const reason = longFailure(verdict.fault);
        await disableEndpoint(tx, endpoint, { now, reason, failingSince: now - DISABLE_AFTER_MS });
      }
    });
  }
}

function longFailure(fault: string): string {
  const days = DISABLE_AFTER_MS / DAY;
  return `Nothing was taken for ${days} days. ${fault} Set it again when it listens, then ask for what is dead.`;
}
