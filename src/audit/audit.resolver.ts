// The list of the audit's entries, for auditors and administrators.

import { Arg, Int, Query, Resolver } from 'type-graphql';
import { encodeCursor } from '../kernel/page';
import { type Connection, connectionPage } from '../request/connection';
import { afterKey, pageSize } from '../request/page-input';
import { Allow } from '../request/policy';
import { type AuditService, changesOf } from './audit.service';
import { AUDITORS, AuditConnectionType, type AuditEntryType, AuditFilterInput } from './audit.type';
import type { AuditEntry, Json } from './audit-entry';

const CURSOR = 'audit';

@Resolver()
export class AuditResolver {
  constructor(private readonly audit: AuditService) {}

  @Allow(AUDITORS)
  @Query(() => AuditConnectionType, { description: 'What staff and partners asked for, and what came of it.' })
  async auditEntries(
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('filter', () => AuditFilterInput, { nullable: true }) filter?: AuditFilterInput | null,
  ): Promise<Connection<AuditEntryType>> {
    const size = pageSize(first);
    const key = afterKey(CURSOR, after, /^\d{1,15}$/);
    const page = { before: key === undefined ? undefined : Number(key), limit: size + 1 };
    const { subjectType, subjectKey, actor, action, from, until } = filter ?? {};
    const asked = {
      subjectType: subjectType ?? undefined,
      subjectKey: subjectKey ?? undefined,
      actor: actor ?? undefined,
      action: action ?? undefined,
      from: from?.getTime(),
      until: until?.getTime(),
    };
    const found = await this.audit.list(asked, page);
    return connectionPage(found, size, (entry) => ({
      cursor: encodeCursor(CURSOR, String(entry.number)),
      node: entryView(entry),
    }));
  }
}

function entryView(entry: AuditEntry): AuditEntryType {
  const { number, kind, at, role, actor, requestId, action, subject, asked, outcome, detail, hash } = entry;
  const { code = null } = (kind === 'ANSWERED' ? detail : {}) as { code?: string | null };
  return {
    number,
    kind,
    at: new Date(at),
    role,
    actor,
    requestId,
    action,
    subjectType: subject.type,
    subjectKey: subject.key,
    asked: asked ?? null,
    outcome: outcome ?? null,
    refusal: code,
    args: kind === 'ASKED' ? (detail as Json) : null,
    changes: changesOf(entry),
    hash,
  };
}
