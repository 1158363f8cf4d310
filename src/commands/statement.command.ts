// `perkgate statement`: statements of agreements issued, listed, written into files, and verified.
import { createReadStream } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Gateway } from '../compose/gateway';
import { toGlobalId } from '../kernel/id';
import { isRefusal } from '../kernel/refusal';
import { textTable } from '../kernel/text-table';
import { type Statement, totalsOf } from '../settlement/statement/statement';
import { endsBeforeDay } from '../settlement/statement/statement-period.rule';
import { booksFaults } from '../settlement/statement-file/check-books';
import { type FileStatement, StatementFileError } from '../settlement/statement-file/file-statement';
import { readStatement } from '../settlement/statement-file/read-statement';
import { STATEMENT_FORMATS, type StatementFormat } from '../settlement/statement-file/statement-files';
import { headJson } from '../settlement/statement-file/statement-json';
import { verifyStatement } from '../settlement/statement-file/verify-statement';
import { askedHere } from './audited';
import { action, CommandError, type CommonOptions, withGateway } from './command';
import { fileFault } from './given-file';
import { formatFor, wholeNumber } from './options';
import { progressBar } from './progress';
import { writeWhole } from './write-whole';

interface IssueCommand extends CommonOptions {
  readonly endsBefore?: string;
  readonly all?: boolean;
}
interface ListCommand extends CommonOptions {
  readonly agreement?: string;
}
interface ShowCommand extends CommonOptions {
  readonly out?: string;
  readonly format?: StatementFormat;
}
interface VerifyCommand extends CommonOptions {
  readonly books?: boolean;
}

const LISTED = 100;
const NUMBER_MAX = 999_999;

export function addStatementCommand(root: Command): void {
  const statement = root.command('statement').description('issue, list, write and verify statements of agreements');
  const issue = statement
    .command('issue')
    .description('issue the next statement of an agreement, once its period is over')
    .argument('<agreement>', 'the code of the agreement')
    .option('--ends-before <day>', 'the day before which the period that is meant ends, such as 2026-12-01')
    .option('--all', 'every statement that is due, one after the other');
  action(issue, (options: IssueCommand, agreement) => withGateway((gateway) => issued(gateway, agreement!, options)));
  const list = statement
    .command('list')
    .description(`list issued statements, the newest ${LISTED}`)
    .option('--agreement <code>', 'only of this agreement');
  action(list, (options: ListCommand) => withGateway((gateway) => listed(gateway, options)));
  const show = statement
    .command('show')
    .description('show a statement, or write it into a file')
    .argument('<agreement>', 'the code of the agreement')
    .argument('<number>', 'the number of the statement')
    .option('--out <file>', 'where to; what is there is replaced once the new file is whole')
    .addOption(
      new Option('--format <format>', 'by the ending of the file unless told, else json').choices(STATEMENT_FORMATS),
    );
  action(show, (options: ShowCommand, agreement, given) => {
    const number = wholeNumber('the number', given!, 1, NUMBER_MAX);
    return withGateway((gateway) => shownOne(gateway, agreement!, number, options));
  });
  const verify = statement
    .command('verify')
    .description('make the sums and the hash of a file again; needs nothing but the file')
    .argument('<file>', 'a statement as JSON or CSV')
    .option('--books', 'compare it with the books of this gateway as well');
  action(verify, (options: VerifyCommand, file) => verified(file!, options));
}

async function agreementOf({ agreements }: Gateway, code: string) {
  const found = await agreements.findByCode(code);
  if (!found) throw new CommandError(`There is no agreement ${JSON.stringify(code)}.`);
  return found.agreement;
}

async function issued(gateway: Gateway, code: string, { endsBefore, all = false }: IssueCommand) {
  if (all && endsBefore !== undefined) throw new CommandError('--all and --ends-before exclude each other; give one.');
  const { id } = await agreementOf(gateway, code);
  const made: Statement[] = [];
  do {
    const subject = { type: 'agreement', key: toGlobalId('agreement', id) };
    const asked = askedHere('statement issue', subject, { endsBefore: endsBefore ?? null });
    const answer = await gateway.audit.around(
      asked,
      () => gateway.statements.issue({ role: 'ADMIN', subject: asked.actor }, id, { endsBefore }),
      (one) => (isRefusal(one) ? { outcome: 'REFUSED', code: one.code } : { outcome: 'DONE' }),
    );
    if (isRefusal(answer)) {
      if (made.length === 0) throw new CommandError(answer.message);
      break;
    }
    made.push(answer);
  } while (all);
  return { text: tableOf(made, gateway), json: { statements: made.map(headJson) } };
}

