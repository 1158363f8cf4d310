// The log: pino, with nothing in it that would be worth stealing.
import { type Logger, pino } from 'pino';

export interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: unknown;
  readonly cause?: DescribedError;
}

const CAUSES_FOLLOWED = 5;

/**
 * The parts of an error that may be logged. Drivers hang the statement and its parameters on their errors, clients the
 * request with its headers; so the properties are chosen here, not copied.
 */
export function describeError(error: unknown, causes = CAUSES_FOLLOWED): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { name, message, stack, cause } = error;
  const code: unknown = (error as { code?: unknown }).code;
  return {
    type: name,
    message,
    stack,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined || causes === 0 ? {} : { cause: describeError(cause, causes - 1) }),
  };
}

export function createLogger(level: string, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    serializers: { err: (error: unknown) => describeError(error) },
    redact: [
      'authorization',
      '*.authorization',
      '*.headers.authorization',
      'headers.authorization',
      'token',
      '*.token',
    ],
  };
  return destination ? pino(options, destination) : pino(options);
}
