// How tokens are had: OAuth 2 client credentials, and a GraphQL login. No message holds a token or a secret.
import { SECOND } from '../../kernel/clock';
import { type Unknown, unknown } from '../connector';
import type { ClientCredentialsAuth, DeclarativeManifest, LoginAuth } from '../manifest/manifest';
import type { ConnectorDeps } from './deps';
import { MappingError } from './mapping-error';
import { type ReplyScope, readReply } from './reply';
import { basicOf, textOf } from './secret-text';
import { compileTemplate } from './template';
import type { Token } from './token-source';

/** For servers that do not say how long a token serves. */
const SERVES_SECONDS = 300;
const SERVES_SECONDS_MAX = 86_400;
const TOKEN = /^[\x21-\x7e]{1,7900}$/;

export async function fetchClientToken(
  auth: ClientCredentialsAuth,
  totalMs: number,
  deps: ConnectorDeps,
): Promise<Token | Unknown> {
  const [id, secret] = [textOf(auth.clientId, deps.secrets), textOf(auth.clientSecret, deps.secrets)];
  const inBody = auth.credentialsIn === 'BODY';
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(auth.scope && { scope: auth.scope }),
    ...(auth.audience && { audience: auth.audience }),
    ...(inBody && { client_id: id, client_secret: secret }),
  });
  const reply = await post(deps, totalMs, {
    url: auth.tokenUrl,
    // RFC 6749 §2.3.1: both are encoded as in a form before they go into the header.
    headers: inBody ? {} : { authorization: basicOf(encodeURIComponent(id), encodeURIComponent(secret)) },
    type: 'application/x-www-form-urlencoded',
    body: form.toString(),
  });
  if ('kind' in reply) return reply;
  const { access_token: text, expires_in: seconds = SERVES_SECONDS } = asObject(reply.body);
  const serves = Number(seconds);
  if (typeof text !== 'string' || !TOKEN.test(text) || !(serves > 0)) return none('the answer holds no usable token');
  return { text, servesMs: Math.min(serves, SERVES_SECONDS_MAX) * SECOND };
}

export async function fetchLoginToken(
  auth: LoginAuth,
  { baseUrl, limits }: DeclarativeManifest,
  deps: ConnectorDeps,
): Promise<Token | Unknown> {
  const variables = Object.fromEntries(
    Object.entries(auth.variables).map(([name, source]) => [name, textOf(source, deps.secrets)]),
  );
  const body = JSON.stringify({ query: auth.document, variables });
  const reply = await post(deps, limits.totalMs, { url: baseUrl, headers: {}, type: 'application/json', body });
  if ('kind' in reply) return reply;
  const { header, value } = auth.token;
  const text = header ? reply.headers[header.toLowerCase()] : await tokenIn(reply, value!, deps);
  if (typeof text !== 'string' || !TOKEN.test(text)) return none('the login was refused, or holds no usable token');
  return { text, servesMs: auth.lifetimeSeconds * SECOND };
}

async function tokenIn(reply: ReplyScope, expression: string, { clock }: ConnectorDeps): Promise<unknown> {
  try {
    return await compileTemplate(expression).evaluate(reply, clock.now());
  } catch (error) {
    if (error instanceof MappingError) return undefined;
    throw error;
  }
}

interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly type: string;
  readonly body: string;
}

async function post(deps: ConnectorDeps, totalMs: number, { url, headers, type, body }: Post) {
  const reply = await deps.transport.send({
    method: 'POST',
    url,
    headers: { accept: 'application/json', 'content-type': type, ...headers },
    body,
    signal: AbortSignal.timeout(totalMs),
  });
  if (reply.kind === 'NO_REPLY') return none(reply.message);
  if (reply.status < 200 || reply.status > 299) return none(`HTTP ${reply.status}`);
  return readReply(reply);
}

function none(why: string): Unknown {
  return unknown('UNAUTHORIZED', `No token could be had: ${why}.`);
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
