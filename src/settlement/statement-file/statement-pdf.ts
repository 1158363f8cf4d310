// A statement as PDF: its sums on the first page, then its lines, page by page while it is sent.
import { dirname, join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import PDFDocument from 'pdfkit';
import type { BusinessTime } from '../../kernel/period';
import type { Signature, StatedItem, Statement, StatementLine, Sum } from '../statement/statement';
import { totalsOf } from '../statement/statement';

type Pdf = PDFKit.PDFDocument;

/** Nobody reads more on paper; the rest stands in the other files, under the same hash. */
const PDF_LINES_MAX = 5_000;
const MARGIN = 40;
const BOTTOM = 800;
const SANS = 'Regular';
const BOLD = 'Bold';
const FONTS = join(dirname(require.resolve('@embedpdf/fonts-sc')), '..', 'fonts');
const LEFT = 'left';
const RIGHT = 'right';

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: typeof LEFT | typeof RIGHT;
}

const column = (title: string, width: number, align: Column['align'] = LEFT): Column => ({ title, width, align });

const ITEMS = [
  column('Item 项目', 125),
  column('Side 给予方', 60),
  column('Opening 期初', 66, RIGHT),
  column('Given 本期', 66, RIGHT),
  column('Put right 调整', 66, RIGHT),
  column('Closing 期末', 66, RIGHT),
  column('Disputed 争议', 66, RIGHT),
];
const LINES = [
  column('Booked 入账时间', 80),
  column('Item 项目', 80),
  column('Kind 类型', 58),
  column('Qty 数量', 48, RIGHT),
  column('Value 金额', 60, RIGHT),
  column('Reference 参考号', 189),
];

/** In the major unit, with the digits of the currency. */
function moneyText(amount: number, currency: string): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  return (amount / 10 ** (digits ?? 2)).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export function pdfStream(statement: Statement, lines: AsyncIterable<StatementLine>, time: BusinessTime): Readable {
  const { body } = statement;
  const info = {
    Title: `Statement ${body.number} of ${body.agreement}`,
    CreationDate: new Date(body.issuedAt),
    ModDate: new Date(body.issuedAt),
  };
  const pdf = new PDFDocument({ size: 'A4', margin: MARGIN, info });
  pdf.registerFont(SANS, join(FONTS, 'NotoSansHans-Regular.otf'));
  pdf.registerFont(BOLD, join(FONTS, 'NotoSansHans-Bold.otf'));
  const output = new PassThrough();
  pdf.pipe(output);
  // Who stops reading stops the making as well.
  write(pdf, statement, lines, time, () => output.destroyed).catch((error: Error) => output.destroy(error));
  return output;
}

async function write(
  pdf: Pdf,
  statement: Statement,
  lines: AsyncIterable<StatementLine>,
  time: BusinessTime,
  isOver: () => boolean,
): Promise<void> {
  writeHead(pdf, statement, time);
  writeItems(pdf, statement);
  writeEnd(pdf, statement, time);
  const { currency, lineCount } = statement.body;
  if (lineCount > 0) {
    pdf.addPage();
    heading(pdf, 'Lines 明细');
    tableHead(pdf, LINES);
  }
  let count = 0;
  for await (const { at, item, kind, quantity, value, reference } of lines) {
    if (isOver() || count >= PDF_LINES_MAX) break;
    count += 1;
    const cells = [minuteText(at, time), item, kind, String(quantity), moneyText(value, currency), reference ?? ''];
    tableRow(pdf, LINES, cells);
    // Others get their turn between pages.
    if (count % 50 === 0) await new Promise((resume) => setImmediate(resume));
  }
  if (count < lineCount) {
    const rest = `${lineCount - count} more lines stand in the files of JSON and CSV, under the same hash.`;
    pdf.moveDown().font(SANS).fontSize(8).text(rest, MARGIN);
  }
  pdf.end();
}

