// Streams of rows in the order of their key, read a page at a time and merged, so that no table is held in memory.
import type { SqlRow } from '../database/sql';

export interface Keyed {
  /** Hexadecimal digits; a stream comes in their order, each key once. */
  readonly key: string;
}

const NO_KEY: Buffer = Buffer.alloc(0);

/** Rows of one page after another; `page` answers the rows whose first column, the key, is above the one given. */
export async function* rowsByKey(page: (after: Buffer) => Promise<SqlRow[]>): AsyncGenerator<SqlRow> {
  for (let after = NO_KEY; ; ) {
    const rows = await page(after);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last[0] as Buffer;
  }
}

/** What the streams have for each key that at least one of them has, in the order of the keys. */
export async function* mergeByKey<Rows extends readonly Keyed[]>(
  streams: {
    readonly [At in keyof Rows]: AsyncIterator<Rows[At]>;
  },
): AsyncGenerator<{ key: string; found: { [At in keyof Rows]: Rows[At] | undefined } }> {
  const heads = await Promise.all(streams.map(async (stream) => (await stream.next()).value as Keyed | undefined));
  for (;;) {
    const [key] = heads.flatMap((head) => (head ? [head.key] : [])).sort();
    if (key === undefined) return;
    const found = heads.map((head) => (head?.key === key ? head : undefined));
    yield { key, found: found as { [At in keyof Rows]: Rows[At] | undefined } };
    for (const [at, head] of heads.entries()) {
      if (head?.key === key) heads[at] = (await streams[at]!.next()).value as Keyed | undefined;
    }
  }
}
