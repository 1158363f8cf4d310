// A partner's webhook endpoint on loopback: it checks signatures, keeps what it was told, and answers as it is told to.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { PartnerTransport } from '../../src/partner-port/transport';

export interface Told {
  readonly id: string;
  readonly body: {
    readonly type: string;
    readonly timestamp: string;
    readonly subject: string;
    readonly data: Record<string, unknown>;
  };
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What it was answered; `undefined` when the connection was cut. */
  readonly answered?: number;
}

/** How a message is answered: a status, a status with headers, a cut connection, or none until `release`. */
export type Behaviour = number | { readonly status: number; readonly headers: Record<string, string> } | 'CUT' | 'HANG';

export class WebhookReceiver {
  /** Each message that came in, whatever it was answered. */
  readonly told: Told[] = [];
  /** Messages that none of the secrets had signed. */
  readonly forged: string[] = [];
  secrets: readonly string[] = [];
  /** Asked for each message, with how many of the same id came before it. */
  behave: (message: Omit<Told, 'answered'>, before: number) => Behaviour = () => 204;
  private readonly waiting: (() => void)[] = [];
  private readonly arrivals: (() => void)[] = [];
  private server: Server | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks`;
  }

  async open(): Promise<this> {
    this.server = createServer((request, response) => void this.take(request, response));
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async close(): Promise<void> {
    this.release();
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  /** Lets go of those that hang. */
  release(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  /** When so many messages came in. */
  async heard(count: number): Promise<void> {
    while (this.told.length < count) await new Promise<void>((resolve) => this.arrivals.push(resolve));
  }

  /** The types that were taken (2xx), in their order, by subject. */
  taken(): Record<string, string[]> {
    const bySubject: Record<string, string[]> = {};
    for (const { body, answered } of this.told) {
      if (answered === undefined || answered >= 300) continue;
      bySubject[body.subject] = [...(bySubject[body.subject] ?? []), body.type];
    }
    return bySubject;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('utf8');
    const headers = request.headers as Record<string, string>;
    const id = headers['webhook-id'] ?? '';
    if (!this.secrets.some((secret) => isSigned(secret, text, headers))) this.forged.push(id);
    const message = { id, text, headers, body: JSON.parse(text) as Told['body'] };
    const behaviour = this.behave(message, this.told.filter((one) => one.id === id).length);
    const answer = typeof behaviour === 'object' ? behaviour : { status: behaviour, headers: {} };
    const status = typeof answer.status === 'number' ? answer.status : undefined;
    this.told.push({ ...message, answered: status });
    for (const notice of this.arrivals.splice(0)) notice();
    if (behaviour === 'HANG') await new Promise<void>((resolve) => this.waiting.push(resolve));
    if (status === undefined) response.destroy();
    else response.writeHead(status, answer.headers).end();
  }
}

function isSigned(secret: string, text: string, headers: Record<string, string>): boolean {
  const [id, timestamp] = [headers['webhook-id'] ?? '', Number(headers['webhook-timestamp'])];
  const signature = new Webhook(secret).sign(id, new Date(timestamp * 1_000), text);
  return (headers['webhook-signature'] ?? '').split(' ').includes(signature);
}

/** Reaches loopback, and has no limits but the caller's signal. */
export const loopbackTransport: PartnerTransport = {
  async send({ method, url, headers, body, signal }) {
    try {
      const response = await fetch(url, { method, headers, body, signal, redirect: 'manual' });
      const text = await response.text();
      return { kind: 'REPLY', status: response.status, headers: Object.fromEntries(response.headers), body: text };
    } catch (error) {
      const cause = signal.aborted ? 'TIMED_OUT' : 'BROKEN_OFF';
      return { kind: 'NO_REPLY', cause, message: String(error) };
    }
  },
};
