// A list as a file, page by page: how much is asked ahead, what progress says, and what ends it halfway.
import 'reflect-metadata';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { GraphQLError } from 'graphql';
import { Arg, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { ManualClock } from '../../kernel/clock';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF } from '../../request/policy';
import { schemaOf } from '../schema';
import { ListExport } from './list-export';

const PAGES = 40;
const CLOCK = new ManualClock(Date.UTC(2026, 2, 10));

@Allow(STAFF)
@ObjectType('ExportedRow', { simpleResolvers: true })
class RowType {
  @Field(() => Int)
  number!: number;
  @Field()
  text!: string;
}

const RowConnection = connectionOf('ExportedRow', () => RowType, { who: STAFF });

@Resolver()
class RowResolver {
  asked: (string | null)[] = [];
  failsAt: number | undefined;

  @Allow(STAFF)
  @Query(() => RowConnection)
  rows(
    @Arg('first', () => Int) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | undefined,
    @Arg('fails', () => Boolean, { nullable: true }) fails: boolean | undefined,
  ) {
    this.asked.push(after ?? null);
    const from = Number(after ?? 0);
    if (fails) throw new GraphQLError('it cannot be', { extensions: { code: 'BAD_USER_INPUT' } });
    if (from === this.failsAt) throw new Error('a secret of the house');
    const edges = Array.from({ length: first }, (_value, at) => ({
      cursor: String(from + at + 1),
      node: { number: from + at, text: `=${'x'.repeat(2_000)}` },
    }));
    return { edges, pageInfo: { hasNextPage: from + first < PAGES * first, endCursor: String(from + first) } };
  }
}

const rows = new RowResolver();
const schema = schemaOf([RowResolver], new Map([[RowResolver, rows]]));
const warned: object[] = [];
const note = (details: object) => void warned.push(details);
const lists = new ListExport({
  schema,
  log: { error: note, warn: note },
  isUnavailable: () => false,
  contextFor: (actor, requestId) => ({ actor, requestId, now: CLOCK.now(), clock: CLOCK }),
  elsewhere: [],
});
const open = (words: Record<string, unknown> = {}, onProgress?: (count: number, more: boolean) => void) =>
  lists.open({
    list: 'rows',
    format: 'csv',
    words,
    actor: { role: 'BD', subject: 'bea' },
    requestId: 'r1',
    onProgress,
  });

beforeEach(() => {
  rows.asked = [];
  rows.failsAt = undefined;
  warned.length = 0;
});

test('all pages are in it, once each, and progress tells the rows and whether more follow', async () => {
  const told: [number, boolean][] = [];
  const lines = (await text((await open({}, (...news) => told.push(news))) as Readable)).trim().split('\r\n');
  expect(lines).toHaveLength(1 + PAGES * 100);
  expect(lines.slice(1).map((line) => Number(line.split(',')[0]))).toEqual([...Array(PAGES * 100).keys()]);
  // No program runs it as a formula.
  expect(lines[1]).toMatch(/^0,'=x/);
  expect([told.length, told[0], told.at(-1)]).toEqual([PAGES, [100, true], [PAGES * 100, false]]);
  expect(rows.asked).toEqual([null, ...Array.from({ length: PAGES - 1 }, (_value, at) => `${(at + 1) * 100}`)]);
});

test('who reads slowly is not read ahead for, and who goes away ends it', async () => {
  const file = (await open()) as Readable;
  expect(rows.asked).toHaveLength(1);
  const reader = file[Symbol.asyncIterator]();
  await reader.next();
  expect(rows.asked.length).toBeLessThan(PAGES / 2);
  await reader.return!();
  const after = rows.asked.length;
  await new Promise(setImmediate);
  expect([file.destroyed, rows.asked.length]).toEqual([true, after]);
});

test('what fails before the first byte is an answer, without what nobody should see', async () => {
  expect(await open({ fails: 'true' })).toEqual({ status: 400, code: 'BAD_USER_INPUT', message: 'it cannot be' });
  rows.failsAt = 0;
  const fault = await open();
  expect(fault).toMatchObject({ status: 500, code: 'INTERNAL' });
  expect(JSON.stringify(fault)).not.toContain('secret');
});

test('what fails later destroys the file, so that a part is not taken for the whole', async () => {
  rows.failsAt = 300;
  const file = (await open()) as Readable;
  await expect(text(file)).rejects.toThrow(/^after 300 rows: Internal error/);
  expect([file.destroyed, warned]).toEqual([true, [expect.objectContaining({ requestId: 'r1' })]]);
});
