// What tests of the whole gateway do with webhooks: partners listen, are told things, and tell things themselves.
import { fromGlobalId, newId, toGlobalId } from '../../src/kernel/id';
import { appendEvents, type PartnerEventType } from '../../src/partner-port/event.store';
import { signatureHeaders } from '../../src/partner-port/signature';
import { DeliverWebhooksJob } from '../../src/webhooks/deliver-webhooks.job';
import { partnerOf, type TestGateway } from './gateway';

/** A partner listens; answers the secret, when it is its first endpoint. */
export async function listen(
  test: TestGateway,
  code: string,
  url = `https://hooks.example.com/${code}`,
): Promise<string> {
  const set = await test.run<{ secret: string }>(partnerOf(code), 'set-webhook-endpoint', { input: { url } });
  return set.secret;
}

/** Writes down what a partner is to be told of a redemption; answers the global id of the event. */
export async function happen(
  test: TestGateway,
  code: string,
  redemption: string,
  type: PartnerEventType = 'redemption.issued',
): Promise<string> {
  // Ids of one millisecond have no order.
  test.clock.advance(1);
  const now = test.clock.now();
  const { id: partnerId } = test.gateway.catalogue.current().partnerByCode(code)!;
  const subjectId = fromGlobalId('redemption', redemption)!;
  const event = { id: newId(now), partnerId, subjectId, type, happenedAt: now, data: {} };
  await test.gateway.database.transaction((tx) => appendEvents(tx, [event]));
  return toGlobalId('event', event.id);
}

/** Lets a partner listen, and puts one event on its way to it, which is not sent yet; answers the event's global id. */
export async function tell(test: TestGateway, code: string, redemption: string): Promise<string> {
  await listen(test, code);
  const id = await happen(test, code, redemption);
  await new DeliverWebhooksJob(test.gateway.database, { wake: () => {} }, test.clock).run();
  return id;
}

export interface PartnerMessage {
  readonly type: string;
  readonly data: object;
}

export interface SendOptions {
  readonly secrets: readonly string[];
  readonly id?: string;
  readonly sentAt?: number;
  /** Sent instead of what was signed. */
  readonly tampered?: string;
  readonly headers?: Record<string, string>;
}

export interface Taken {
  readonly status: number;
  readonly body: { readonly status?: string; readonly errors?: readonly { message: string; extensions: object }[] };
  /** The answer as it came. */
  readonly text: string;
}

let counted = 0;

/** A partner tells the gateway something. */
export async function send(
  test: TestGateway,
  code: string,
  message: PartnerMessage | string,
  options: SendOptions,
): Promise<Taken> {
  counted += 1;
  const { id = `msg_${process.pid}_${counted}`, sentAt = test.clock.now(), secrets } = options;
  const body =
    typeof message === 'string' ? message : JSON.stringify({ timestamp: '2026-03-10T04:00:00Z', ...message });
  const response = await fetch(`${test.url}/partner/webhooks/${code}`, {
    method: 'POST',
    body: options.tampered ?? body,
    headers: {
      'content-type': 'application/json',
      ...signatureHeaders(secrets, { id, sentAt, body }),
      ...options.headers,
    },
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as Taken['body'], text };
}
