// What is wrong with CSV, in words: the parser's codes are its own, and its messages may quote what stands in the file.

const QUOTE = 'a quote stands where none may; allowed are quotes around a whole value';
const WORDS: Readonly<Partial<Record<string, string>>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'it has more or fewer values than the header has columns',
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE: QUOTE,
  INVALID_OPENING_QUOTE: QUOTE,
};

/** By the code of the parser's error; the bytes are the most that a record may have. */
export function csvFault(code: string, recordBytesMax: number): string {
  if (code === 'CSV_MAX_RECORD_SIZE') return `it is longer than ${recordBytesMax} bytes; allowed is one record a line`;
  return WORDS[code] ?? `it cannot be read as CSV (${code})`;
}
