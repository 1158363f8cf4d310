// The programs that come with the package, as files: for the demo, for tests and for operators to begin from.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../kernel/package-root';

const SUFFIX = '.yaml';

function presetFolder(): string {
  return join(packageRoot(), 'src', 'program', 'presets');
}

export function listPresets(): string[] {
  const files = readdirSync(presetFolder()).filter((file) => file.endsWith(SUFFIX));
  return files.map((file) => file.slice(0, -SUFFIX.length)).toSorted();
}

/** The YAML file of a preset. Throws when there is none of this name. */
export function presetPath(name: string): string {
  const known = listPresets();
  if (!known.includes(name))
    throw new Error(`there is no preset ${JSON.stringify(name)}; there are ${known.join(', ')}`);
  return join(presetFolder(), name + SUFFIX);
}
