// A feed of a million lines against a million redemptions: `node dist/test/bench/reconcile.js [lines] [sqlite|mysql]`.
import 'reflect-metadata';
import { Readable } from 'node:stream';
import type { Gateway } from '../../src/compose/gateway';
import { HexBytes } from '../../src/database/sql';
import type { Actor } from '../../src/kernel/actor';
import { DAY, HOUR } from '../../src/kernel/clock';
import { type Id, newId } from '../../src/kernel/id';
import { isRefusal, type Refusal } from '../../src/kernel/refusal';
import { CodeCipher } from '../../src/marketplace/code-cipher';
import { PLAIN_MAPPING } from '../../src/settlement/reconciliation/feed-mapping';
import { freshFile, freshMysql, openHouse } from '../replay/house';
import { offer, programText } from '../support/gateway-program';
import { startPrivateMysql } from '../support/mysql-server';

const FROM = Date.parse('2026-03-01T00:00:00+08:00');
const BY: Actor = { role: 'ADMIN', subject: 'bench' };
const BATCH = 5_000;
/** As the house of replays has it. */
const KEY = Buffer.alloc(32, 7);

function must<Value>(outcome: Value | Refusal): Value {
  if (isRefusal(outcome)) throw new Error(outcome.message);
  return outcome;
}

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const began = performance.now();
  const result = await work();
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  // The most that the process ever had, up to now.
  const peak = Math.round(process.resourceUsage().maxRSS / 1_024);
  process.stdout.write(`${what}: ${seconds} s, at most ${peak} MB\n`);
  return result;
}

const codeOf = (at: number): string => `CODE-${String(at).padStart(10, '0')}`;
/** Spread over the month, in whole seconds. */
const usedAt = (at: number, lines: number): number => FROM + Math.floor(((at / lines) * 30 * DAY) / 1_000) * 1_000;

/** Used redemptions as rows, without what they moved: nothing here looks at the ledger. */
async function fill({ database, catalogue }: Gateway, memberId: Id, lines: number): Promise<void> {
  const cipher = new CodeCipher(KEY);
  const { id: offerId, partner } = catalogue.current().offerByCode('latte')!;
  const columns = ['id', 'member_id', 'item_kind', 'item_id', 'partner_id', 'status', 'cost_basis', 'currency', 'cost'];
  const more = ['co_pay', 'face_value', 'points', 'code_cipher', 'claimed_at', 'expires_at', 'used_at', 'ended_at'];
  for (let from = 0; from < lines; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, lines - from) }, (_, step) => {
      const at = from + step;
      const used = usedAt(at, lines);
      const ids = [newId(used - HOUR), memberId].map((id) => new HexBytes(id));
      const head = [...ids, 'OFFER', new HexBytes(offerId), new HexBytes(partner.id), 'USED', 'ISSUE', 'CNY', 20];
      return [...head, 0, 50, 0, cipher.seal(offerId, codeOf(at)), used - HOUR, used + DAY, used, used];
    });
    await database.transaction((tx) => tx.insertMany('redemption', [...columns, ...more], rows));
  }
}

/** All but every hundredth, in another order; some twice, and some with another amount. */
function* csv(lines: number): Generator<Buffer> {
  yield Buffer.from('code,amount,date\n');
  let text = '';
  for (let step = 0; step < lines; step += 1) {
    const at = (step * 7_919) % lines;
    if (at % 100 === 0) continue;
    const line = `${codeOf(at)},${at % 100 === 1 ? '0.21' : '0.20'},${new Date(usedAt(at, lines)).toISOString()}\n`;
    text += at % 100 === 2 ? line + line : line;
    if (text.length < 65_536) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

async function main(lines: number, url: string): Promise<void> {
  const { gateway } = await openHouse(url, FROM + 40 * DAY);
  const program = programText({ offers: [offer('latte', { card: 'NONE', unitCost: 20 })] });
  const { faults } = await gateway.programs.apply(program, 'bench');
  if (faults) throw new Error(JSON.stringify(faults));
  const [member] = must(await gateway.members.register([{ externalId: 'one', nickname: 'One' }]));
  await timed('redemptions filled in', () => fill(gateway, member!.id, lines));
  const { id: partnerId } = gateway.catalogue.current().partnerByCode('brewer')!;
  const mapping = { ...PLAIN_MAPPING, columns: { code: 'code', amount: 'amount', date: 'date' } };
  const terms = { basis: 'USED', matchBy: 'CODE', amountIs: 'COST', mapping } as const;
  const period = { periodFrom: FROM, periodBefore: FROM + 31 * DAY };
  const feed = must(await gateway.feeds.open(BY, {}, { partnerId, name: 'bench', terms, ...period }));
  const source = Readable.from(csv(lines));
  const report = await timed('feed loaded', async () =>
    must(await gateway.feeds.load({}, feed.id, { name: 'a', source })),
  );
  must(await gateway.feeds.close(BY, {}, feed.id));
  const begun = must(await gateway.reconciliations.start(BY, feed.id, { amount: 0, minutes: 5, days: 0 }));
  let matching = 0;
  const began = performance.now();
  const run = await timed('reconciled', () =>
    gateway.reconciliations.finish(begun.id, ({ state }) => {
      if (state === 'MATCHING' && matching === 0) matching = performance.now() - began;
    }),
  );
  const counts = Object.entries(run!.totals).map(([outcome, { count }]) => `${count} ${outcome}`);
  process.stdout.write(
    `${report.lines} lines; gathered after ${Math.round(matching / 1_000)} s; ${counts.join(', ')}\n`,
  );
  await gateway.close();
}

async function inFreshDatabase(): Promise<void> {
  const [lines = '1000000', lane = 'sqlite'] = process.argv.slice(2);
  const server = lane === 'mysql' ? await startPrivateMysql() : undefined;
  const place = server ? await freshMysql(server.url, 'reconcile_bench') : await freshFile();
  try {
    await main(Number(lines), place.url);
  } finally {
    await place.remove();
    await server?.stop();
  }
}

void inFreshDatabase();
