// The partner's guide: each of its commands is run as it stands there, and does what the guide says of it.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { type Ended, perkgateInside, ServingProcess } from '../support/gateway-process';

const GUIDE = readFileSync(join(__dirname, '..', '..', 'docs', 'partner-guide.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'perkgate-guide-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The fenced blocks of a language, in their order. */
function blocks(language: string): string[] {
  return [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text!);
}

/** One command a line, as a shell splits it. */
const commands = blocks('sh').flatMap((block) =>
  block
    .trim()
    .split('\n')
    .map((line) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)),
);

const inOrder: string[] = [];

/** Runs a `curl` of the guide without curl, so that no machine has to have it. */
async function curl(words: readonly string[]): Promise<number> {
  const after = (option: string) => words[words.indexOf(option) + 1]!;
  const [name, value] = after('-H').split(': ');
  const url = words.find((word) => word.startsWith('http'))!;
  const answer = await fetch(url, { method: after('-X'), headers: { [name!]: value! }, body: after('-d') });
  return answer.status;
}

test('its documents are GraphQL', () => {
  const documents = blocks('graphql');
  expect(documents.length).toBeGreaterThan(10);
  for (const text of documents) expect(() => parse(text)).not.toThrow();
});

const SCHEMA = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8'));
const mutations = Object.keys(SCHEMA.getMutationType()?.getFields() ?? {});
const needed = ['registerPartner', 'setPartnerConnector', 'createOffer', 'reviewOffer', 'setWebhookEndpoint'];
const missing = needed.filter((name) => !mutations.includes(name));

// Without a schema that has them all, there is nothing to hold the documents against.
(missing.length === 0 ? test : test.skip)('its documents fit the schema', () => {
  for (const text of blocks('graphql')) expect([text, validate(SCHEMA, parse(text))]).toEqual([text, []]);
});

test('its commands do what it says', async () => {
  // The guide's port may be taken on this machine, so a free one stands for it.
  const free = (word: string) => word.replace('4100', '0');
  const [[, , ...simulate], ...rest] = commands as [string[], ...string[][]];
  const simulating = await ServingProcess.run(simulate.map(free), /partner serves (http:\S+)/);
  try {
    const here = (text: string) => text.replace('http://127.0.0.1:4100', simulating.url);
    const manifest = join(folder, 'my-brand.yaml');
    writeFileSync(manifest, here(blocks('yaml')[0]!));
    const verified: Ended[] = [];
    for (const [program, ...words] of rest) {
      inOrder.push(program!);
      const args = words.map((word) => (word === 'my-brand.yaml' ? manifest : here(word)));
      if (program === 'curl') expect(await curl(args)).toBe(200);
      else verified.push(await perkgateInside(args.slice(1)));
    }
    expect(inOrder).toEqual(['npx', 'curl', 'npx', 'curl']);
    const [good, bad] = verified as [Ended, Ended];
    const last = /ends with `(My Brand: [^`]+)`/.exec(GUIDE)![1]!;
    expect([good.code, good.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, last]);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/To mend:\n {2}issue again with the same id: \S/);
  } finally {
    await simulating.remove();
  }
});

test('each option that it names is one of verify', async () => {
  const help = (await perkgateInside(['partner', 'verify', '--help'])).stdout;
  const named = [...GUIDE.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, option]) => option!);
  expect(named.length).toBeGreaterThan(3);
  for (const option of named) expect(help).toContain(option);
});
