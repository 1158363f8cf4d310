// The simulated partner's webhooks to the gateway: signed, sent once, and remembered with what the gateway answered.
import { request } from 'undici';
import type { Clock } from '../kernel/clock';
import { newId } from '../kernel/id';
import { signatureHeaders } from '../partner-port/signature';
import type { FaultBoard } from './fault';

export interface WebhookTarget {
  readonly url: string;
  /** What they are signed with. */
  readonly secrets: readonly string[];
}

export interface PartnerMessage {
  readonly type: string;
  readonly data: object;
}

export interface Delivery extends PartnerMessage {
  /** The `webhook-id`. */
  readonly id: string;
  /** What the gateway answered; 0 when it could not be reached. */
  readonly status: number;
}

const TIMEOUT_MS = 10_000;

export class WebhookSender {
  /** In the order in which they were answered. */
  readonly deliveries: Delivery[] = [];

  constructor(
    private target: WebhookTarget | undefined,
    private readonly faults: FaultBoard,
    private readonly clock: Clock,
    private readonly closing: AbortSignal,
  ) {}

  tellTo(target: WebhookTarget): void {
    this.target = target;
  }

  /** Does nothing without a target. Answers once the gateway has answered; with `id`, it is sent as that one again. */
  async send(message: PartnerMessage, id = `msg_${newId(this.clock.now())}`): Promise<void> {
    if (!this.target) return;
    const times = this.faults.takeForWebhook().has('duplicate-webhook') ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      this.deliveries.push({ ...message, id, status: await this.post(this.target, message, id) });
    }
  }

  private async post({ url, secrets }: WebhookTarget, { type, data }: PartnerMessage, id: string): Promise<number> {
    const now = this.clock.now();
    const body = JSON.stringify({ type, timestamp: new Date(now).toISOString(), data });
    const headers = { 'content-type': 'application/json', ...signatureHeaders(secrets, { id, sentAt: now, body }) };
    const signal = AbortSignal.any([this.closing, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const answer = await request(url, { method: 'POST', headers, body, signal });
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      return 0;
    }
  }
}
