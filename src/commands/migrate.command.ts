// `perkgate migrate`: brings the database's tables up to date.
import type { Command } from 'commander';
import { loadConfig } from '../config';
import { action, composeGateway, migrated } from './command';

export function addMigrateCommand(root: Command): void {
  action(root.command('migrate').description('run the migrations that are missing'), async () => {
    const config = loadConfig();
    const gateway = await composeGateway(config);
    try {
      const done = await migrated(gateway);
      const text = done.length === 0 ? 'nothing to do' : done.join('\n');
      return { text, json: { migrations: done } };
    } finally {
      await gateway.close();
    }
  });
}
