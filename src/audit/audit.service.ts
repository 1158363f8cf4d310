// The door to the audit: says what is asked before it is done and what came of it afterwards, and lists what was said.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { Visitor } from '../request/policy';
import { type AuditFilter, appendEntry, listEntries } from './audit.store';
import {
  type AuditEntry,
  type AuditOutcome,
  type AuditSubject,
  changesBetween,
  type FieldChange,
  type Json,
} from './audit-entry';
import { readSnapshot } from './snapshot.store';

export interface Asked {
  readonly role: Visitor;
  readonly actor: string;
  readonly requestId: string;
  /** The mutation or command. */
  readonly action: string;
  readonly subject: AuditSubject;
  /** The arguments, without secrets. */
  readonly args: Json;
}

export interface Came {
  readonly outcome: AuditOutcome;
  /** The code of a refusal. */
  readonly code?: string;
  /** The key of a subject that was made only now. */
  readonly madeKey?: string;
  /** What was counted, for work on many things at once. */
  readonly counts?: Readonly<Record<string, number>>;
}

const ACTOR_MAX = 160;

export class AuditService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `work` between two entries. The first one is committed before anything happens, so that no change can be
   * without one; when it cannot be written, nothing is done. What `work` throws is thrown on, after it was noted.
   */
  async around<Answer>(asked: Asked, work: () => Promise<Answer>, tell: (answer: Answer) => Came): Promise<Answer> {
    const who = { ...asked, actor: asked.actor.slice(0, ACTOR_MAX) };
    const { args, ...said } = who;
    const before = await readSnapshot(this.database.read, asked.subject);
    const number = await this.append({ ...said, kind: 'ASKED', detail: args });
    let answer: Answer;
    try {
      answer = await work();
    } catch (error) {
      await this.append({ ...said, kind: 'ANSWERED', asked: number, outcome: 'FAILED', detail: {} });
      throw error;
    }
    const came = tell(answer);
    const subject = came.madeKey ? { ...asked.subject, key: came.madeKey } : asked.subject;
    const after = await readSnapshot(this.database.read, subject);
    const changes = changesBetween(before, after) as unknown as Json;
    const { code, counts } = came;
    const detail: Json = { changes, ...(code === undefined ? {} : { code }), ...(counts ? { counts } : {}) };
    await this.append({ ...said, subject, kind: 'ANSWERED', asked: number, outcome: came.outcome, detail });
    return answer;
  }

  /** Entries, the newest first. */
  list(filter: AuditFilter, page: { readonly before?: number; readonly limit: number }): Promise<AuditEntry[]> {
    return listEntries(this.database.read, filter, page);
  }

  private append(draft: Omit<AuditEntry, 'number' | 'hash' | 'at'>): Promise<number> {
    return this.database.transaction((tx) => appendEntry(tx, { ...draft, at: this.clock.now() }));
  }
}

/** The changes that an answered entry tells of; none for others. */
export function changesOf({ kind, detail }: AuditEntry): readonly FieldChange[] {
  const { changes } = (kind === 'ANSWERED' ? detail : {}) as { changes?: readonly FieldChange[] };
  return changes ?? [];
}
