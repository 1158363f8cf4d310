// Everything in which the two databases differ, in one place: column types, locking clauses, upserts, error meanings.

export type DialectName = 'mysql' | 'sqlite';

/**
 * What a failed statement or commit means for the caller:
 * `CONFLICT` nothing was done, the whole transaction may run again; `DUPLICATE` a unique key stands in the way;
 * `UNKNOWN` the connection broke, so a commit may or may not have happened; `FAULT` anything else.
 */
export type FailureKind = 'CONFLICT' | 'DUPLICATE' | 'UNKNOWN' | 'FAULT';

export interface Dialect {
  readonly name: DialectName;
  /** Appended to a SELECT whose rows must stay as they are until the commit. */
  readonly forUpdate: string;
  readonly insertIgnore: string;
  /** Column types for migrations. Times are BIGINT milliseconds since 1970 UTC; texts compare byte by byte. */
  readonly types: {
    readonly id: string;
    readonly bytes: (length: number) => string;
    readonly blob: string;
    readonly text: (length: number) => string;
    readonly longText: string;
    readonly integer: string;
    readonly amount: string;
    readonly autoId: string;
  };
  /** Closes a CREATE TABLE; `clustered` tables lie in the order of their primary key. */
  tableOptions(clustered: boolean): string;
  /** The tail of an INSERT that overwrites `columns` when the key exists. */
  onDuplicateUpdate(key: readonly string[], columns: readonly string[]): string;
  /** The tail of an INSERT that adds to `columns` when the key exists. */
  onDuplicateAdd(key: readonly string[], columns: readonly string[]): string;
  /** Two byte strings, one behind the other. */
  concat(left: string, right: string): string;
  /** Follows a table's name: read it by this index, whatever the optimizer thinks of it. */
  byIndex(index: string): string;
  /** A SELECT with its own ORDER BY and LIMIT as one branch of a UNION ALL. */
  limitedBranch(select: string, alias: string): string;
  failureKind(error: unknown): FailureKind;
}

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
  readonly message?: string;
  readonly driverError?: DriverError;
}

// 1213 deadlock (and Galera's certification failure at COMMIT), 1205 lock wait, 1020 record changed.
const MYSQL_CONFLICTS = new Set([1213, 1205, 1020]);
const MYSQL_DUPLICATE = 1062;
// 1047 and 1180: a Galera node cut off; 2006/2013: server gone; 1053: shutting down; 1927: connection killed.
const MYSQL_UNKNOWN = new Set([1047, 1180, 2006, 2013, 1053, 1927, 1317]);
const BROKEN_CONNECTION = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
  'POOL_CLOSED',
]);

// `utf8mb4_bin` takes 'ABC ' for 'ABC'; the collations that do not are called differently by MariaDB and by MySQL 8,
// each of which reads its own half of this.
const BYTE_BY_BYTE = 'CHARACTER SET utf8mb4 COLLATE /*M! utf8mb4_nopad_bin */ /*!80000 utf8mb4_0900_bin */';

export const mysqlDialect: Dialect = {
  name: 'mysql',
  forUpdate: ' FOR UPDATE',
  insertIgnore: 'INSERT IGNORE',
  types: {
    id: 'BINARY(16)',
    bytes: (length) => `BINARY(${length})`,
    blob: 'VARBINARY(8192)',
    text: (length) => `VARCHAR(${length}) ${BYTE_BY_BYTE}`,
    longText: `LONGTEXT ${BYTE_BY_BYTE}`,
    integer: 'INT',
    amount: 'BIGINT',
    autoId: 'BIGINT AUTO_INCREMENT PRIMARY KEY',
  },
  tableOptions: () => ' ENGINE=InnoDB',
  onDuplicateUpdate: (_key, columns) =>
    ` ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = VALUES(${column})`).join(', ')}`,
  concat: (left, right) => `CONCAT(${left}, ${right})`,
  byIndex: (index) => ` FORCE INDEX (${index})`,
  onDuplicateAdd: (_key, columns) =>
    ` ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = ${column} + VALUES(${column})`).join(', ')}`,
  // A derived table would be written out before it is read; that took the server twice the time.
  limitedBranch: (select) => `(${select})`,
  failureKind(error) {
    const { errno, code, fatal, message } = innermost(error);
    if (errno !== undefined && MYSQL_CONFLICTS.has(errno)) return 'CONFLICT';
    if (errno === MYSQL_DUPLICATE) return 'DUPLICATE';
    if (errno !== undefined && MYSQL_UNKNOWN.has(errno)) return 'UNKNOWN';
    if (code !== undefined && BROKEN_CONNECTION.has(code)) return 'UNKNOWN';
    if (fatal === true || /closed state|Pool is closed/.test(message ?? '')) return 'UNKNOWN';
    return 'FAULT';
  },
};

export const sqliteDialect: Dialect = {
  name: 'sqlite',
  // A writing transaction begins IMMEDIATE, so it has the only write lock before it reads.
  forUpdate: '',
  insertIgnore: 'INSERT OR IGNORE',
  types: {
    id: 'BLOB',
    bytes: () => 'BLOB',
    blob: 'BLOB',
    text: (length) => `VARCHAR(${length}) COLLATE BINARY`,
    longText: 'TEXT',
    integer: 'INTEGER',
    amount: 'INTEGER',
    autoId: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  },
  tableOptions: (clustered) => (clustered ? ' WITHOUT ROWID' : ''),
  onDuplicateUpdate: (key, columns) => {
    const changes = columns.map((column) => `${column} = excluded.${column}`).join(', ');
    return ` ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changes}`;
  },
  onDuplicateAdd: (key, columns) => {
    const changes = columns.map((column) => `${column} = ${column} + excluded.${column}`).join(', ');
    return ` ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changes}`;
  },
  // Of two blobs it makes a text of the same bytes.
  concat: (left, right) => `CAST(${left} || ${right} AS BLOB)`,
  byIndex: (index) => ` INDEXED BY ${index}`,
  limitedBranch: (select, alias) => `SELECT * FROM (${select}) AS ${alias}`,
  failureKind(error) {
    const { code, message } = innermost(error);
    if (code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_LOCKED')) return 'CONFLICT';
    if (/database is locked/.test(message ?? '')) return 'CONFLICT';
    if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE') return 'DUPLICATE';
    return 'FAULT';
  },
};

function innermost(error: unknown): DriverError {
  let current = (error ?? {}) as DriverError;
  while (current.driverError) current = current.driverError;
  return current;
}

/** `(?, ?, ?), (?, ?, ?)` for `rows` rows of `columns` values. */
export function placeholders(rows: number, columns: number): string {
  const row = `(${Array(columns).fill('?').join(', ')})`;
  return Array(rows).fill(row).join(', ');
}

/** `?, ?, ?` */
export function questionMarks(count: number): string {
  return Array(count).fill('?').join(', ');
}
