// Who asks at a route besides GraphQL; or why it is not answered.
import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Actor } from '../kernel/actor';
import type { RefusalCode } from '../kernel/refusal';
import { actorOf, type BearerOptions } from './bearer';
import type { ErrorCode } from './errors';

export interface RouteFault {
  readonly status: number;
  readonly code: ErrorCode | RefusalCode;
  readonly message: string;
}

export function isFault(actor: Actor | RouteFault): actor is RouteFault {
  return isRouteFault(actor);
}

export function isRouteFault(answer: object): answer is RouteFault {
  return 'status' in answer;
}

export async function routeActor(request: FastifyRequest, options: BearerOptions): Promise<Actor | RouteFault> {
  try {
    const actor = await actorOf(request, options);
    if (actor) return actor;
    const message = 'A token is needed. Send one as `Authorization: Bearer TOKEN`.';
    return { status: 401, code: 'UNAUTHENTICATED', message };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { code, http } = error.extensions as { code: 'UNAUTHENTICATED'; http?: { status: number } };
    return { status: http?.status ?? 500, code, message: error.message };
  }
}
