// How a request proves who sends it: secrets in headers, a signature, or a token that is had first.
import { createHash, createHmac } from 'node:crypto';
import { type Instant, SECOND } from '../../kernel/clock';
import type { Unknown } from '../connector';
import type { Auth, DeclarativeManifest, HmacAuth, LoginAuth, Secrets, TextOrSecret } from '../manifest/manifest';
import type { ConnectorDeps } from './deps';
import { headersOf, headerValue, type Unsigned } from './http-parts';
import { MappingError } from './mapping-error';
import type { ReplyScope } from './reply';
import { basicOf, textOf } from './secret-text';
import { compileTemplate } from './template';
import { fetchClientToken, fetchLoginToken } from './token-fetch';
import { TokenSource } from './token-source';

export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  /** The token in it, when there is one that can be had anew. */
  readonly token?: string;
}

export interface PartnerAuth {
  /** Throws `MappingError` when a template comes to nothing. */
  prove(request: Unsigned, signal: AbortSignal): Promise<Proof | Unknown>;
  /** Whether the partner refused the token; it is then forgotten, so that the next proof has a new one. */
  refused(reply: ReplyScope, proof: Proof): Promise<boolean>;
  /** What must stand in no message beside the secrets. */
  token(): string | undefined;
}

export function partnerAuth(manifest: DeclarativeManifest, deps: ConnectorDeps): PartnerAuth {
  const { auth } = manifest;
  switch (auth.kind) {
    case 'HMAC':
      return signing(auth, deps);
    case 'CLIENT_CREDENTIALS':
      return withToken({
        source: new TokenSource(() => fetchClientToken(auth, manifest.limits.totalMs, deps), deps.clock),
        send: { header: 'authorization', prefix: 'Bearer ' },
        isRefused: async ({ status }) => status === 401,
      });
    case 'LOGIN':
      return withToken({
        source: new TokenSource(() => fetchLoginToken(auth, manifest, deps), deps.clock),
        send: auth.sendAs,
        isRefused: loginRefused(auth, deps),
      });
    default:
      return unchanging(fixedHeaders(auth, deps.secrets));
  }
}

function fixedHeaders(auth: Auth, secrets: Secrets): () => Record<string, string> {
  if (auth.kind === 'HEADERS') {
    return () => headersOf(mapValues(auth.headers, (source) => textOf(source, secrets)));
  }
  if (auth.kind !== 'BASIC') return () => ({});
  return () => ({ authorization: basicOf(textOf(auth.username, secrets), textOf(auth.password, secrets)) });
}

function unchanging(headers: () => Record<string, string>): PartnerAuth {
  return { prove: async () => ({ headers: headers() }), refused: async () => false, token: () => undefined };
}

function signing(auth: HmacAuth, { secrets, clock }: ConnectorDeps): PartnerAuth {
  const message = compileTemplate(auth.message);
  const headers = Object.entries(auth.headers).map(([name, source]) => {
    const template = isSecret(source) ? undefined : compileTemplate(source);
    const valueIn = async (scope: object, now: Instant) =>
      template ? await template.evaluate(scope, now) : textOf(source as TextOrSecret, secrets);
    return { name, valueIn };
  });
  return {
    prove: async ({ method, url, body = '' }) => {
      const now = clock.now();
      const { pathname: path, search } = new URL(url);
      const bodySha256 = createHash('sha256').update(body).digest('hex');
      const scope = { method, path, query: search.slice(1), body, bodySha256, timestamp: timeOf(auth.timestamp, now) };
      const text = await message.evaluate(scope, now);
      if (typeof text !== 'string') throw new MappingError('a message to sign that is no text');
      const key = textOf({ secret: auth.secret }, secrets);
      const signature = createHmac(auth.algorithm, key).update(text).digest(auth.encoding);
      const values: [string, unknown][] = [];
      for (const { name, valueIn } of headers) values.push([name, await valueIn({ ...scope, signature }, now)]);
      return { headers: headersOf(Object.fromEntries(values)) };
    },
    refused: async () => false,
    token: () => undefined,
  };
}

function timeOf(form: HmacAuth['timestamp'], now: Instant): string {
  if (form === 'ISO') return new Date(now).toISOString();
  return String(form === 'SECONDS' ? Math.floor(now / SECOND) : now);
}

interface TokenUse {
  readonly source: TokenSource;
  readonly send: { readonly header: string; readonly prefix: string };
  readonly isRefused: (reply: ReplyScope) => Promise<boolean>;
}

function withToken({ source, send, isRefused }: TokenUse): PartnerAuth {
  return {
    prove: async (_request, signal) => {
      const token = await source.get(signal);
      if (typeof token !== 'string') return token;
      return { headers: { [send.header.toLowerCase()]: headerValue(`${send.prefix}${token}`) }, token };
    },
    refused: async (reply, { token }) => {
      if (token === undefined || !(await isRefused(reply))) return false;
      source.drop(token);
      return true;
    },
    token: () => source.kept,
  };
}

function loginRefused({ expiredWhen }: LoginAuth, { clock }: ConnectorDeps): TokenUse['isRefused'] {
  const expired = expiredWhen === undefined ? undefined : compileTemplate(expiredWhen);
  return async (reply) => reply.status === 401 || (await expired?.evaluate(reply, clock.now())) === true;
}

function isSecret(source: unknown): boolean {
  return typeof source === 'object' && source !== null && 'secret' in source;
}

function mapValues<From, To>(of: Readonly<Record<string, From>>, map: (from: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, map(value)]));
}
