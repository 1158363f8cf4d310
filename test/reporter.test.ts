// The last words of a run, on which `.ci/run` and whoever reads a log rely.
interface Run {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly lanes: { readonly sqlite: string; readonly mysql: string };
}

const { summarise, lastWords } = require('./support/reporter') as {
  summarise(results: object): Run;
  lastWords(summary: object, mysqlAbsent: string | undefined): string;
};

const file = (...tests: [status: string, ...titles: string[]][]) => ({
  testResults: tests.map(([status, ...ancestorTitles]) => ({ status, ancestorTitles })),
});
const results = (testResults: object[], counts: object = {}) => ({
  ...{ numPassedTests: 5, numFailedTests: 1, numRuntimeErrorTestSuites: 0, numPendingTests: 2, numTodoTests: 0 },
  ...counts,
  testResults,
});

test('the last line counts what passed, failed and was skipped', () => {
  const summary = summarise(results([]));
  expect(lastWords(summary, undefined)).toBe('5 passed, 1 failed, 2 skipped\n');
});

test('a file that does not load counts as a failure, a test that is to be written as skipped', () => {
  const summary = summarise(results([], { numRuntimeErrorTestSuites: 1, numTodoTests: 3 }));
  expect(summary).toMatchObject({ passed: 5, failed: 2, skipped: 5 });
});

test('a lane ran when one of its tests did, whether it passed or not', () => {
  const some = [file(['passed', 'on sqlite', 'cards'], ['pending', 'on mysql']), file(['failed', 'on sqlite'])];
  expect(summarise(results(some)).lanes).toEqual({ sqlite: 'ran', mysql: 'skipped' });
  const more = [...some, file(['failed', 'outside', 'on mysql'])];
  expect(summarise(results(more)).lanes).toEqual({ sqlite: 'ran', mysql: 'ran' });
});

test('a MySQL lane that was left out is told loudly, with its reason and what to do, before the last line', () => {
  const told = lastWords(summarise(results([])), 'neither mariadbd nor mysqld was found').split('\n');
  expect(told[0]).toMatch(/^!{50,}$/);
  expect(told[1]).toBe('THE MYSQL LANE WAS SKIPPED: neither mariadbd nor mysqld was found.');
  expect(told.join(' ')).toContain('TEST_DATABASE_URL=mysql://');
  expect(told.at(-2)).toBe('5 passed, 1 failed, 2 skipped');
});
