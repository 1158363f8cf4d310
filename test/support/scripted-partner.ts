// A partner on loopback that answers as a test says and keeps what it was sent.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Anything but a text is written as JSON. */
  readonly body?: unknown;
  /** Breaks the connection in the place of an answer. */
  readonly isBroken?: boolean;
}

export type Script = (received: Received, before: readonly Received[]) => Scripted | Promise<Scripted>;

export class ScriptedPartner {
  readonly received: Received[] = [];
  private script: Script = () => ({});

  private constructor(private readonly server: Server) {}

  static async open(): Promise<ScriptedPartner> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        const { method = '', url = '', headers } = request;
        const received = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
        const before = [...partner.received];
        partner.received.push(received);
        const { status = 200, headers: extra, body, isBroken } = await partner.script(received, before);
        if (isBroken) return request.socket.destroy();
        const text = typeof body === 'string' || body === undefined ? (body ?? '') : JSON.stringify(body);
        response.writeHead(status, { 'content-type': 'application/json', ...extra }).end(text);
      });
    });
    const partner = new ScriptedPartner(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return partner;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers like this from now on, and forgets what came before. */
  play(script: Script): void {
    this.received.length = 0;
    this.script = script;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
