// `perkgate audit verify`: the proof that no entry of the audit was changed, taken out or put in.
import type { Command } from 'commander';
import { anchorOf, renderAuditReport, verifyAudit } from '../audit/verify';
import { action, CommandError, type CommonOptions, withGateway } from './command';
import { progressBar } from './progress';

interface VerifyCommand extends CommonOptions {
  readonly anchor?: string;
}

export function addAuditCommand(root: Command): void {
  const audit = root.command('audit').description('prove that the list of changes by staff and partners is whole');
  const verify = audit
    .command('verify')
    .description('make every hash of the audit again')
    .option('--anchor <number:hash>', 'an entry written down earlier: proves as well that nothing was cut off since');
  action(verify, async ({ anchor }: VerifyCommand) => {
    const known = anchor === undefined ? undefined : anchorOf(anchor);
    if (anchor !== undefined && !known) {
      throw new CommandError('--anchor is no NUMBER:HASH; give the number and the 64 digits that an earlier run told.');
    }
    const report = await withGateway((gateway) => {
      const bar = progressBar('verifying');
      const told = (done: number, total: number) => bar.update('entries', done, total);
      return verifyAudit(gateway.database, known, told).finally(() => bar.stop());
    });
    return { text: renderAuditReport(report), json: { ...report }, ok: report.clean };
  });
}
