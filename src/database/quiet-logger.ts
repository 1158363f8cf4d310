// TypeORM prints what it throws as well. Whoever catches it says it, and standard output is for answers.
import type { Logger } from 'typeorm';

const nothing = (): void => {};

export const quietLogger: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};
