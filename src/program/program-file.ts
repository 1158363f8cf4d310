// A program file in both directions: text → checked program or all its faults at once; program → canonical text.
import type { AnySchemaObject } from 'ajv/dist/2020';
import { stringify } from 'yaml';
import type { Program } from './program';
import { ProgramDocument } from './program-document';
import { type FaultAt, type Path, type ProgramFault, printPath } from './program-fault';
import { deepFreeze } from './program-item';
import { checkSchema, PROGRAM_SCHEMA, resolveSchema } from './program-schema';
import { RULES } from './rules/all';
import type { ProgramDraft } from './rules/rule';

export type ParsedProgram =
  | { readonly program: Program; readonly document: ProgramDocument; readonly faults?: undefined }
  | { readonly faults: readonly ProgramFault[]; readonly program?: undefined };

/** Bytes are read as UTF-8. The program is frozen, with every default filled in. */
export function parseProgram(source: string | Uint8Array, fileName: string): ParsedProgram {
  const read = ProgramDocument.read(source, fileName);
  if ('faults' in read) return { faults: inOrder(read.faults) };
  const { document } = read;
  const { content } = document;
  const inForm = checkSchema(content, (path) => document.sourceOf(path));
  const faults: FaultAt[] = [...inForm];
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) {
    for (const { path, keepsShape } of inForm) if (!keepsShape) remove(content, path);
    const reported = new Set(inForm.map(({ path }) => printPath(path)));
    const inRules = RULES.flatMap((rule) => rule(content as ProgramDraft));
    faults.push(...inRules.filter(({ path }) => !reported.has(printPath(path))));
  }
  const all = [...document.syntaxFaults, ...faults.map((fault) => document.fault(fault))];
  if (all.length > 0) return { faults: inOrder(all) };
  return { program: deepFreeze(content as Program), document };
}

function inOrder(faults: readonly ProgramFault[]): ProgramFault[] {
  return faults.toSorted((left, right) => left.line - right.line || left.column - right.column);
}

/** Takes out a part that is at fault, so that the rules need not know what may be wrong with it. */
function remove(content: object, path: Path): void {
  let holder: unknown = content;
  for (const step of path.slice(0, -1)) holder = (holder as Record<string | number, unknown> | undefined)?.[step];
  const last = path.at(-1);
  if (typeof holder !== 'object' || holder === null || last === undefined) return;
  if (Array.isArray(holder)) holder[last as number] = undefined;
  else delete (holder as Record<string, unknown>)[last];
}

/**
 * The canonical text: keys in the order of the schema; every value written out, defaults too, so that the text means
 * the same under a later default; only empty lists and mappings are left out.
 */
export function printProgram(program: Program): string {
  return stringify(ordered(program, PROGRAM_SCHEMA), { lineWidth: 0, aliasDuplicateObjects: false });
}

function ordered(value: unknown, schemaNode: AnySchemaObject): unknown {
  const node = resolveSchema(schemaNode);
  if (Array.isArray(value)) return value.map((item) => ordered(item, node.items ?? {}));
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.keys(node.properties ?? {});
  const entries = Object.entries(value).toSorted(([left], [right]) => known.indexOf(left) - known.indexOf(right));
  const inner = entries.flatMap(([key, part]) => {
    const place: AnySchemaObject = node.properties?.[key] ?? {};
    const said = ordered(part, place);
    return isUnsaid(said, place) ? [] : [[key, said] as const];
  });
  return Object.fromEntries(inner);
}

/** What is empty need not be said, unless it makes a difference that it is there: a check-in that gives nothing. */
function isUnsaid(value: unknown, schemaNode: AnySchemaObject): boolean {
  if (value === undefined) return true;
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return empty && (Array.isArray(value) || resolveSchema(schemaNode).default !== undefined);
}
