// The way in for feeds of partners as files of CSV: `POST /settlement/feeds/:id/lines`.
import type { FastifyInstance } from 'fastify';
import type { Actor } from '../kernel/actor';
import type { Clock } from '../kernel/clock';
import { fromGlobalId, type Id } from '../kernel/id';
import { isRefusal, type Refusal } from '../kernel/refusal';
import type { Feed } from '../settlement/reconciliation/feed';
import type { FeedFile } from '../settlement/reconciliation/feed.service';
import { FeedFileError } from '../settlement/reconciliation/feed-mapping';
import type { FileReport } from '../settlement/reconciliation/lines-report';
import { type SettlementScope, scopeOf } from '../settlement/settlement-scope';
import type { BearerOptions } from './bearer';
import type { RouteFault } from './route-actor';
import { addUploadRoute, type Upload } from './upload-route';

export interface FeedRouteOptions extends BearerOptions {
  readonly clock: Clock;
  find(scope: SettlementScope, feedId: Id): Promise<Feed | undefined>;
  load(feedId: Id, file: FeedFile, upload: Upload): Promise<FileReport | Refusal>;
}

const STAFF_ROLES: readonly string[] = ['BD', 'OPERATIONS', 'ADMIN'];

export function addFeedRoute(http: FastifyInstance, options: FeedRouteOptions): void {
  addUploadRoute<Id, FileReport>(http, {
    ...options,
    url: '/settlement/feeds/:id/lines',
    lineWord: 'line',
    accept: (actor, id) => accepted(actor, id, options),
    load: (feedId, file, upload) => loaded(feedId, file, upload, options),
    addedOf: ({ added }) => added,
  });
}

async function accepted(
  actor: Actor,
  id: string,
  { find }: FeedRouteOptions,
): Promise<{ readonly target: Id } | RouteFault> {
  const { role, scopes } = actor;
  const forbidden = (message: string): RouteFault => ({ status: 403, code: 'FORBIDDEN', message });
  if (role !== 'PARTNER' && !STAFF_ROLES.includes(role)) return forbidden(`The role ${role} may not send feeds.`);
  if (scopes && !scopes.has('SETTLEMENT')) return forbidden('This key may not send feeds; use one with SETTLEMENT.');
  const feedId = fromGlobalId('feed', id);
  const feed = feedId && (await find(scopeOf(actor), feedId));
  return feed ? { target: feed.id } : { status: 404, code: 'NOT_FOUND', message: 'There is no such feed.' };
}

async function loaded(feedId: Id, file: FeedFile, upload: Upload, { load }: FeedRouteOptions) {
  try {
    const report = await load(feedId, file, upload);
    if (!isRefusal(report)) return report;
    return { fault: { status: 409, code: 'CONFLICT', message: report.message } satisfies RouteFault };
  } catch (error) {
    if (!(error instanceof FeedFileError)) throw error;
    return { fault: { status: 422, code: 'BAD_REQUEST', message: error.message } satisfies RouteFault };
  }
}
