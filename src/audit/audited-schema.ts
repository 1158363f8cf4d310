// Puts the audit around every mutation of the schema that it covers, for staff, partners and strangers.
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { STAFF_ROLES } from '../kernel/actor';
import { assert } from '../kernel/assert';
import type { RequestContext } from '../request/context';
import { allowedBy, type Visitor } from '../request/policy';
import type { AuditService, Came } from './audit.service';
import type { Json } from './audit-entry';
import { AUDITED, type Audited, madeBy, subjectOf } from './subjects';

/** The operator's servers and members act by themselves all day; what they do stands in the ledger and the tables. */
const WATCHED: ReadonlySet<Visitor> = new Set<Visitor>([...STAFF_ROLES, 'PARTNER', 'ANONYMOUS']);

type Resolve = GraphQLFieldResolver<unknown, RequestContext, Record<string, Json>>;

/** Mutations that somebody who is watched may name. */
export function watchedMutations(schema: GraphQLSchema): string[] {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  const watched = fields.filter(({ extensions }) => [...(allowedBy(extensions) ?? [])].some((who) => WATCHED.has(who)));
  return watched.map(({ name }) => name);
}

export function auditMutations(schema: GraphQLSchema, audit: AuditService): GraphQLSchema {
  const fields = schema.getMutationType()?.getFields() ?? {};
  for (const name of watchedMutations(schema)) {
    const audited = AUDITED[name];
    const field = fields[name]!;
    assert(audited && field.resolve, `the mutation ${name} is not in AUDITED; say there what it changes`);
    field.resolve = around(name, audited, field.resolve as Resolve, audit) as typeof field.resolve;
  }
  return schema;
}

function around(action: string, audited: Audited, resolve: Resolve, audit: AuditService): Resolve {
  return (source, args, context, info) => {
    const role: Visitor = context.actor?.role ?? 'ANONYMOUS';
    if (!WATCHED.has(role)) return resolve(source, args, context, info);
    const subject = subjectOf(audited, args, context);
    const asked = {
      role,
      actor: context.actor?.subject ?? '',
      requestId: context.requestId,
      action,
      subject,
      args: withoutSecrets(args, audited.counted),
    };
    const tell = (answer: unknown): Came => {
      const { __typename: type, code } = (answer ?? {}) as { __typename?: string; code?: string };
      if (type === 'Refusal') return { outcome: 'REFUSED', code };
      return { outcome: 'DONE', madeKey: subject.key === '' ? madeBy(audited, answer) : undefined };
    };
    return audit.around(asked, async () => resolve(source, args, context, info), tell);
  };
}

/** Under these names callers hand over what nobody may read again. */
const SECRET = /^(value|secret|claimSecret|password|token|key)$/;
const TEXT_MAX = 20_000;

/** The arguments as JSON: secrets are named and not shown, the list `counted` is counted, and long texts are cut. */
export function withoutSecrets(value: unknown, counted?: string): Json {
  if (Array.isArray(value)) return value.map((part) => withoutSecrets(part, counted));
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string' && value.length > TEXT_MAX) return `${value.slice(0, TEXT_MAX)}… (${value.length})`;
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  const shown = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(
    shown.map(([name, part]) => {
      if (name === counted && Array.isArray(part)) return [name, `(${part.length})`];
      return [name, SECRET.test(name) && typeof part === 'string' ? '(secret)' : withoutSecrets(part, counted)];
    }),
  );
}
