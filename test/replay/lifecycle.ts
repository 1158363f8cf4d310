// `npm run replay -- --only cdnow` and `--only rfm`: published purchases as events, on both databases.
import { textTable } from '../../src/kernel/text-table';
import { verifyLedger } from '../../src/ledger/verify';
import { startPrivateMysql } from '../support/mysql-server';
import { type Compared, differing } from './compared';
import { freshFile, freshMysql, openHouse } from './house';
import { LIFECYCLE_DATA_IS_THERE, replayCdnow, replayRfm } from './lifecycle-data';

const REPLAYS = { cdnow: replayCdnow, rfm: replayRfm } as const;
const LANES = ['sqlite', 'mysql'] as const;
const FIRST_DAY = Date.UTC(1997, 0, 1);

export type LifecycleReplay = keyof typeof REPLAYS;

export function isLifecycleReplay(name: string): name is LifecycleReplay {
  return Object.hasOwn(REPLAYS, name);
}

interface Row {
  readonly lane: (typeof LANES)[number];
  readonly compared: number;
  readonly differing: readonly Compared[];
  readonly seconds: number;
  readonly clean: boolean;
}

/** True when all is equal and the books are clean. */
export async function runLifecycleReplay(name: LifecycleReplay, json: boolean): Promise<boolean> {
  if (!LIFECYCLE_DATA_IS_THERE) throw new Error('the data sets are not at ../shared/data/cdnow and rfm-reference');
  const server = await startPrivateMysql();
  const rows: Row[] = [];
  try {
    for (const lane of LANES) {
      const place = lane === 'sqlite' ? await freshFile() : await freshMysql(server.url, `replay_${name}`);
      rows.push(await replayOn(name, lane, place.url).finally(() => place.remove()));
    }
  } finally {
    await server.stop();
  }
  const titles = ['lane', 'compared', 'equal', 'different', 's', 'verify'];
  const cells = rows.map(({ lane, compared, differing: some, seconds, clean }) => [
    lane,
    compared,
    compared - some.length,
    some.length,
    Math.round(seconds),
    clean ? 'clean' : 'FAULTY',
  ]);
  process.stdout.write(
    `${textTable(
      titles.map((title) => ({ title })),
      cells,
    )}\n`,
  );
  for (const { lane, differing: some } of rows) {
    for (const one of some) process.stderr.write(`${lane} ${one.what}: ${JSON.stringify(one)}\n`);
  }
  const ok = rows.every(({ clean, differing: some }) => clean && some.length === 0);
  if (json) process.stdout.write(`${JSON.stringify({ ok, name, runs: rows })}\n`);
  return ok;
}

async function replayOn(name: LifecycleReplay, lane: Row['lane'], url: string): Promise<Row> {
  const house = await openHouse(url, FIRST_DAY);
  try {
    const began = performance.now();
    const compared = await REPLAYS[name](house);
    const seconds = (performance.now() - began) / 1000;
    const { clean } = await verifyLedger(house.gateway.database, []);
    return { lane, compared: compared.length, differing: differing(compared), seconds, clean };
  } finally {
    await house.gateway.close();
  }
}
