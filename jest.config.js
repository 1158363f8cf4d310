// How `npm test` runs: TypeScript through swc with the decorators of the build, two workers, two database lanes.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// Packages that are published as ES modules only; everything else in node_modules runs as it is.
const ES_MODULES_ONLY = ['jose', '@marcbachmann/cel-js'];

const folders = ['src', 'migrations', 'partners', 'test'];

const transformOf = (parser) => [
  '@swc/jest',
  {
    jsc: {
      parser,
      target: 'es2022',
      keepClassNames: true,
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

module.exports = {
  testEnvironment: 'node',
  roots: folders.filter((folder) => existsSync(join(__dirname, folder))).map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/bench/', '<rootDir>/test/replay/'],
  // The packages of other people's servers: they run in processes of their own.
  modulePathIgnorePatterns: ['<rootDir>/test/real-partners/node_modules/'],
  transform: {
    '\\.ts$': transformOf({ syntax: 'typescript', decorators: true }),
    '\\.m?js$': transformOf({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${ES_MODULES_ONLY.join('|')})/)`],
  globalSetup: '<rootDir>/test/support/setup.ts',
  globalTeardown: '<rootDir>/test/support/teardown.ts',
  reporters: ['default', '<rootDir>/test/support/reporter.js'],
  maxWorkers: 2,
  testTimeout: 90_000,
};
