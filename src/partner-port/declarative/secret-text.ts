// Secrets as they go into requests, and texts from which they were taken out again.
import type { Secrets, TextOrSecret } from '../manifest/manifest';
import { MappingError } from './mapping-error';

const SHORTEST_SECRET = 4;

/** The text itself, or the secret by that name with its prefix. Throws `MappingError` when there is no such secret. */
export function textOf(source: TextOrSecret, secrets: Secrets): string {
  if (typeof source === 'string') return source;
  const secret = secrets.get(source.secret);
  if (secret === undefined) throw new MappingError(`no secret by the name ${source.secret}`);
  return `${source.prefix ?? ''}${secret}`;
}

/** RFC 7617, in UTF-8. */
export function basicOf(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** A partner may send back what it was sent; no secret may come into a log by that way. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .reduce((left, secret) => left.replaceAll(secret, '***'), text);
}
