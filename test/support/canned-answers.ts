// A transport that answers with what was written down, in order, and keeps what it was asked.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartnerRequest, PartnerTransport } from '../../src/partner-port/transport';

export interface Canned {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export class CannedAnswers implements PartnerTransport {
  readonly asked: PartnerRequest[] = [];
  private readonly left: Canned[];

  constructor(...answers: readonly Canned[]) {
    this.left = [...answers];
  }

  async send(request: PartnerRequest) {
    this.asked.push(request);
    const next = this.left.shift();
    if (!next) throw new Error(`${request.method} ${request.url} was not expected`);
    const { status = 200, headers = {}, body } = next;
    const json = { 'content-type': 'application/json', ...headers };
    return { kind: 'REPLY' as const, status, headers: json, body: body === undefined ? '' : JSON.stringify(body) };
  }
}

/** Reads what stands beside a shipped connector. */
export function shelfOf(slug: string) {
  const read = (name: string) => readFileSync(join(__dirname, '../../partners', slug, name), 'utf8');
  return {
    manifest: read('manifest.yaml'),
    fixture: (name: string) => JSON.parse(read(`fixtures/${name}.json`)),
  };
}
