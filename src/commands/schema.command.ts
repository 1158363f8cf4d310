// `perkgate schema emit|check`: the committed schema is the one that the code makes.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { RESOLVERS } from '../compose';
import { packageRoot } from '../program/presets';
import { schemaOf, schemaText } from '../server/schema';
import { action, CommandError } from './command';

const FILE = join('schema', 'schema.graphql');

export function addSchemaCommand(root: Command): void {
  const schema = root.command('schema').description('emit or check schema/schema.graphql');
  action(schema.command('emit').description('write the schema that the code makes'), async () => {
    await writeFile(join(packageRoot(), FILE), emitted());
    return { text: `${FILE} is written`, json: { file: FILE } };
  });
  action(schema.command('check').description('fail when the committed schema is not what the code makes'), async () => {
    const committed = await readFile(join(packageRoot(), FILE), 'utf8').catch(() => '');
    if (committed !== emitted()) throw new CommandError(`${FILE} is not what the code makes; run \`npm run schema\`.`);
    return { text: `${FILE} is up to date`, json: { file: FILE } };
  });
}

function emitted(): string {
  return schemaText(schemaOf(RESOLVERS, new Map()));
}
