// `/healthz`: the process lives. `/readyz`: it can serve, which needs all that it depends on.
import type { FastifyInstance } from 'fastify';
import { type DescribedError, describeError } from './logger';

export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

export interface HealthOptions {
  readonly checks: ReadinessChecks;
  isClosing(): boolean;
  /** Hears why a check failed; a caller learns the name of the check alone. */
  failed(check: string, reason: DescribedError): void;
}

const CHECK_TIMEOUT_MS = 2_000;

function withTimeout(check: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
    check()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

async function failingChecks(options: HealthOptions): Promise<string[]> {
  const outcomes = await Promise.all(
    Object.entries(options.checks).map(async ([name, check]) => {
      try {
        await withTimeout(check);
        return undefined;
      } catch (error) {
        options.failed(name, describeError(error));
        return name;
      }
    }),
  );
  return outcomes.filter((name) => name !== undefined);
}

export function addHealthRoutes(fastify: FastifyInstance, options: HealthOptions): void {
  let pending: Promise<string[]> | undefined;
  // Whoever asks while an answer is being found gets the same one, so that probes cannot pile up on the database.
  const sharedChecks = (): Promise<string[]> => {
    pending ??= failingChecks(options).finally(() => {
      pending = undefined;
    });
    return pending;
  };

  fastify.get('/healthz', async () => ({ status: 'ok' }));
  fastify.get('/readyz', async (_request, reply) => {
    const failing = options.isClosing() ? ['shutdown'] : await sharedChecks();
    if (failing.length === 0) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', failing });
  });
}
