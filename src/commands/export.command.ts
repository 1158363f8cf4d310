// `perkgate export redemptions` and `export list`: lists as files.
import { type Command, Option } from 'commander';
import { type Role, STAFF_ROLES } from '../kernel/actor';
import { SHEET_FORMATS } from '../kernel/sheet';
import { EXPORT_WORDS, readExportWords } from '../redemption/tracking/export-words';
import { nameFault, scopeFor } from '../redemption/tracking/tracking-scope';
import { action, CommandError, type CommonOptions, counted, withGateway } from './command';
import { addExportListCommand } from './export-list';
import { formatFor } from './options';
import { progressBar } from './progress';
import { writeWhole } from './write-whole';

interface ExportCommand extends CommonOptions, Readonly<Record<string, string | boolean | undefined>> {
  readonly json?: boolean;
  readonly role: Role;
}

const HELP: Readonly<Record<(typeof EXPORT_WORDS)[number], string>> = {
  format: 'csv or xlsx; by the ending of the file unless told, else csv',
  offer: 'only of this offer, by its id',
  agreement: 'only what this agreement paid for, by its id',
  partner: 'only of the offers of this partner, by its code',
  status: 'only in this state, such as USED',
  level: 'only of members who had this level at the claim, by its code',
  plan: 'only at the cost of cards of this plan, by its code',
  campaign: 'only what this campaign gave, by its code',
  claimedFrom: 'claimed at this time or later, such as 2026-11-01T00:00:00+08:00',
  claimedBefore: 'claimed before this time',
  usedFrom: 'used at this time or later',
  usedBefore: 'used before this time',
  expiresFrom: 'of coupons that end at this time or later',
  expiresBefore: 'of coupons that end before this time',
};

/** `claimedFrom` → `--claimed-from` */
function flagOf(word: string): string {
  return `--${word.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function addExportCommand(root: Command): void {
  const exports = root.command('export').description('write lists into files');
  addExportListCommand(exports);
  const redemptions = exports
    .command('redemptions')
    .description('write redemptions of offers into a file, the newest first, as the role may see them')
    .argument('<file>', 'where to; what is there is replaced once the new file is whole')
    .addOption(
      new Option('--role <role>', 'for whom; BD gets the ids of members masked').choices(STAFF_ROLES).default('BD'),
    );
  for (const word of EXPORT_WORDS) redemptions.option(`${flagOf(word)} <${word}>`, HELP[word]);
  action(redemptions, async ({ json: _json, role, ...given }: ExportCommand, file) => {
    const words = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const asked = readExportWords({ format: formatFor(file, SHEET_FORMATS), ...words });
    if (typeof asked === 'string') throw new CommandError(asked);
    const rows = await withGateway(async ({ redemptionExport, catalogue }) => {
      const fault = nameFault(asked.words, catalogue.current());
      if (fault !== undefined) throw new CommandError(fault);
      const scope = scopeFor({ role }, asked.words, catalogue.current());
      const [total, bar] = [await redemptionExport.count(scope), progressBar('exporting')];
      let written = 0;
      const onProgress = (rows: number) => {
        written = rows;
        bar.update('redemptions', rows, Math.max(rows, total));
      };
      const source = redemptionExport.stream(scope, { format: asked.format, role, onProgress });
      await writeWhole(source, file!).finally(() => bar.stop());
      return written;
    });
    return { text: `${counted(rows, 'redemption')} written to ${file}.`, json: { rows, file } };
  });
}
