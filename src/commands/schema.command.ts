// `perkgate schema emit|check`: the committed schema and manifest reference are the ones that the code makes.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { RESOLVERS } from '../compose/schema';
import { packageRoot } from '../kernel/package-root';
import { manifestReference } from '../partner-port/manifest/manifest-reference';
import { schemaOf, schemaText } from '../server/schema';
import { action, CommandError } from './command';

/** What the code makes, by the file that it is committed in. */
const EMITTED: readonly (readonly [string, () => string])[] = [
  [join('schema', 'schema.graphql'), () => schemaText(schemaOf(RESOLVERS, new Map()))],
  [join('docs', 'manifest.md'), manifestReference],
];

export function addSchemaCommand(root: Command): void {
  const files = EMITTED.map(([file]) => file);
  const schema = root.command('schema').description(`emit or check ${files.join(' and ')}`);
  action(schema.command('emit').description('write what the code makes'), async () => {
    for (const [file, make] of EMITTED) await writeFile(join(packageRoot(), file), make());
    return { text: `${files.join(' and ')} are written`, json: { files } };
  });
  action(schema.command('check').description('fail when a committed file is not what the code makes'), async () => {
    for (const [file, make] of EMITTED) {
      const committed = await readFile(join(packageRoot(), file), 'utf8').catch(() => '');
      if (committed !== make()) throw new CommandError(`${file} is not what the code makes; run \`npm run schema\`.`);
    }
    return { text: `${files.join(' and ')} are up to date`, json: { files } };
  });
}
