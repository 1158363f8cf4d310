// What an answer means: the rules of a manifest, and what holds where they are silent.
import type { Instant } from '../../kernel/clock';
import { type Declined, declined, type Unknown, unknown } from '../connector';
import type { ErrorRule } from '../manifest/manifest';
import type { ReplyScope } from './reply';
import { compileTemplate, type Template } from './template';

/** An answer that is no success. */
export type NoSuccess = Declined | Unknown | { readonly kind: 'ABSENT' } | { readonly kind: 'PENDING' };

/** `ANSWER`: a success, to be read by the operation's mapping. */
export type Verdict = NoSuccess | { readonly kind: 'ANSWER' };

interface CompiledRule extends Omit<ErrorRule, 'test' | 'message'> {
  readonly test?: Template;
  readonly message?: Template;
}

export class ErrorRules {
  private readonly rules: readonly CompiledRule[];

  constructor(
    sources: readonly ErrorRule[],
    private readonly isGraphql: boolean,
  ) {
    this.rules = sources.map(({ test, message, ...rest }) => ({
      ...rest,
      ...(test !== undefined && { test: compileTemplate(test) }),
      ...(message !== undefined && { message: compileTemplate(message) }),
    }));
  }

  /** Throws `MappingError` when an expression comes to nothing. */
  async judge(reply: ReplyScope, scope: object, now: Instant): Promise<Verdict> {
    for (const rule of this.rules) {
      if (rule.status && !rule.status.some((wanted) => fits(wanted, reply.status))) continue;
      if (rule.test && (await rule.test.evaluate(scope, now)) !== true) continue;
      const said = await rule.message?.evaluate(scope, now);
      return verdictOf(rule, typeof said === 'string' && said !== '' ? said : `HTTP ${reply.status}`);
    }
    return this.isGraphql && isSuccess(reply.status) ? graphqlVerdict(reply) : httpVerdict(reply);
  }
}

function fits(wanted: number | string, status: number): boolean {
  return typeof wanted === 'number' ? wanted === status : wanted.startsWith(String(Math.floor(status / 100)));
}

function verdictOf({ means, reason = 'OTHER' }: CompiledRule, message: string): Verdict {
  if (means === 'DECLINED') return declined(reason, message);
  return means === 'UNKNOWN' ? unknown('PARTNER_ERROR', message) : { kind: means };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function httpVerdict({ status, body }: ReplyScope): Verdict {
  if (status === 401 || status === 403) return unknown('UNAUTHORIZED', `HTTP ${status}`);
  if (status === 429 || status >= 500) return unknown('PARTNER_ERROR', `HTTP ${status}`);
  if (!isSuccess(status)) return unknown('UNREADABLE', `HTTP ${status}, of which the manifest says nothing`);
  if (body === undefined) return unknown('UNREADABLE', `HTTP ${status} with a body that is not JSON`);
  return { kind: 'ANSWER' };
}

/** Errors come with status 200 here, beside data or without. */
function graphqlVerdict({ body }: ReplyScope): Verdict {
  if (typeof body !== 'object' || body === null) return unknown('UNREADABLE', 'an answer that is not of GraphQL');
  const { errors } = body as { readonly errors?: unknown };
  if (errors === undefined || errors === null || (Array.isArray(errors) && errors.length === 0))
    return { kind: 'ANSWER' };
  const first: unknown = Array.isArray(errors) ? errors[0]?.message : undefined;
  return unknown('PARTNER_ERROR', `GraphQL errors: ${typeof first === 'string' ? first : 'without a message'}`);
}
