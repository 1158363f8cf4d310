// `/` in a browser: GraphiQL, whole in one page, so that it works without any other host.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

export interface ExplorerOptions {
  readonly title?: string;
  /** What the editor shows at first. */
  readonly defaultQuery?: string;
  /** Headers of the first tab, such as a demo token. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Page {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly policy: string;
}

const ENDPOINT = '/graphql';

/** The page with `<` escaped in the options, which it holds as JSON inside of its script, so that none can end it. */
function withSafeOptions(html: string, options: object): string {
  const json = JSON.stringify(options);
  const start = html.lastIndexOf(json);
  return html.slice(0, start) + json.replaceAll('<', '\\u003c') + html.slice(start + json.length);
}

// Only the scripts that are in the page may run; styles are free because the editor writes them as it goes.
function contentPolicy(html: string): string {
  const hashes = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash('sha256').update(script!).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

async function renderPage(options: ExplorerOptions): Promise<Page> {
  // Nine megabytes of editor: loaded when somebody looks, not when the gateway starts.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const settings = {
    title: options.title ?? 'Perkgate',
    endpoint: ENDPOINT,
    defaultQuery: options.defaultQuery ?? '{ __typename }',
    headers: options.headers && JSON.stringify(options.headers, null, 2),
  };
  const html = withSafeOptions(renderGraphiQL(settings), settings);
  const bytes = Buffer.from(html);
  return { html: bytes, gzipped: await promisify(gzip)(bytes, { level: 6 }), policy: contentPolicy(html) };
}

export function addExplorerRoute(fastify: FastifyInstance, options: ExplorerOptions | undefined): void {
  let page: Promise<Page> | undefined;
  fastify.get('/', async (request, reply) => {
    const wantsPage = request.headers.accept?.includes('text/html') === true;
    if (!options || !wantsPage) return { service: 'perkgate', graphql: ENDPOINT, health: '/healthz', ready: '/readyz' };
    page ??= renderPage(options);
    const { html, gzipped, policy } = await page;
    const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    if (zipped) reply.header('content-encoding', 'gzip');
    return reply
      .header('content-security-policy', policy)
      .header('cache-control', 'no-cache')
      .header('vary', 'accept, accept-encoding')
      .type('text/html; charset=utf-8')
      .send(zipped ? gzipped : html);
  });
}
