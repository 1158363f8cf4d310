// Commands that change what staff answers for are audited under the name of who runs them on this machine.
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Asked } from '../audit/audit.service';
import type { AuditSubject, Json } from '../audit/audit-entry';

/** Who may run a command may do everything, so it is an administrator's act. */
export function askedHere(action: string, subject: AuditSubject, args: Json): Asked {
  return { role: 'ADMIN', actor: `cli:${userInfo().username}`, requestId: randomUUID(), action, subject, args };
}
