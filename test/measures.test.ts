// What bench and replay have in common with every command: help, and faults that people and programs can read.
import { lastJson, measure } from './support/gateway-process';

test.each(['bench', 'replay'] as const)('%s says in --help what it does and takes', async (name) => {
  const { code, stdout, stderr } = await measure(name, ['--help']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(new RegExp(`^Usage: ${name} \\[options\\]`));
  expect(stdout).toContain('--json');
});

test.each<['bench' | 'replay', string[], RegExp]>([
  ['bench', ['--only', 'nothing'], /argument 'nothing' is invalid. give some of home, redeem, /],
  ['replay', ['--bogus'], /unknown option '--bogus'/],
  ['replay', ['--data', '/nowhere'], /The file \/nowhere\/portfolio.json cannot be read/],
])('%s %j fails with one line and one JSON object', async (name, args, message) => {
  const { code, stdout, stderr } = await measure(name, [...args, '--json']);
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^${name}: [^\\n]+\\n$`));
  expect(stderr).toMatch(message);
  expect(lastJson(stdout)).toEqual({ ok: false, error: expect.stringMatching(message) });
});
