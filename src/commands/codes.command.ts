// `perkgate codes load`: coupon codes of a partner from a file into the pool of an offer.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Came } from '../audit/audit.service';
import type { CodeImportReport } from '../marketplace/code-pool.service';
import { askedHere } from './audited';
import { action, CommandError, type CommonOptions, withGateway } from './command';
import { sizeOfGiven } from './given-file';
import { progressBar } from './progress';

interface LoadOptions extends CommonOptions {
  readonly offer: string;
}

export function addCodesCommand(root: Command): void {
  const codes = root.command('codes').description('load coupon codes into the pool of an offer');
  const load = codes
    .command('load')
    .description('load a file of codes; what is in the pool already, or no code, is counted and left out')
    .argument('<file>', 'one code a line, UTF-8; may be interrupted and run again')
    .requiredOption('--offer <code>', 'the code of an offer with fulfilment CODE_POOL');
  action(load, async (options: LoadOptions, file) => {
    const size = await sizeOfGiven(file!);
    const name = await digestOf(file!);
    const report = await withGateway(async (gateway) => {
      const offer = gateway.catalogue.current().offerByCode(options.offer);
      if (offer?.fulfilment !== 'CODE_POOL') {
        throw new CommandError(`There is no offer ${JSON.stringify(options.offer)} with a code pool in the program.`);
      }
      const source = createReadStream(file!);
      const bar = progressBar('loading codes');
      const onProgress = ({ lines }: Readonly<CodeImportReport>) =>
        bar.update(`${lines} lines`, source.bytesRead, size);
      const asked = askedHere('codes load', { type: 'offer', key: offer.globalId }, { file: name });
      const work = () => gateway.pools.load({ offerId: offer.id, name, source, onProgress });
      const tell = ({ lines, added }: CodeImportReport): Came => ({ outcome: 'DONE', counts: { lines, added } });
      return gateway.audit.around(asked, work, tell).finally(() => bar.stop());
    });
    const refused = nothingTaken(file!, report);
    if (refused) throw refused;
    return { text: described(report), json: { ...report } };
  });
}

/** A file of another kind altogether must not pass for one that was loaded. */
function nothingTaken(file: string, { added, duplicates, faulty, faults }: CodeImportReport): CommandError | undefined {
  if (faulty === 0 || added + duplicates > 0) return undefined;
  const [first] = faults;
  const lines = faulty === 1 ? '1 line is' : `${faulty} lines are`;
  const why = `${lines} faulty; line ${first?.line}: ${first?.reason}`;
  return new CommandError(`No code of ${file} was taken: ${why}. Give one code a line, in UTF-8.`);
}

export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex').slice(0, 32);
}

function described(report: CodeImportReport): string {
  const { lines, added, duplicates, blank, faulty, faults, resumedAt } = report;
  const resumed = resumedAt > 0 ? ` (${resumedAt} of them by an earlier run)` : '';
  const counts = `${added} codes added, ${duplicates} duplicates, ${blank} blank, ${faulty} faulty`;
  const head = `${lines} lines${resumed}: ${counts}`;
  return [head, ...faults.map(({ line, reason }) => `  line ${line}: ${reason}`)].join('\n');
}
