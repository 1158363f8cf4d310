// One request and its answer: templates filled in, proof added, sent, read; once more when only the token was refused.
import { type Unknown, unknown } from '../connector';
import type { DeclarativeManifest, GraphqlRequestSource, HttpRequestSource } from '../manifest/manifest';
import type { ConnectorDeps } from './deps';
import { bodyOf, headersOf, type Unsigned, urlBelow } from './http-parts';
import { MappingError } from './mapping-error';
import type { PartnerAuth } from './partner-auth';
import { type ReplyScope, readReply } from './reply';
import { compilePath, compileTemplate } from './template';

/** Fills in the templates of one request. Throws `MappingError`. */
export type RequestMaker = (scope: object, extraHeaders: Readonly<Record<string, string>>) => Promise<Unsigned>;

export function requestMaker(
  manifest: DeclarativeManifest,
  source: HttpRequestSource | GraphqlRequestSource,
  { clock }: ConnectorDeps,
): RequestMaker {
  const common = compileTemplate(manifest.headers);
  const part = async (template: { evaluate: ReturnType<typeof compileTemplate>['evaluate'] }, scope: object) =>
    asMapping(await template.evaluate(scope, clock.now()));
  if ('document' in source) {
    const variables = compileTemplate(source.variables);
    return async (scope, extra) => {
      const filled = { query: source.document, variables: await part(variables, scope) };
      const { body, type } = bodyOf(filled, 'JSON');
      const headers = { ...headersOf(await part(common, scope)), ...extra, 'content-type': type };
      return { method: 'POST', url: manifest.baseUrl, headers, body };
    };
  }
  const [path, query, own] = [compilePath(source.path), compileTemplate(source.query), compileTemplate(source.headers)];
  const content = source.body === undefined ? undefined : compileTemplate(source.body);
  return async (scope, extra) => {
    const url = urlBelow(manifest.baseUrl, await path.evaluate(scope, clock.now()), await part(query, scope));
    const filled = await content?.evaluate(scope, clock.now());
    const body = filled === undefined ? undefined : bodyOf(filled, source.bodyFormat);
    const written = { ...headersOf(await part(common, scope)), ...headersOf(await part(own, scope)) };
    const headers = { ...(body && { 'content-type': body.type }), ...written, ...extra };
    return { method: source.method, url, headers, body: body?.body };
  };
}

function asMapping(value: unknown): object {
  if (typeof value !== 'object' || value === null) throw new MappingError('no mapping where one is needed');
  return value;
}

export class Exchange {
  constructor(
    private readonly auth: PartnerAuth,
    private readonly deps: ConnectorDeps,
  ) {}

  /** A 401 says that nothing was done, so the same request may go again with a new token. */
  async send(request: Unsigned, signal: AbortSignal): Promise<ReplyScope | Unknown> {
    const first = await this.attempt(request, signal);
    if (!('reply' in first)) return first;
    if (!first.isRefused) return first.reply;
    const second = await this.attempt(request, signal);
    return 'reply' in second ? second.reply : second;
  }

  private async attempt(request: Unsigned, signal: AbortSignal) {
    const proof = await this.auth.prove(request, signal);
    if ('kind' in proof) return proof;
    const headers = { accept: 'application/json', ...request.headers, ...proof.headers };
    const answer = await this.deps.transport.send({ ...request, headers, signal });
    if (answer.kind === 'NO_REPLY') return unknown(answer.cause, answer.message);
    const reply = readReply(answer);
    return { reply, isRefused: await this.auth.refused(reply, proof) };
  }
}
