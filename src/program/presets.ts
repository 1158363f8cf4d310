// The programs that come with the package, as files: for the demo, for tests and for operators to begin from.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SUFFIX = '.yaml';

/** The nearest folder upwards that has a package.json: the presets are data, which the compiler does not copy. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${__dirname}: the installation is not whole`);
    folder = parent;
  }
  return folder;
}

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
