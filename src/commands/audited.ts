// Commands that change what staff answers for are audited under the name of who runs them on this machine.
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Asked, AuditService } from '../audit/audit.service';
import type { AuditSubject, Json } from '../audit/audit-entry';
import { isRefusal, type Refusal } from '../kernel/refusal';
import { CommandError } from './command';

/** Who may run a command may do everything, so it is an administrator's act. */
export function askedHere(action: string, subject: AuditSubject, args: Json): Asked {
  return { role: 'ADMIN', actor: `cli:${userInfo().username}`, requestId: randomUUID(), action, subject, args };
}

/** Changes something between two entries; `keyOf` names what was made only now. A refusal ends the command. */
export async function changeHere<Changed extends object>(
  audit: AuditService,
  asked: Asked,
  work: () => Promise<Changed | Refusal>,
  keyOf?: (changed: Changed) => string,
): Promise<Changed> {
  const answer = await audit.around(asked, work, (came) =>
    isRefusal(came) ? { outcome: 'REFUSED', code: came.code } : { outcome: 'DONE', madeKey: keyOf?.(came) },
  );
  if (isRefusal(answer)) throw new CommandError(answer.message);
  return answer;
}
