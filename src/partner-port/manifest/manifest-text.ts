// The text of a manifest: YAML (of which JSON is a part) as plain data, with the line and column of each part.
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml';
import { type FaultAt, type ManifestFault, type Path, printPath } from './manifest-fault';

const BYTES_MAX = 64 * 1024;
const LEVELS_MAX = 64;

export interface ManifestText {
  readonly content: unknown;
  locate(fault: FaultAt): ManifestFault;
}

export function readManifestText(text: string): ManifestText | { readonly faults: readonly ManifestFault[] } {
  const whole = (given: string, allowed: string) => ({ faults: [{ line: 1, column: 1, path: '', given, allowed }] });
  const bytes = Buffer.byteLength(text);
  if (bytes > BYTES_MAX) return whole(`a text of ${bytes} bytes`, `at most ${BYTES_MAX} bytes`);
  if (isDeep(text)) return whole('a text that is nested too deeply', `at most ${LEVELS_MAX} levels`);
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  try {
    const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
    const faults = [...parsed.errors, ...parsed.warnings].map(({ message, pos }) => ({
      ...place(pos[0]),
      path: '',
      given: `a fault of YAML (${message})`,
      allowed: 'YAML 1.2 or JSON in one document, each key once in a mapping',
    }));
    visit(parsed, {
      // A few aliases of aliases make a manifest of any size, and a manifest is short enough to do without them.
      Alias: (_key, { range }) => {
        faults.push({ ...place(range?.[0] ?? 0), path: '', given: 'an alias', allowed: 'no aliases: write it out' });
      },
    });
    if (faults.length > 0) return { faults };
    const root = parsed.contents ?? undefined;
    return {
      content: parsed.toJS(),
      locate: ({ path, atKey = false, given, allowed }) => {
        return { ...place(offsetOf(root, path, atKey)), path: printPath(path), given, allowed };
      },
    };
  } catch (error) {
    if (error instanceof RangeError) return whole('a text that is nested too deeply', `at most ${LEVELS_MAX} levels`);
    throw error;
  }
}

/**
 * Whether reading might use up the stack, which can end the whole process. It is told from the signs alone, wherever
 * they stand: texts with dozens of brackets that do not close are none that a manifest needs. Levels by indentation
 * are few in a short text.
 */
function isDeep(text: string): boolean {
  if (/(?:[-?:][ \t]+){64}/.test(text)) return true;
  let depth = 0;
  for (const sign of text) {
    if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth = Math.max(0, depth - 1);
    if (depth > LEVELS_MAX) return true;
  }
  return false;
}

/** Where the deepest part of `path` that the text has begins. */
function offsetOf(root: Node | undefined, path: Path, atKey: boolean): number {
  let node = root;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const pair = isMap(node)
      ? (node.items as Pair<Node, Node | null>[]).find(({ key }) => keyText(key) === step)
      : undefined;
    const value = isSeq(node) ? (node.items[Number(step)] as Node | undefined) : (pair?.value ?? undefined);
    if (!pair && !value) break;
    const atThisKey = atKey && depth === path.length - 1;
    offset = (atThisKey ? pair?.key.range?.[0] : value?.range?.[0]) ?? pair?.key.range?.[0] ?? offset;
    node = value;
  }
  return offset;
}

function keyText(key: Node): string {
  return isScalar(key) ? String(key.value) : String(key);
}