/** `2026-11-01 00:05`, as the clocks of the time zone show it. */
export function minuteText(instant: number, time: BusinessTime): string {
  // Not what has passed since midnight: that is an hour more or less on days when the clocks are changed.
  const minutes = time.minuteOfWeek(instant) % (24 * 60);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${time.isoDate(instant)} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function heading(pdf: Pdf, text: string): void {
  pdf.font(BOLD).fontSize(11).fillColor('#000').text(text, MARGIN).moveDown(0.4);
}

function writeHead(pdf: Pdf, { body, issuedBy }: Statement, time: BusinessTime): void {
  pdf.font(BOLD).fontSize(17).text(`Statement ${body.number} · 资源置换对账单`, MARGIN);
  pdf.font(SANS).fontSize(11).text(body.title).moveDown(0.6);
  const about = [
    ['Agreement 协议', body.agreement],
    ['Partner 合作方', body.partner],
    ['Period 期间', `${minuteText(body.startsAt, time)} – ${minuteText(body.endsAt, time)} (${body.timeZone})`],
    ['Issued 出具', `${minuteText(body.issuedAt, time)}, ${issuedBy}`],
    ['Currency 币种', body.currency],
  ];
  for (const [name, value] of about) {
    const { y } = pdf;
    pdf.font(BOLD).fontSize(9).text(name!, MARGIN, y, { width: 110 });
    pdf
      .font(SANS)
      .fontSize(9)
      .text(value!, MARGIN + 115, y, { width: 400 });
  }
  pdf.moveDown();
}

function writeItems(pdf: Pdf, { body }: Statement): void {
  const { items, currency } = body;
  heading(pdf, `By item, in pieces and in ${currency} 按项目`);
  tableHead(pdf, ITEMS);
  for (const item of items) tableRow(pdf, ITEMS, itemCells(item, currency));
  pdf.moveDown();
  heading(pdf, 'Imbalance 差额');
  const totals = totalsOf(items);
  const words: readonly (readonly [string, number])[] = [
    ['Opening 期初', totals.opening],
    ['Received from the partner 收到', totals.received],
    ['Given to the partner 给出', -totals.given],
    ['Put right 调整', totals.adjustments],
    ['Closing 期末 (above zero: the partner is ahead 合作方领先)', totals.closing],
  ];
  const columns = [column('', 330), column('', 120, RIGHT)];
  for (const [name, amount] of words) tableRow(pdf, columns, [name, moneyText(amount, currency)], 9);
  pdf.moveDown();
}

function itemCells(item: StatedItem, currency: string): string[] {
  const { code, unit, unitValue, side, opening, counted, adjusted, closing, disputed } = item;
  const sum = ({ quantity, value }: Sum) => `${quantity.toLocaleString('en-US')}\n${moneyText(value, currency)}`;
  const name = `${code}\n${unit}, ${moneyText(unitValue, currency)}`;
  return [name, side, ...[opening, counted, adjusted, closing, disputed].map(sum)];
}

function writeEnd(pdf: Pdf, { body, operator, partner }: Statement, time: BusinessTime): void {
  heading(pdf, 'Signed 签署');
  const signed = (side: string, signature: Signature | undefined) =>
    `${side}: ${signature ? `${signature.by}, ${minuteText(signature.at, time)}` : 'not yet 未签署'}`;
  pdf.font(SANS).fontSize(9);
  pdf.text(signed('Operator 运营方', operator), MARGIN).text(signed('Partner 合作方', partner)).moveDown();
  heading(pdf, 'SHA-256');
  pdf.font('Courier').fontSize(9).text(body.hash, MARGIN);
  pdf
    .font(SANS)
    .fontSize(8)
    .text(`Of the statement before: ${body.previousHash ?? 'none, this is the first one'}`);
  pdf.text(`${body.lineCount} lines. Verify the file of JSON or CSV: perkgate statement verify FILE`);
}

function tableHead(pdf: Pdf, columns: readonly Column[]): void {
  row(pdf, columns, { cells: columns.map(({ title }) => title), font: BOLD, size: 8 });
  pdf
    .moveTo(MARGIN, pdf.y)
    .lineTo(MARGIN + widthOf(columns), pdf.y)
    .lineWidth(0.5)
    .stroke('#888');
  pdf.y += 3;
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}

function tableRow(pdf: Pdf, columns: readonly Column[], cells: readonly string[], size = 7.5): void {
  row(pdf, columns, { cells, font: SANS, size });
}

interface RowOf {
  readonly cells: readonly string[];
  readonly font: string;
  readonly size: number;
}

function row(pdf: Pdf, columns: readonly Column[], { cells, font, size }: RowOf): void {
  pdf.font(font).fontSize(size);
  const options = columns.map(({ width, align }) => ({ width: width - 6, align }));
  const height = Math.max(...cells.map((cell, at) => pdf.heightOfString(cell, options[at])));
  if (pdf.y + height > BOTTOM) pdf.addPage();
  const { y } = pdf;
  let x = MARGIN;
  for (const [at, cell] of cells.entries()) {
    pdf.text(cell, x, y, options[at]);
    x += columns[at]!.width;
  }
  pdf.x = MARGIN;
  pdf.y = y + height + 3;
}
