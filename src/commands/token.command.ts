// `perkgate token`: a demo token, in demo mode only.
import type { Command } from 'commander';
import { loadConfig } from '../config';
import { issueDemoToken, loadDemoKey } from '../identity/demo-key';
import { ROLES, type Role } from '../kernel/actor';
import { HOUR, systemClock } from '../kernel/clock';
import { checkText } from '../members/input-checks';
import { action, CommandError, type CommonOptions } from './command';
import { wholeNumber } from './options';

interface TokenOptions extends CommonOptions {
  readonly role: string;
  readonly subject: string;
  readonly hours: string;
}

const HOURS_MAX = 8_760;

export function addTokenCommand(root: Command): void {
  const roles = ROLES.map((role) => role.toLowerCase()).join(', ');
  const command = root
    .command('token')
    .description('print a demo token (demo mode only)')
    .requiredOption('--role <role>', `one of ${roles}`)
    .requiredOption('--subject <id>', "a member's external id, a partner's code, or any name for the other roles")
    .option('--hours <hours>', 'how long it is valid', '720');
  action(command, async (options: TokenOptions) => {
    const config = loadConfig();
    if (config.mode !== 'demo')
      throw new CommandError('Tokens are printed in demo mode only; yours come from JWT_ISSUER.');
    const role = options.role.toUpperCase() as Role;
    if (!ROLES.includes(role))
      throw new CommandError(`--role is ${JSON.stringify(options.role)}; allowed are ${roles}.`);
    const fault = checkText('--subject', options.subject);
    if (fault) throw new CommandError(fault.message);
    const hours = wholeNumber('--hours', options.hours, 1, HOURS_MAX);
    const key = await loadDemoKey(config.demoKeyFile, systemClock);
    const token = await issueDemoToken(key, { role, subject: options.subject, lifetimeMs: hours * HOUR }, systemClock);
    return { text: token, json: { role: options.role, subject: options.subject, token } };
  });
}
