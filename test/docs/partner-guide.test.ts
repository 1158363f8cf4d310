// The partner's guide: its commands and GraphQL documents are run as they stand there, and do what the guide says.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { ManualClock } from '../../src/kernel/clock';
import { startSimulator } from '../../src/simulator/simulator';
import { NOON, TestGateway, type Who } from '../support/gateway';
import { type Ended, perkgateInside, ServingProcess } from '../support/gateway-process';
import { plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { BD } from '../support/partner-story';

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

test('its documents fit the schema', () => {
  const schema = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8'));
  for (const text of blocks('graphql')) expect([text, validate(schema, parse(text))]).toEqual([text, []]);
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

/** The secret that the guide gives the simulated partner. */
const SECRET = /--secret (whsec_\S+)/.exec(GUIDE)![1]!;
const ANYBODY = undefined;

/** What the documents of the guide ask for, each its own part. */
interface Field {
  readonly __typename: string;
  readonly id: string;
  readonly claimSecret: string;
  readonly application: { readonly id: string };
  readonly key: string;
  readonly open: { readonly number: number };
  readonly couponCode: string;
  readonly secret: string;
}

eachDatabase((lane) => {
  test('its documents lead from the registration to a coupon that was used', async () => {
    // Given a gateway with a member who holds a card, and a partner that is simulated.
    const clock = new ManualClock(NOON);
    const simulator = await startSimulator({ clock, secrets: [SECRET] });
    const environment = { PARTNER_HOSTS: new URL(simulator.url).host, REDEEM_WAIT_MS: '5000' };
    const program = programText({ plans: [plan('plus')] });
    const gateway = await TestGateway.start({ url: lane.url, clock, program, environment });
    const story = new Story(gateway);
    const [{ who: member }, { who: other }] = [await story.holder('plus'), await story.holder('plus')];
    const documents = blocks('graphql')[Symbol.iterator]();
    let key = '';
    /** Sends the next document of the guide as whoever it is for, and answers its one field. */
    const next = async (who: Who | 'PARTNER' | undefined, variables: object = {}, again?: string): Promise<Field> => {
      const query = again ?? (documents.next().value as string);
      const answer =
        who === 'PARTNER'
          ? await gateway.post(JSON.stringify({ query, variables }), { authorization: `Bearer ${key}` })
          : await gateway.ask(who, query, variables);
      const [field] = Object.values(answer.body.data ?? {}) as (Field | undefined)[];
      if (!field || field.__typename === 'Refusal') throw new Error(`${query} failed: ${JSON.stringify(answer.body)}`);
      return field;
    };

    try {
      // When each document is sent as it stands there: registration, review, key,
      const { claimSecret, application } = await next(ANYBODY);
      const { id: partner } = application;
      expect(await next(ANYBODY, { application: partner, claimSecret })).toMatchObject({ state: 'APPLIED' });
      expect(await next(BD, { partner })).toMatchObject({ code: 'my-brand', state: 'APPROVED' });
      ({ key } = await next(BD, { partner }));

      // connector,
      const manifest = blocks('yaml')[0]!.replace('http://127.0.0.1:4100', simulator.url);
      expect(await next('PARTNER', { manifest, secret: SECRET })).toMatchObject({ version: 1, kind: 'STANDARD' });
      expect(await next('PARTNER')).toMatchObject({ result: 'CONFIRMED' });

      // offer and its review,
      const { id: offer } = await next('PARTNER');
      const { number: revision } = (await next('PARTNER', { offer })).open;
      expect(await next(BD, { offer, revision })).toMatchObject({ state: 'LIVE', live: { number: revision } });

      // Then a member gets a code of the partner, which its till says was used,
      const take = documents.next().value as string;
      const { id: redemption, couponCode } = await next(member, { offer }, take);
      expect(couponCode).toBe(simulator.redemptions()[0]?.code);
      expect(await next('PARTNER', { redemption })).toMatchObject({ status: 'USED' });

      // or the partner itself says so by a webhook; and the gateway knows where the partner listens.
      const { secret } = await next('PARTNER');
      simulator.tellTo({ url: `${gateway.url}/partner/webhooks/my-brand`, secrets: [secret] });
      const { id: second } = await next(other, { offer }, take);
      await simulator.use(second.split('_')[1]!);
      expect(await gateway.run(other, 'redemption', { id: second })).toMatchObject({ status: 'USED' });
      expect(await next('PARTNER')).toMatchObject({ secret: expect.stringMatching(/^whsec_/) });
      expect(documents.next().done).toBe(true);
      await expectBooksInOrder(lane.database);
    } finally {
      await gateway.stop();
      await simulator.close();
    }
  });
});
