// The words of the audit: who asked for what, what came of it, and the chain of hashes that holds the entries together.
import { createHash } from 'node:crypto';
import type { Instant } from '../kernel/clock';
import type { Visitor } from '../request/policy';

/** A JSON value with its keys in whatever order; `canonicalJson` puts them in one. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** `ASKED` is written before anything happens, `ANSWERED` after it; one alone tells of a process that died. */
export type AuditKind = 'ASKED' | 'ANSWERED';

/** What became of it. `FAILED`: the database or the gateway failed, so it may have happened or not. */
export type AuditOutcome = 'DONE' | 'REFUSED' | 'FAILED';

export interface AuditSubject {
  readonly type: string;
  /** A global id, or the id or code of the operator's own that callers name it by; empty for what is made only now. */
  readonly key: string;
}

export interface AuditDraft {
  readonly kind: AuditKind;
  readonly at: Instant;
  readonly role: Visitor;
  /** The `sub` of the actor's token; empty without one. */
  readonly actor: string;
  readonly requestId: string;
  /** The mutation or command. */
  readonly action: string;
  readonly subject: AuditSubject;
  /** For `ANSWERED`: the entry that asked. */
  readonly asked?: number;
  readonly outcome?: AuditOutcome;
  /** `ASKED`: the arguments, without secrets. `ANSWERED`: the changes, and the code of a refusal. */
  readonly detail: Json;
}

export interface AuditEntry extends AuditDraft {
  /** From 1, without gaps. */
  readonly number: number;
  /** 64 hexadecimal digits; of the entry and the hash of the one before. */
  readonly hash: string;
}

/** The hash before the first entry. */
export const NO_HASH = '0'.repeat(64);

/** JSON with sorted keys and without white space, so that both sides of a comparison write the same text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  const sorted = entries.toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${sorted.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`).join(',')}}`;
}

/** SHA-256 over the hash of the entry before and the canonical text of this one, number included. */
export function hashOf(before: string, number: number, draft: AuditDraft): string {
  const { kind, at, role, actor, requestId, action, subject, asked, outcome, detail } = draft;
  const said = { kind, at, role, actor, requestId, action, subject, asked, outcome, detail, number };
  return createHash('sha256').update(before).update('\n').update(canonicalJson(said)).digest('hex');
}

export interface FieldChange {
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
}

/** What differs between two looks at a subject, leaf by leaf; what was not there is null. */
export function changesBetween(before: Json, after: Json): FieldChange[] {
  const old = leavesOf(before);
  const fresh = leavesOf(after);
  const fields = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return fields
    .map((field) => ({ field, before: old.get(field) ?? null, after: fresh.get(field) ?? null }))
    .filter((change) => canonicalJson(change.before) !== canonicalJson(change.after));
}

function leavesOf(value: Json, path = '', leaves = new Map<string, Json>()): Map<string, Json> {
  if (typeof value !== 'object' || value === null) {
    if (path !== '') leaves.set(path, value);
    return leaves;
  }
  for (const [key, part] of Object.entries(value)) leavesOf(part as Json, path === '' ? key : `${path}.${key}`, leaves);
  return leaves;
}
