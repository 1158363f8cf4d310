// All commands under one name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { packageRoot } from '../kernel/package-root';
import { addAuditCommand } from './audit.command';
import { addCampaignCommand } from './campaign.command';
import { addCodesCommand } from './codes.command';
import { CommandError, fail } from './command';
import { addExportCommand } from './export.command';
import { addImportCommand } from './import.command';
import { addInsightCommand } from './insight.command';
import { addLedgerCommand } from './ledger.command';
import { addMigrateCommand } from './migrate.command';
import { addPartnerCommand } from './partner.command';
import { addProgramCommand } from './program.command';
import { addReconcileCommand } from './reconcile.command';
import { addSchemaCommand } from './schema.command';
import { addServeCommand } from './serve.command';
import { addSimulateCommand } from './simulate.command';
import { addStatementCommand } from './statement.command';
import { addTokenCommand } from './token.command';

/** The whole tree of commands. */
export function commandLine(): Command {
  const root = new Command('perkgate')
    .description('A GraphQL membership gateway with a partner-benefits marketplace.')
    .version(packageVersion(), '-V, --version', 'print the version');
  // Commands that are added later inherit both: what is wrong is thrown, and told by `runCommandLine` alone.
  root.exitOverride().configureOutput({ writeErr: () => {}, outputError: () => {} });
  addServeCommand(root);
  addMigrateCommand(root);
  addProgramCommand(root);
  addCodesCommand(root);
  addImportCommand(root);
  addExportCommand(root);
  addPartnerCommand(root);
  addReconcileCommand(root);
  addLedgerCommand(root);
  addCampaignCommand(root);
  addStatementCommand(root);
  addAuditCommand(root);
  addInsightCommand(root);
  addSimulateCommand(root);
  addTokenCommand(root);
  addSchemaCommand(root);
  return root;
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

export async function runCommandLine(argv: readonly string[]): Promise<void> {
  try {
    await commandLine().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) fail(new CommandError(usageFault(error, argv.slice(2))), argv.includes('--json'));
  }
}

/** One line on what is wrong with the arguments. */
function usageFault(error: CommanderError, given: readonly string[]): string {
  const hint = 'add --help for what is allowed';
  const [first, asked] = given;
  if (error.code === 'commander.help' && first === 'help' && asked) return `unknown command '${asked}'; ${hint}.`;
  if (error.code === 'commander.help')
    return `a command is missing after "${['perkgate', ...given].join(' ')}"; ${hint}.`;
  return `${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}; ${hint}.`;
}
