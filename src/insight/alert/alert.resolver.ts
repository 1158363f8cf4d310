// The list of alerts: all of them for staff, and for a partner those that concern it.

import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { Database } from '../../database/database';
import type { Actor } from '../../kernel/actor';
import { type Id, toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import type { Catalogue } from '../../program/catalogue';
import { partnerNamed } from '../../program/named-partner';
import { type Connection, connectionPage } from '../../request/connection';
import type { RequestContext } from '../../request/context';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, NeedsScope, STAFF } from '../../request/policy';
import type { Alert } from './alert';
import { listAlerts } from './alert.store';
import { AlertConnectionType, AlertKinds, type AlertType } from './alert.type';

const CURSOR = 'alert';

@Resolver()
export class AlertResolver {
  constructor(
    private readonly database: Database,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow('PARTNER', STAFF)
  @NeedsScope('AGREEMENTS')
  @Query(() => AlertConnectionType, {
    description: 'Alerts, newest first: all of them for staff, and for a partner those that concern it.',
  })
  async alerts(
    @Ctx() { actor }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
    @Arg('open', () => Boolean, { nullable: true, description: 'Only open ones, or only resolved ones.' })
    open?: boolean | null,
    @Arg('kind', () => AlertKinds, { nullable: true }) kind?: keyof typeof AlertKinds | null,
    @Arg('partner', () => String, {
      nullable: true,
      description: 'A partner that they concern, by its code or its id.',
    })
    partner?: string | null,
  ): Promise<Connection<AlertType>> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const filter = { open: open ?? undefined, kind: kind ?? undefined, partnerId: this.concerned(actor!, partner) };
    const found = await listAlerts(this.database.read, filter, { before, limit: size + 1 });
    return connectionPage(found, size, (alert) => ({
      cursor: encodeCursor(CURSOR, alert.id),
      node: this.shown(alert),
    }));
  }

  /** A partner's own comes from its token; what it names besides can narrow that, never leave it. */
  private concerned({ role, partnerId }: Actor, partner: string | null | undefined): Id | null | undefined {
    const own = role === 'PARTNER' ? (partnerId ?? null) : undefined;
    if (!partner) return own;
    const named = partnerNamed(this.catalogue(), partner)?.id ?? null;
    return own === undefined || own === named ? named : null;
  }

  private shown({ id, details, raisedAt, seenAt, resolvedAt, partnerId, ...alert }: Alert): AlertType {
    return {
      id: toGlobalId('alert', id),
      ...alert,
      partner: (partnerId && this.catalogue().partner(partnerId)?.code) ?? null,
      figures: Object.entries(details).map(([name, value]) => ({ name, value: String(value) })),
      raisedAt: new Date(raisedAt),
      seenAt: new Date(seenAt),
      resolvedAt: resolvedAt === undefined ? null : new Date(resolvedAt),
    };
  }
}
