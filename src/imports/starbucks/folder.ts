// The folder of the data set: its three files as streams, and the figures that lie beside them if there are any.
import { join } from 'node:path';
import type { z } from 'zod';
import { digestOf, knownFigures } from '../data-file';
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
  digest(): Promise<string> {
    return digestOf([this.portfolio.path, this.profile.path, this.transcript.path]);
  }

  /** What a file of known figures says; `undefined` when there is none beside the data. */
  figures<Figures>(name: string, schema: z.ZodType<Figures>): Promise<Figures | undefined> {
    return knownFigures(this.path, name, schema);
  }
}
