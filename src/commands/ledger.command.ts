// `perkgate ledger verify|explain`: the proof that the books are right, and the transfers behind one balance.
import type { Command } from 'commander';
import type { Gateway } from '../compose/gateway';
import { type Column, textTable } from '../kernel/text-table';
import { describeAccount } from '../ledger/describe';
import { explainAccount, renderExplanation } from '../ledger/explain';
import { verifyLedger } from '../ledger/verify';
import { renderVerifyReport } from '../ledger/verify-tally';
import { lotCheck } from '../members/lot.check';
import { holdCheck } from '../redemption/hold.check';
import { poolCheck } from '../redemption/pool.check';
import { action, CommandError, type CommonOptions, withGateway } from './command';
import { wholeNumber } from './options';
import { progressBar } from './progress';

const ACCOUNT_COLUMNS: Column[] = [
  { title: 'account' },
  { title: 'posted', align: 'right' },
  { title: 'held', align: 'right' },
  { title: 'available', align: 'right' },
  { title: 'key, for --account' },
];

const LINES_MAX = 1_000_000;

interface ExplainCommand extends CommonOptions {
  readonly account?: string;
  readonly member?: string;
  readonly limit: string;
  readonly after?: string;
}

export function addLedgerCommand(root: Command): void {
  const ledger = root.command('ledger').description('verify the ledger, or explain one balance');
  action(ledger.command('verify').description('prove that every balance equals its transfers'), async () => {
    const report = await withGateway((gateway) => {
      const bar = progressBar('verifying');
      return verifyLedger(gateway.database, [holdCheck, poolCheck, lotCheck], ({ step, done, total }) =>
        bar.update(step, done, total),
      ).finally(() => bar.stop());
    });
    return { text: renderVerifyReport(report), json: { ...report }, ok: report.clean };
  });
  const explain = ledger
    .command('explain')
    .description('list the transfers behind a balance; with --member alone, list its accounts')
    .option('--member <external-id>', 'the accounts of this member')
    .option('--account <key>', 'the account, by the key that --member lists')
    .option('--limit <lines>', 'lines at most', '100')
    .option('--after <transfer>', 'go on after this transfer');
  action(explain, (options: ExplainCommand) => {
    const limit = wholeNumber('--limit', options.limit, 1, LINES_MAX);
    return withGateway((gateway) => explained(gateway, options, limit));
  });
}

async function explained(gateway: Gateway, options: ExplainCommand, limit: number) {
  if (options.account) {
    if (!/^[0-9a-f]{88}$/.test(options.account)) {
      throw new CommandError('--account is no account key: 88 hexadecimal digits, as --member lists them.');
    }
    const explanation = await explainAccount(gateway.database, options.account, { limit, after: options.after });
    // Accounts without a limit keep no balance, but their transfers.
    if (!explanation.balance && explanation.lines.length === 0 && options.after === undefined) {
      throw new CommandError(`There is no account ${options.account}; --member lists them.`);
    }
    return { text: renderExplanation(explanation), json: { ...explanation } };
  }
  if (!options.member) throw new CommandError('Give --member or --account.');
  const memberId = await gateway.members.idOf(options.member);
  if (!memberId) throw new CommandError(`There is no member ${options.member}.`);
  const balances = await gateway.ledger.balancesOf(memberId);
  const accounts = [...balances].map(([key, balance]) => ({ key, ...describeAccount(key), ...balance }));
  const holder = `member ${memberId}, `;
  const rows = accounts.map(({ key, words, creditsPosted, debitsPosted, debitsPending }) => [
    words.replace(holder, ''),
    creditsPosted - debitsPosted,
    debitsPending,
    creditsPosted - debitsPosted - debitsPending,
    key,
  ]);
  return { text: textTable(ACCOUNT_COLUMNS, rows), json: { accounts } };
}
