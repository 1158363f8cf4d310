// A partner's answer as expressions see it.
import type { PartnerReply } from '../transport';
import { isShallow } from './weight';

export interface ReplyScope {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** `null` when there is none, `undefined` when it is not JSON. */
  readonly body: unknown;
}

export function readReply({ status, headers, body }: PartnerReply): ReplyScope {
  return { status, headers, body: readJson(headers['content-type'] ?? '', body) };
}

function readJson(type: string, text: string): unknown {
  if (text.trim() === '') return null;
  if (!/^[a-z]+\/([\w.-]+\+)?json\b/i.test(type) || !isShallow(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
