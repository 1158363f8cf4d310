// A program file as YAML: its text, what it says as plain data, and the line and column of each part of it.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { isNestedDeeply } from '../kernel/nesting';
import { type FaultAt, type Path, type ProgramFault, printPath } from './program-fault';

const BYTES_MAX = 8 * 1024 * 1024;
const ALIASES_MAX = 1_000;

interface Place {
  readonly line: number;
  readonly column: number;
}

/** What a file says, or the faults that kept it from being read at all. */
export type ReadDocument = { readonly document: ProgramDocument } | { readonly faults: ProgramFault[] };

// The reader goes on after these, so the rest of the file can be judged as well.
const HARMLESS_ERRORS = new Set(['DUPLICATE_KEY', 'NON_STRING_KEY', 'TAG_RESOLVE_FAILED']);

const NESTING = ['YAML that is nested too deeply', 'a few levels of nesting'] as const;

export class ProgramDocument {
  private constructor(
    readonly fileName: string,
    readonly content: unknown,
    /** Faults of the YAML itself that did not keep the rest from being read. */
    readonly syntaxFaults: readonly ProgramFault[],
    private readonly root: Node | null,
    private readonly resolveAlias: (node: Node) => Node | undefined,
    private readonly placeOf: (offset: number) => Place,
  ) {}

  static read(source: string | Uint8Array, fileName: string): ReadDocument {
    const whole = (given: string, allowed: string, place: Place = { line: 1, column: 1 }): ReadDocument => ({
      faults: [{ file: fileName, ...place, path: '', given, allowed }],
    });
    const size = typeof source === 'string' ? Buffer.byteLength(source) : source.length;
    if (size > BYTES_MAX) return whole(`a file of ${size} bytes`, `at most ${BYTES_MAX} bytes`);
    const text = typeof source === 'string' ? source : decodeUtf8(source);
    if (typeof text !== 'string') return whole('bytes that are not UTF-8', 'text in UTF-8', text);
    if (isNestedDeeply(text)) return whole(...NESTING);
    const lines = new LineCounter();
    try {
      const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
      const placeOf = (offset: number): Place => {
        const { line, col } = lines.linePos(offset);
        return { line: Math.max(line, 1), column: Math.max(col, 1) };
      };
      const problems = [...parsed.errors, ...parsed.warnings];
      if (problems.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return whole(...NESTING);
      const faults = problems.map((error) => syntaxFault(error, fileName, placeOf));
      const adrift = adriftAliases(parsed).map(({ source: name, range }) => ({
        file: fileName,
        ...placeOf(range?.[0] ?? 0),
        path: '',
        given: `the alias *${name}`,
        allowed: 'the name of an anchor (&name) further up',
      }));
      if (adrift.length > 0 || !problems.every(({ code }) => HARMLESS_ERRORS.has(code))) {
        return { faults: [...faults, ...adrift] };
      }
      const content: unknown = parsed.toJS({ maxAliasCount: ALIASES_MAX });
      const resolve = (node: Node): Node | undefined => (isAlias(node) ? node.resolve(parsed) : node);
      return { document: new ProgramDocument(fileName, content, faults, parsed.contents, resolve, placeOf) };
    } catch (error) {
      // The reader throws for too many aliases and when its stack is used up.
      if (error instanceof RangeError) return whole(...NESTING);
      if (error instanceof ReferenceError && /alias/i.test(error.message)) {
        return whole('more aliases than are read', `at most ${ALIASES_MAX} uses of aliases`);
      }
      throw error;
    }
  }

  fault(at: FaultAt): ProgramFault {
    const { given, allowed } = at;
    return {
      file: this.fileName,
      ...this.locate(at.path, at.atKey === true),
      path: printPath(at.path),
      given,
      allowed,
    };
  }

  /** The value under `path` as its author wrote it, when it is a plain number; else `undefined`. */
  sourceOf(path: Path): string | undefined {
    let node: Node | undefined = this.root ?? undefined;
    for (const step of path) node = node && this.inner(node, step)?.value;
    const found = node && this.resolveAlias(node);
    return isScalar(found) && typeof found.value === 'number' ? found.source : undefined;
  }

  /** The place of the deepest part of `path` that the file has. */
  private locate(path: Path, atKey: boolean): Place {
    let node = this.root ?? undefined;
    let offset = node?.range?.[0] ?? 0;
    for (const [depth, step] of path.entries()) {
      const inner = node && this.inner(node, step);
      if (!inner) break;
      const keyOffset = inner.key?.range?.[0];
      const useKey = (atKey && depth === path.length - 1) || inner.value?.range === undefined;
      offset = (useKey ? keyOffset : inner.value?.range?.[0]) ?? keyOffset ?? offset;
      node = inner.value;
    }
    return this.placeOf(offset);
  }

  private inner(node: Node, step: string | number): { key?: Node; value?: Node } | undefined {
    const target = this.resolveAlias(node);
    if (isSeq(target)) return typeof step === 'number' ? { value: target.items[step] as Node | undefined } : undefined;
    if (!isMap(target)) return undefined;
    // The last of several equal keys is the one whose value counts.
    const pair = (target.items as Pair<Node, Node | null>[]).findLast(({ key }) => keyText(key) === String(step));
    return pair && { key: pair.key, value: pair.value ?? undefined };
  }
}

function adriftAliases(parsed: Document.Parsed): Alias[] {
  const found: Alias[] = [];
  visit(parsed, {
    Alias: (_key, alias) => {
      if (!alias.resolve(parsed)) found.push(alias);
    },
  });
  return found;
}

function keyText(key: Node): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function syntaxFault(error: YAMLError, file: string, placeOf: (offset: number) => Place): ProgramFault {
  const allowed =
    error.code === 'DUPLICATE_KEY' ? 'each key once in a mapping' : 'well-formed YAML 1.2 in one document';
  return { file, ...placeOf(error.pos[0]), path: '', given: `a YAML fault (${error.message})`, allowed };
}

/** The text, or the place of the first byte that is not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | Place {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Faulty bytes become U+FFFD, so the text before the first of them that does not encode back is sound.
    const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    let offset = 0;
    let at = 0;
    for (const character of lenient) {
      const encoded = Buffer.from(character);
      if (!encoded.equals(bytes.subarray(offset, offset + encoded.length))) break;
      offset += encoded.length;
      at += character.length;
    }
    const before = lenient.slice(0, at);
    return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
  }
}
