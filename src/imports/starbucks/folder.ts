// The folder of the data set: its three files as streams, and the figures that lie beside them if there are any.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { ImportFault } from '../import-fault';
import { JsonLinesFile } from '../json-lines';
import {
  eventRecord,
  offerRecord,
  personRecord,
  type StarbucksEvent,
  type StarbucksOffer,
  type StarbucksPerson,
} from './records';

const OFFERS_MAX = 1_000;

export class StarbucksFolder {
  private constructor(
    readonly path: string,
    readonly portfolio: JsonLinesFile<StarbucksOffer>,
    readonly profile: JsonLinesFile<StarbucksPerson>,
    readonly transcript: JsonLinesFile<StarbucksEvent>,
  ) {}

  /** Throws ImportFault when one of the files is missing. */
  static async open(path: string): Promise<StarbucksFolder> {
    return new StarbucksFolder(
      path,
      await JsonLinesFile.open(join(path, 'portfolio.json'), offerRecord),
      await JsonLinesFile.open(join(path, 'profile.json.gz'), personRecord),
      await JsonLinesFile.open(join(path, 'transcript.json.gz'), eventRecord),
    );
  }

  async offers(): Promise<StarbucksOffer[]> {
    const offers = new Map<string, StarbucksOffer>();
    for await (const { line, value } of this.portfolio.records()) {
      if (offers.has(value.id)) throw this.portfolio.fault(line, `offer ${value.id} is there a second time.`);
      if (offers.size === OFFERS_MAX) throw this.portfolio.fault(line, `allowed are at most ${OFFERS_MAX} offers.`);
      offers.set(value.id, value);
    }
    if (offers.size === 0) throw new ImportFault(`${this.portfolio.name} has no offer.`);
    return [...offers.values()];
  }

  /** Names the data by their content, so that an interrupted import goes on with the same data or not at all. */
  async digest(): Promise<string> {
    const digests: string[] = [];
    for (const { path } of [this.portfolio, this.profile, this.transcript]) {
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      digests.push(hash.digest('hex'));
    }
    return createHash('sha256').update(digests.join()).digest('hex').slice(0, 32);
  }

  /** What a file of known figures says; `undefined` when there is none beside the data. */
  async figures<Figures>(name: string, schema: z.ZodType<Figures>): Promise<Figures | undefined> {
    const text = await readFile(join(this.path, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new ImportFault(`${name} cannot be read (${error.code ?? error.message}).`);
    });
    if (text === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      throw new ImportFault(`${name} does not hold the figures of this data set; remove it, or take the right one.`);
    }
  }
}
