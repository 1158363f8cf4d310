// Secrets on disk: made once, kept, private, and the same for all who start together.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../kernel/clock';
import { loadCodeKey } from './code-key';
import { loadDemoKey } from './demo-key';
import { readOrCreatePrivateFile } from './private-file';

let folder: string;
const clock = new ManualClock(1_700_000_000_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perkgate-identity-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('makes the file once, readable by its owner only', async () => {
  const path = join(folder, 'deep', 'secret');
  expect(await readOrCreatePrivateFile(path, () => 'first')).toBe('first');
  expect(await readOrCreatePrivateFile(path, () => 'second')).toBe('first');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('gives all who start together the same text and leaves no drafts', async () => {
  const path = join(folder, 'secret');
  const texts = await Promise.all(
    Array.from({ length: 8 }, (_, index) => readOrCreatePrivateFile(path, async () => `from ${index}`)),
  );
  expect(new Set(texts).size).toBe(1);
  expect(readdirSync(folder)).toEqual(['secret']);
});

it('keeps the demo key over a restart and refuses a broken file', async () => {
  const path = join(folder, 'demo-key.json');
  const first = await loadDemoKey(path, clock);
  const second = await loadDemoKey(path, clock);
  expect(second.publicJwk).toEqual(first.publicJwk);
  expect(first.publicJwk).not.toHaveProperty('d');
  writeFileSync(path, '{"kty":"EC"}');
  await expect(loadDemoKey(path, clock)).rejects.toThrow(/demo-key\.json holds no ES256 private key.*remove it/);
});

it('prefers the code key that is given, else keeps one of 32 bytes', async () => {
  const codeKeyFile = join(folder, 'code-key.txt');
  const given = Buffer.alloc(32, 9);
  expect(await loadCodeKey({ codeKey: given.toString('base64'), codeKeyFile })).toEqual(given);
  expect(readdirSync(folder)).toEqual([]);
  const made = await loadCodeKey({ codeKeyFile });
  expect(made).toHaveLength(32);
  expect(await loadCodeKey({ codeKeyFile })).toEqual(made);
  writeFileSync(codeKeyFile, 'c2hvcnQ=');
  await expect(loadCodeKey({ codeKeyFile })).rejects.toThrow(/code-key\.txt holds 5 bytes/);
});
