// A process with the partners of one gateway: all sound, or one that hangs, one that answers garbage, one that is gone.
import { systemClock } from '../../src/kernel/clock';
import type { FaultName } from '../../src/simulator/fault';
import { startSimulator } from '../../src/simulator/simulator';
import { answerVerbs } from './answers';

export type BrandsState = 'SOUND' | 'FAULTY';

export interface BrandsStart {
  readonly state: BrandsState;
  /** The offers of each, by the partner's own ids of them. */
  readonly offers: readonly (readonly string[])[];
}

export interface RunningBrand {
  readonly url: string;
  readonly secret: string;
}

/** In the order of the partners; who has none is gone, so that connections to it are refused. */
const FAULTS: readonly (FaultName | undefined)[] = ['hang', 'garbage', undefined];

async function start({ state, offers }: BrandsStart): Promise<RunningBrand[]> {
  return Promise.all(
    offers.map(async (refs, at) => {
      const fault = state === 'FAULTY' ? FAULTS[at] : undefined;
      const brand = await startSimulator({
        clock: systemClock,
        offers: refs.map((offerRef) => ({ offerRef, title: offerRef })),
        faults: fault ? [fault] : [],
      });
      if (state === 'FAULTY' && !fault) await brand.close();
      return { url: brand.url, secret: brand.secrets[0]! };
    }),
  );
}

answerVerbs({ start });
process.channel?.ref();
