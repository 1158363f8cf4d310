// The committed reference is the one that the schema makes, and leaves nothing of the schema out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { manifestReference } from './manifest-reference';
import { MANIFEST_SCHEMA } from './manifest-schema';

test('docs/manifest.md is what the schema says; else run `npm run schema`', () => {
  const committed = readFileSync(join(__dirname, '../../../docs/manifest.md'), 'utf8');
  expect(committed).toBe(manifestReference());
});

test('each key of the schema stands in it, and each link leads to a part', () => {
  const text = manifestReference();
  const keys = Object.values(MANIFEST_SCHEMA.$defs).flatMap((part) =>
    Object.keys((part as { properties?: object }).properties ?? {}),
  );
  for (const key of keys) expect(text).toContain(`| \`${key}\` |`);
  const anchors = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, anchor] of text.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
  expect(text).not.toMatch(/[|;] undefined/);
});
