// Tells texts that are nested so deeply that reading them as YAML or JSON could use up the stack.

/** More than anybody writes by hand. */
export const LEVELS_MAX = 64;

/**
 * Whether reading might use up the stack, which can end the whole process. It is told from the signs alone, wherever
 * they stand: texts with dozens of brackets that do not close are none that a configuration needs.
 */
export function isNestedDeeply(text: string): boolean {
  if (/(?:[-?:][ \t]+){64}/.test(text)) return true;
  let depth = 0;
  for (const sign of text) {
    if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth = Math.max(0, depth - 1);
    if (depth > LEVELS_MAX) return true;
  }
  return false;
}
