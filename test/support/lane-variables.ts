// How the run tells its test files, in other processes, where the MySQL server is; the reporter reads the reason.

/** The URL of the server without a database; absent when the lane is skipped. */
export const MYSQL_URL_VARIABLE = 'PERKGATE_TEST_MYSQL_URL';
/** Why there is no server; the reporter prints it. */
export const MYSQL_ABSENT_VARIABLE = 'PERKGATE_TEST_MYSQL_ABSENT';
