// A partner's file of CSV as a stream of lines: bounded memory whatever it holds, each line judged on its own.
import { type Readable, Transform } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { csvFault } from '../../kernel/csv-fault';
import type { BusinessTime } from '../../kernel/period';
import type { FeedMapping } from './feed';
import { FeedFileError, LineReader, type ReadLine } from './feed-mapping';

const RECORD_BYTES_MAX = 16 * 1024;

/**
 * Lines by their number in the file, the header being the first. A line that cannot be read is a fault of its own;
 * throws FeedFileError for what is no CSV at all, and for a header without the mapped columns.
 */
export async function* feedLines(source: Readable, mapping: FeedMapping, time: BusinessTime): AsyncGenerator<ReadLine> {
  const parser = parse({
    info: true,
    bom: true,
    delimiter: mapping.delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: RECORD_BYTES_MAX,
  });
  const decoder = decoded(mapping.encoding);
  // Whatever fails the reading ends the parser, so that one loop sees both.
  source.once('error', (error) => decoder.destroy(error));
  decoder.once('error', (error) => parser.destroy(error));
  source.pipe(decoder).pipe(parser);
  let reader: LineReader | undefined;
  let last = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      last = info.lines;
      if (reader) yield reader.read(info.lines, record);
      else reader = new LineReader(mapping, record, time);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const at = typeof error.lines === 'number' ? error.lines : last + 1;
    const fault = csvFault(error.code, RECORD_BYTES_MAX);
    throw new FeedFileError(`Line ${at} is no CSV with ${JSON.stringify(mapping.delimiter)} between values: ${fault}.`);
  } finally {
    source.unpipe(decoder);
    decoder.destroy();
  }
  if (!reader) throw new FeedFileError('The file is empty; its first line must be a header.');
}

/** UTF-8 for the parser, whatever the file is in. Throws FeedFileError at bytes that are no text in that encoding. */
function decoded(encoding: FeedMapping['encoding']): Transform {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const pass = (chunk: Buffer | undefined): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new FeedFileError(`The file is not in ${encoding}; name the encoding that it is in.`);
    }
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        done(null, pass(chunk));
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        done(null, pass(undefined));
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
