// All commands under one name.
import { Command } from 'commander';
import { addCodesCommand } from './codes.command';
import { addLedgerCommand } from './ledger.command';
import { addMigrateCommand } from './migrate.command';
import { addProgramCommand } from './program.command';
import { addSchemaCommand } from './schema.command';
import { addServeCommand } from './serve.command';
import { addTokenCommand } from './token.command';

export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const root = new Command('perkgate').description('A GraphQL membership gateway with a partner-benefits marketplace.');
  root.showHelpAfterError('(add --help for what is allowed)');
  addServeCommand(root);
  addMigrateCommand(root);
  addProgramCommand(root);
  addCodesCommand(root);
  addLedgerCommand(root);
  addTokenCommand(root);
  addSchemaCommand(root);
  await root.parseAsync([...argv]);
}
