// Lists of the API as files: what a served gateway and the command line make them with.
import type { GraphQLSchema } from 'graphql';
import { ListExport } from '../server/list-export/list-export';
import type { Gateway } from './gateway';
import { gatewaySchema } from './schema';

export function listExport(gateway: Gateway, schema: GraphQLSchema = gatewaySchema(gateway)): ListExport {
  const { clock, log, database } = gateway;
  return new ListExport({
    schema,
    log,
    isUnavailable: (error) => database.dialect.failureKind(error) === 'UNKNOWN',
    contextFor: (actor, requestId) => ({ actor, requestId, now: clock.now(), clock }),
    elsewhere: ['redemptions'],
  });
}

/** What resolvers answer from memory; a served gateway looks at them again each second. */
export function boardsOf(gateway: Gateway) {
  const { stock, budgets, exchangeBoard, toldStock } = gateway;
  return [stock, budgets, exchangeBoard, toldStock];
}
