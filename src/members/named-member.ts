// Whose is asked for: a member's own, or the one that a server or a member of staff names.
import type { Actor } from '../kernel/actor';
import type { Id } from '../kernel/id';
import { type Refusal, refuse } from '../kernel/refusal';
import type { MemberService } from './member.service';

const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');

/** A member that names another one is answered as if that one were not there. */
export async function namedMember(
  members: Pick<MemberService, 'idOf'>,
  actor: Actor,
  named: string | null | undefined,
): Promise<Id | Refusal> {
  if (actor.role === 'MEMBER') {
    const other = named !== undefined && named !== null && named !== actor.subject;
    return other ? NO_MEMBER : (actor.memberId ?? NO_MEMBER);
  }
  if (!named) return refuse('INVALID_INPUT', 'member is missing; give the external id of the member.', 'member');
  return (await members.idOf(named)) ?? NO_MEMBER;
}