async function listed(gateway: Gateway, { agreement }: ListCommand) {
  const agreementId = agreement === undefined ? undefined : (await agreementOf(gateway, agreement)).id;
  const found = await gateway.statements.list({}, { agreementId, limit: LISTED });
  const text = found.length === 0 ? 'No statement is issued.' : tableOf(found, gateway);
  return { text, json: { statements: found.map(headJson) } };
}

function tableOf(statements: readonly Statement[], { catalogue }: Gateway): string {
  const { time } = catalogue.current();
  const columns = ['agreement', 'number', 'from', 'before', 'lines', 'closing', 'signed', 'sha-256'];
  const rows = statements.map(({ body, operator, partner }) => [
    body.agreement,
    body.number,
    time.isoDate(body.startsAt),
    endsBeforeDay(body.endsAt, time),
    body.lineCount,
    totalsOf(body.items).closing,
    [operator && 'operator', partner && 'partner'].filter(Boolean).join(', ') || 'nobody',
    body.hash,
  ]);
  const right = new Set(['number', 'lines', 'closing']);
  return textTable(
    columns.map((title) => ({ title, align: right.has(title) ? ('right' as const) : undefined })),
    rows,
  );
}

async function shownOne(gateway: Gateway, code: string, number: number, { out, format }: ShowCommand) {
  const found = await gateway.statements.findNumbered(code, number);
  if (!found) throw new CommandError(`There is no statement ${number} of ${JSON.stringify(code)}.`);
  if (out !== undefined) {
    await writeWhole(gateway.statementFiles.stream(found, formatFor(out, STATEMENT_FORMATS, format)), out);
    return { text: `Statement ${number} of ${code} written to ${out}.`, json: { ...headJson(found), file: out } };
  }
  const columns = ['item', 'side', 'opening', 'given', 'put right', 'closing', 'disputed'];
  const rows = found.body.items.map(({ code: item, side, opening, counted, adjusted, closing, disputed }) => [
    ...[item, side],
    ...[opening, counted, adjusted, closing, disputed].map(({ quantity, value }) => `${quantity} / ${value}`),
  ]);
  const sums = textTable(
    columns.map((title, at) => ({ title, align: at < 2 ? undefined : ('right' as const) })),
    rows,
  );
  const { opening, received, given, adjustments, closing } = totalsOf(found.body.items);
  const { currency } = found.body;
  const moved = `${received} received − ${given} given + ${adjustments} put right`;
  const total = `${opening} + ${moved} = ${closing} ${currency}`;
  return { text: [tableOf([found], gateway), sums, total].join('\n\n'), json: headJson(found) };
}

async function verified(file: string, { books = false }: VerifyCommand) {
  const bar = progressBar('verifying');
  try {
    const read = await openFile(file);
    const told = (lines: number) => bar.update('lines', lines, Math.max(lines, read.head.lineCount));
    const report = await verifyStatement(read, told);
    const faults = [...report.faults];
    if (books) {
      faults.push(...(await withGateway((gateway) => faultsOf(gateway, report))));
    }
    const { agreement, number, lines, hash } = report;
    const what = `Statement ${number} of ${agreement}, ${lines} lines, SHA-256 ${hash}`;
    const against = books ? 'agrees with itself and with the books' : 'agrees with itself';
    const ok = faults.length === 0;
    const text = ok ? `${what}: ${against}.` : [`${what}: is not what it says.`, ...faults].join('\n  ');
    return { text, json: { ...report, faults, books }, ok };
  } catch (error) {
    if (error instanceof StatementFileError) throw new CommandError(error.message);
    throw error;
  } finally {
    bar.stop();
  }
}

function faultsOf({ database, statements }: Gateway, report: Parameters<typeof booksFaults>[2]): Promise<string[]> {
  return booksFaults(database.read, statements, report);
}

async function openFile(file: string): Promise<FileStatement> {
  const source = createReadStream(file);
  try {
    return await readStatement(source);
  } catch (error) {
    source.destroy();
    throw fileFault(error, file, 'read') ?? error;
  }
}
