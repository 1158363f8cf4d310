// A vendor's own OpenAPI document behind Prism, which answers in the vendor's place and judges each request.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PartnerReply, PartnerRequest, PartnerTransport } from '../../src/partner-port/transport';
import { freePort, ServerProcess } from './servers';

const FOLDER = join(__dirname, '../../../shared/data/partner-openapi');

export const WHY_NO_DOCUMENTS = existsSync(FOLDER)
  ? undefined
  : 'the documents are not at ../shared/data/partner-openapi';

export interface Exchanged {
  readonly request: PartnerRequest;
  readonly status: number;
  /** What Prism finds wrong with the request, by the document. */
  readonly violations: readonly string[];
}

export class OpenapiMock {
  readonly exchanged: Exchanged[] = [];

  private constructor(
    readonly url: string,
    private readonly server: ServerProcess,
    private readonly folder: string,
  ) {}

  /** Serves the document's paths that begin with one of `paths`; what is left out only costs time to read. */
  static async start(file: string, paths: readonly string[]): Promise<OpenapiMock> {
    const folder = mkdtempSync(join(tmpdir(), 'perkgate-openapi-'));
    const document = JSON.parse(gunzipSync(readFileSync(join(FOLDER, file))).toString('utf8'));
    const kept = Object.entries(document.paths).filter(([path]) => paths.some((prefix) => path.startsWith(prefix)));
    const path = join(folder, 'openapi.json');
    writeFileSync(path, JSON.stringify(withoutStrayRefs({ ...document, paths: Object.fromEntries(kept) }, document)));
    const port = await freePort();
    const prism = 'node_modules/@stoplight/prism-cli/dist/index.js';
    const { server } = await ServerProcess.start(
      [prism, 'mock', '--errors', '-h', '127.0.0.1', '-p', String(port), path],
      /listening on/,
    );
    return new OpenapiMock(`http://127.0.0.1:${port}`, server, folder);
  }

  /** Sends as it is told, with `headers` added, and keeps what Prism said about it. */
  through(transport: PartnerTransport, headers: Readonly<Record<string, string>> = {}): PartnerTransport {
    return {
      send: async (request) => {
        const reply = await transport.send({ ...request, headers: { ...request.headers, ...headers } });
        if (reply.kind === 'REPLY') {
          this.exchanged.push({ request, status: reply.status, violations: violationsOf(reply) });
        }
        return reply;
      },
    };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function violationsOf({ status, headers, body }: PartnerReply): string[] {
  const listed: { location: string[]; message: string }[] = JSON.parse(headers['sl-violations'] ?? '[]');
  const found = listed.filter(({ location }) => location[0] === 'request').map(({ message }) => message);
  // Prism refuses what it cannot even match with the document: path, method, type, security.
  return status >= 400 && status < 500 ? [...found, body] : found;
}

/** Without references that lead out of the document or nowhere, all of which stand in examples. */
function withoutStrayRefs(value: unknown, document: object): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutStrayRefs(item, document));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as { readonly $ref?: unknown };
  if (typeof $ref === 'string' && !leadsSomewhere($ref, document)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutStrayRefs(part, document)]));
}

function leadsSomewhere(ref: string, document: object): boolean {
  if (!ref.startsWith('#/')) return false;
  const steps = ref.slice(2).split('/');
  return (
    steps.reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], document) !== undefined
  );
}
