// `perkgate export list`: any list of the API as a file, as a role may read it there.
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { boardsOf, listExport } from '../compose/list-export';
import { type Role, STAFF_ROLES } from '../kernel/actor';
import { SHEET_FORMATS, type SheetFormat } from '../kernel/sheet';
import { isRouteFault } from '../server/route-actor';
import { action, CommandError, type CommonOptions, counted, withGateway } from './command';
import { formatFor } from './options';
import { progressBar } from './progress';
import { writeWhole } from './write-whole';

interface ListCommand extends CommonOptions {
  readonly role: Role;
  readonly format?: SheetFormat;
  readonly argument: readonly string[];
}

/** As many rows as one page brings, which is all that is known of what follows. */
const PAGE = 100;

export function addExportListCommand(exports: Command): void {
  const list = exports
    .command('list')
    .description('write any list of the API into a file, with what the role may read there')
    .argument('<name>', 'as the API calls it, such as agreements or auditEntries; an unknown one is told all there are')
    .argument('<file>', 'where to; what is there is replaced once the new file is whole')
    .addOption(new Option('--role <role>', 'for whom').choices(STAFF_ROLES).default('BD'))
    .addOption(
      new Option('--format <format>', 'by the ending of the file unless told, else csv').choices(SHEET_FORMATS),
    )
    .option(
      '--argument <name=value>',
      `of the list, as often as it has some: text, or JSON such as filter='{"state":"ACTIVE"}'`,
      (given: string, before: readonly string[]) => [...before, given],
      [] as readonly string[],
    );
  action(list, async ({ role, format: told, argument }: ListCommand, name, file) => {
    const format = formatFor(file, SHEET_FORMATS, told);
    const words = wordsOf(argument);
    const rows = await withGateway(async (gateway) => {
      for (const board of boardsOf(gateway)) await board.look(gateway.catalogue.current());
      const [actor, requestId] = [{ role, subject: `cli:${userInfo().username}` }, randomUUID()];
      const bar = progressBar('exporting');
      let written = 0;
      const onProgress = (count: number, more: boolean) => {
        written = count;
        bar.update(name!, count, more ? count + PAGE : count);
      };
      const asked = { list: name!, format, words, actor, requestId, onProgress };
      const source = await listExport(gateway).open(asked);
      if (isRouteFault(source)) throw new CommandError(faultFor(name!, source.message));
      await writeWhole(source, file!).finally(() => bar.stop());
      return written;
    });
    return { text: `${counted(rows, 'row')} of ${name} written to ${file}.`, json: { list: name, rows, file } };
  });
}

function faultFor(name: string, message: string): string {
  const hint = 'These have a file with columns of its own: `perkgate export redemptions FILE`.';
  return name === 'redemptions' ? hint : message;
}

function wordsOf(given: readonly string[]): Record<string, unknown> {
  const words = new Map<string, string>();
  for (const one of given) {
    const at = one.indexOf('=');
    if (at < 1) throw new CommandError(`--argument is "${one}"; allowed is NAME=VALUE.`);
    const name = one.slice(0, at);
    if (words.has(name)) throw new CommandError(`--argument ${name} is given more than once; give it once.`);
    words.set(name, one.slice(at + 1));
  }
  return Object.fromEntries(words);
}
