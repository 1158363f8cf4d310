// The way out for statements: `GET /settlement/statements/:id?format=json|csv|pdf`, for staff and the partner of each.
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fromGlobalId, type Id } from '../kernel/id';
import { shown } from '../members/input-checks';
import { STAFF } from '../request/policy';
import { type SettlementScope, scopeOf } from '../settlement/settlement-scope';
import type { Statement } from '../settlement/statement/statement';
import {
  fileNameOf,
  STATEMENT_FORMATS,
  STATEMENT_MEDIA,
  type StatementFormat,
} from '../settlement/statement-file/statement-files';
import type { BearerOptions } from './bearer';
import { addFileRoute, filesAtOnce } from './file-route';
import { isFault, type RouteFault, routeActor } from './route-actor';

export interface StatementRouteOptions extends BearerOptions {
  find(scope: SettlementScope, id: Id): Promise<Statement | undefined>;
  stream(statement: Statement, format: StatementFormat): Readable;
}

type Request = FastifyRequest<{ Params: { id: string }; Querystring: { format?: unknown } }>;

export function addStatementRoute(http: FastifyInstance, options: StatementRouteOptions): void {
  const accept = async (request: FastifyRequest) => {
    const asked = await accepted(request as Request, options);
    if ('status' in asked) return asked;
    const { statement, format } = asked;
    return () => ({
      file: options.stream(statement, format),
      mediaType: STATEMENT_MEDIA[format],
      name: fileNameOf(statement, format),
    });
  };
  addFileRoute(http, { url: '/settlement/statements/:id', admission: filesAtOnce(), accept }, options);
}

interface Asked {
  readonly statement: Statement;
  readonly format: StatementFormat;
}

async function accepted(request: Request, options: StatementRouteOptions): Promise<Asked | RouteFault> {
  const actor = await routeActor(request, options);
  if (isFault(actor)) return actor;
  const { role, scopes } = actor;
  const forbidden = (message: string): RouteFault => ({ status: 403, code: 'FORBIDDEN', message });
  if (role !== 'PARTNER' && !STAFF.includes(role)) return forbidden(`The role ${role} may not read statements.`);
  if (scopes && !scopes.has('SETTLEMENT')) {
    return forbidden('This key may not read statements; use one with SETTLEMENT.');
  }
  const { format = 'json' } = request.query;
  if (!STATEMENT_FORMATS.includes(format as StatementFormat)) {
    const message = `format is ${shown(String(format))}; allowed are ${STATEMENT_FORMATS.join(', ')}.`;
    return { status: 400, code: 'BAD_REQUEST', message };
  }
  const id = fromGlobalId('statement', request.params.id);
  const statement = id && (await options.find(scopeOf(actor), id));
  if (!statement) return { status: 404, code: 'NOT_FOUND', message: 'There is no such statement.' };
  return { statement, format: format as StatementFormat };
}
