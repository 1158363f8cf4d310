// The list of alerts, for staff.

import { Arg, Int, Query, Resolver } from 'type-graphql';
import type { Database } from '../../database/database';
import { toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { type Connection, connectionPage } from '../../request/connection';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, STAFF } from '../../request/policy';
import type { Alert } from './alert';
import { listAlerts } from './alert.store';
import { AlertConnectionType, AlertKinds, type AlertType } from './alert.type';

const CURSOR = 'alert';

@Resolver()
export class AlertResolver {
  constructor(private readonly database: Database) {}

  @Allow(STAFF)
  @Query(() => AlertConnectionType, { description: 'Alerts, newest first.' })
  async alerts(
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('open', () => Boolean, { nullable: true, description: 'Only open ones, or only resolved ones.' })
    open?: boolean | null,
    @Arg('kind', () => AlertKinds, { nullable: true }) kind?: keyof typeof AlertKinds | null,
  ): Promise<Connection<AlertType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const filter = { open: open ?? undefined, kind: kind ?? undefined };
    const found = await listAlerts(this.database.read, filter, { before, limit: size + 1 });
    return connectionPage(found, size, (alert) => ({
      cursor: encodeCursor(CURSOR, alert.id),
      node: shown(alert),
    }));
  }
}

function shown({ id, kind, subject, message, details, raisedAt, seenAt, resolvedAt }: Alert): AlertType {
  return {
    id: toGlobalId('alert', id),
    kind,
    subject,
    message,
    figures: Object.entries(details).map(([name, value]) => ({ name, value: String(value) })),
    raisedAt: new Date(raisedAt),
    seenAt: new Date(seenAt),
    resolvedAt: resolvedAt === undefined ? null : new Date(resolvedAt),
  };
}
