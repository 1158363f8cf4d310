// A process that redeems without HTTP: through the service, or by hand with row locks or in batches.
import type { Gateway } from '../../src/compose/gateway';
import { loadCodeKey } from '../../src/identity/code-key';
import { type Id, idFromBytes } from '../../src/kernel/id';
import { isRefusal } from '../../src/kernel/refusal';
import { CodeCipher } from '../../src/marketplace/code-cipher';
import type { CatalogueOffer } from '../../src/program/catalogue-item';
import { answerVerbs } from './answers';
import { HandBatches } from './hand-batches';
import type { LoadResult } from './load';
import { RowLocks } from './row-locks';
import { itemFor } from './turns';
import { environmentOf, openWorld, type WorldPlace } from './world';

export interface RedeemerStart extends WorldPlace {
  readonly way: 'service' | 'row-locks' | 'batches';
}

export interface RedeemRun {
  readonly milliseconds: number;
  readonly inFlight: number;
  /** Of the bench's offers, the first so many. */
  readonly offers: number;
}

type Redeem = (memberId: Id, offer: CatalogueOffer, key: string) => Promise<void>;

let redeem: Redeem | undefined;
let redeemers: readonly Id[] = [];
let offers: readonly CatalogueOffer[] = [];
let sent = 0;
const process36 = process.pid.toString(36) + process.hrtime.bigint().toString(36);

async function readRedeemers(gateway: Gateway): Promise<Id[]> {
  const rows = await gateway.database.read.arrays(
    `SELECT id FROM member WHERE external_id BETWEEN 'redeem-' AND 'redeem.'`,
  );
  return rows.map(([id]) => idFromBytes(id as Buffer));
}

function throughService(gateway: Gateway): Redeem {
  return async (memberId, { id: itemId }, idempotencyKey) => {
    const actor = { role: 'MEMBER', subject: memberId, memberId } as const;
    const input = { itemKind: 'OFFER', itemId, memberId, idempotencyKey } as const;
    const outcome = await gateway.redemptions.redeem(actor, input);
    if (isRefusal(outcome)) throw new Error(`${outcome.code}: ${outcome.message}`);
  };
}

/** By hand, as a transaction each or as many in one as are waiting. */
async function byHand(place: WorldPlace, way: 'row-locks' | 'batches'): Promise<Redeem> {
  const codeKeyFile = environmentOf(place).CODE_KEY_FILE!;
  const cipher = new CodeCipher(await loadCodeKey({ codeKeyFile }));
  const hand = way === 'batches' ? new HandBatches(place.url, cipher) : new RowLocks(place.url, cipher);
  return (memberId, offer, key) => hand.redeem(memberId, offer, key);
}

async function start({ way, ...place }: RedeemerStart): Promise<number> {
  const gateway = await openWorld(place);
  await gateway.catalogue.refresh();
  redeemers = await readRedeemers(gateway);
  offers = gateway.catalogue.current().offers.filter(({ code }) => code.startsWith('bench-'));
  redeem = way === 'service' ? throughService(gateway) : await byHand(place, way);
  return redeemers.length;
}

async function run({ milliseconds, inFlight, offers: count }: RedeemRun): Promise<LoadResult> {
  const times: number[] = [];
  const started = performance.now();
  const until = started + milliseconds;
  let [bad, firstBad]: [number, string | undefined] = [0, undefined];
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      sent += 1;
      const memberId = redeemers[sent % redeemers.length]!;
      const offer = offers[itemFor(sent, redeemers.length, count)]!;
      const begun = performance.now();
      await redeem!(memberId, offer, `${process36}-${sent}`).catch((error: Error) => {
        bad += 1;
        firstBad ??= String(error.stack);
      });
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  times.sort((left, right) => left - right);
  const quantile = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  const seconds = (performance.now() - started) / 1_000;
  return { requests: times.length, seconds, p50: quantile(0.5), p99: quantile(0.99), bad, firstBad };
}

answerVerbs({ start, run });
process.channel?.ref();
