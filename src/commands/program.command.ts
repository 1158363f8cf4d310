// `perkgate program plan|apply|export`: the operator's configuration as one file.
import type { Command } from 'commander';
import type { Came } from '../audit/audit.service';
import type { Gateway } from '../compose/gateway';
import { previewTables } from '../insight/preview/preview-table';
import { printDifference } from '../program/difference';
import type { AppliedProgram, Faulty } from '../program/program.service';
import { printFault } from '../program/program-fault';
import { askedHere } from './audited';
import { action, CommandError, type CommonOptions, counted, type Output, withGateway } from './command';
import { readGiven } from './given-file';
import { wholeNumber } from './options';
import { progressBar } from './progress';

const MEMBERS_MAX = 999_999_999;

export function addProgramCommand(root: Command): void {
  const program = root.command('program').description('plan, apply or export the program file');
  const plan = program
    .command('plan')
    .description('print what applying the file would change, also for the members that there are')
    .argument('<file>', 'the program file (YAML)')
    .option('--members <members>', 'how many members to look at, at most; of more, evenly spread ones', '20000');
  action(plan, async ({ members }: PlanOptions, file) => {
    const most = wholeNumber('--members', members, 1, MEMBERS_MAX);
    const text = await readGiven(file!);
    return withGateway((gateway) => planOf(gateway, { text, file: file!, members: most }));
  });
  const apply = program.command('apply').argument('<file>', 'the program file (YAML)');
  action(apply.description('apply the file in one transaction'), async (_options, file) => {
    const text = await readGiven(file!);
    const applied = await withGateway((gateway) => {
      const asked = askedHere('program apply', { type: 'program', key: 'program' }, { file: file ?? '' });
      return gateway.audit.around(asked, () => gateway.programs.apply(text, asked.actor, file), cameOf);
    });
    if (applied.faults) return faulty(applied);
    const { changes, version } = applied;
    return { text: `${printDifference(changes)}\nversion ${version} is in force`, json: { version, changes } };
  });
  const exported = program.command('export').description('write the program in force to standard output');
  action(exported, async () => {
    const current = await withGateway((gateway) => gateway.programs.current());
    if (!current) throw new CommandError('No program was applied yet; apply one with `perkgate program apply FILE`.');
    return { text: current.text.trimEnd(), json: { version: current.version, text: current.text } };
  });
}

function cameOf({ faults }: AppliedProgram | Faulty): Came {
  return faults ? { outcome: 'REFUSED', code: 'INVALID_INPUT' } : { outcome: 'DONE' };
}

interface PlanOptions extends CommonOptions {
  readonly members: string;
}

interface Planned {
  readonly text: Buffer;
  readonly file: string;
  readonly members: number;
}

async function planOf(gateway: Gateway, { text, file, members }: Planned): Promise<Output> {
  const planned = await gateway.programs.plan(text, file);
  if (planned.faults) return faulty(planned);
  const { changes, currentVersion: version, program } = planned;
  if (changes.length === 0) return { text: printDifference(changes), json: { version, changes } };
  const bar = progressBar('judging members');
  const preview = await gateway.previews
    .preview(planned, members, (done, total) => bar.update('members', done, total))
    .finally(() => bar.stop());
  const tables = previewTables(preview, program.currency);
  return { text: `${printDifference(changes)}\n\n${tables}`, json: { version, changes, preview } };
}

function faulty({ faults }: Faulty): Output {
  const lines = faults.map(printFault);
  return {
    text: [...lines, `${counted(faults.length, 'fault')}; nothing was changed`].join('\n'),
    json: { faults },
    ok: false,
  };
}
