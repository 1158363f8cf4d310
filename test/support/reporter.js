// The end of a run: says loudly which lane was left out, counts all tests in one line and leaves a summary file.
// Plain JavaScript, because Jest loads reporters without its transform.
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const LANES = ['sqlite', 'mysql'];
const SHOUT = '!'.repeat(100);

class SummaryReporter {
  constructor(globalConfig) {
    this.globalConfig = globalConfig;
  }

  onRunComplete(_contexts, results) {
    const summary = summarise(results);
    const folder = join(this.globalConfig.rootDir, 'test-results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`);
    const out = this.globalConfig.json ? process.stderr : process.stdout;
    // At the exit, because Jest's own summary and the teardown come after the reporters.
    process.once('exit', () => out.write(lastWords(summary, process.env.PERKGATE_TEST_MYSQL_ABSENT)));
  }
}

function summarise(results) {
  const lanes = Object.fromEntries(LANES.map((lane) => [lane, laneRan(lane, results) ? 'ran' : 'skipped']));
  return {
    passed: results.numPassedTests,
    // A file that did not even load has no tests to count; it is a failure all the same.
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
    lanes,
  };
}

/** A lane ran when at least one of its tests did; the titles are those of `eachDatabase`. */
function laneRan(lane, results) {
  return results.testResults.some((file) =>
    file.testResults.some(
      (test) => test.ancestorTitles.includes(`on ${lane}`) && ['passed', 'failed'].includes(test.status),
    ),
  );
}

function lastWords(summary, mysqlAbsent) {
  const notice = mysqlAbsent
    ? `${SHOUT}\nTHE MYSQL LANE WAS SKIPPED: ${mysqlAbsent}.\n` +
      'Nothing here was proven on MySQL. Put mariadbd or mysqld on PATH, or set\n' +
      `TEST_DATABASE_URL=mysql://user:password@host:port, and run again.\n${SHOUT}\n`
    : '';
  return `${notice}${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped\n`;
}

module.exports = SummaryReporter;
module.exports.summarise = summarise;
module.exports.lastWords = lastWords;
