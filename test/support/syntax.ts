// Reads one TypeScript file into the facts that the house rules judge: its imports, its functions, and what it names.
import { parseSync } from '@swc/core';

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Fact {
  readonly name: string;
  readonly line: number;
}

export interface FunctionFact extends Fact {
  readonly lines: number;
}

export interface Facts {
  /** Module names as they are written, type imports, re-exports and `import()` included. */
  readonly imports: readonly Fact[];
  readonly functions: readonly FunctionFact[];
  /** `any`, `console`, `process.env`, `Date.now`, `new Date()`, `fetch`: as code, not in comments or texts. */
  readonly uses: readonly Fact[];
  /** Nothing in it but `export … from`. */
  readonly onlyReexports: boolean;
}

interface Node {
  readonly type: string;
  readonly span?: { readonly start: number; readonly end: number };
  readonly [property: string]: unknown;
}

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
]);
const IMPORTS = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration']);
const REEXPORTS = new Set(['ExportNamedDeclaration', 'ExportAllDeclaration']);

export function readFacts(file: SourceFile): Facts {
  // The parser counts bytes from the first token on; a semicolon in front makes that the first byte of the file.
  const text = `;${file.text.replace(/^#!/, '//')}`;
  const program = parseSync(text, { syntax: 'typescript', decorators: true, target: 'es2022' }) as unknown as Node;
  const lineAt = lineCounter(text, program.span?.start ?? 0);
  const imports: Fact[] = [];
  const functions: FunctionFact[] = [];
  const uses: Fact[] = [];
  visit(program, (node, name) => {
    const line = lineAt(node.span?.start);
    const imported = importedModule(node);
    if (imported !== undefined) imports.push({ name: imported, line });
    const used = usedName(node);
    if (used !== undefined) uses.push({ name: used, line });
    if (FUNCTIONS.has(node.type)) functions.push({ name, line, lines: lineAt(node.span?.end) - line + 1 });
  });
  const statements = (program.body as Node[]).slice(1);
  const onlyReexports = statements.length > 0 && statements.every((node) => REEXPORTS.has(node.type) && node.source);
  return { imports, functions, uses, onlyReexports };
}

function lineCounter(text: string, base: number): (position: number | undefined) => number {
  const bytes = Buffer.from(text);
  const starts = [0];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  return (position = base) => {
    const at = position - base;
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** Every node with the nearest name above it, which is the name of a function that is assigned to something. */
function visit(value: unknown, see: (node: Node, name: string) => void, nameAbove = 'a function'): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see, nameAbove);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  const name = nameOf(node) ?? nameAbove;
  if (isNode(node)) see(node, name);
  for (const child of Object.values(node)) visit(child, see, name);
}

function nameOf(node: Node): string | undefined {
  if (node.type === 'Constructor') return 'constructor';
  const named = [node.identifier, node.key, node.id].find(isNode);
  return typeof named?.value === 'string' ? named.value : undefined;
}

function importedModule(node: Node): string | undefined {
  if (IMPORTS.has(node.type)) return textOf(node.source);
  if (node.type === 'TsImportType') return textOf(node.argument);
  if (node.type === 'TsExternalModuleReference') return textOf(node.expression);
  if (node.type !== 'CallExpression' || !isNode(node.callee)) return undefined;
  const loads = node.callee.type === 'Import' || node.callee.value === 'require';
  return loads ? textOf((node.arguments as { expression: unknown }[])[0]?.expression) : undefined;
}

function textOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'StringLiteral' ? (node.value as string) : undefined;
}

function usedName(node: Node): string | undefined {
  switch (node.type) {
    case 'TsKeywordType':
      return node.kind === 'any' ? 'any' : undefined;
    case 'NewExpression':
      return pathOf(node.callee) === 'Date' && !(node.arguments as unknown[] | undefined)?.length
        ? 'new Date()'
        : undefined;
    case 'CallExpression':
      return ['fetch', 'Date'].find((name) => pathOf(node.callee) === name);
    case 'MemberExpression':
      if (pathOf(node.object) === 'console') return 'console';
      return ['process.env', 'Date.now'].find((name) => pathOf(node) === name);
    default:
      return undefined;
  }
}

/** `process.env` for `process.env`, `process['env']` and `globalThis.process.env`. */
function pathOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return node.value as string;
  if (node.type !== 'MemberExpression' || !isNode(node.property)) return undefined;
  const property = node.property.type === 'Computed' ? textOf(node.property.expression) : node.property.value;
  const object = pathOf(node.object);
  if (object === undefined || typeof property !== 'string') return undefined;
  return object === 'globalThis' || object === 'global' ? property : `${object}.${property}`;
}
