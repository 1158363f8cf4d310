// What a replay was answered, beside what the oracle of the data set says for the same cap and quota.
import { z } from 'zod';
import type { Figure } from '../figure-table';
import type { CheckedFolder } from './check';
import type { CapSettings } from './program';
import type { ReplayOutcome } from './replay';

const count = z.int().min(0);

/** `cap-replay.json`; costs in whole dollars. */
export const capOracle = z.object({
  replays: z.array(
    z.object({
      cap: count,
      quota: count.nullable(),
      accepted: count,
      cost: count,
      refused_cap: count,
      refused_quota: count,
      cards_at_cap: count,
    }),
  ),
});
export type OracleReplay = z.output<typeof capOracle>['replays'][number];

/** All replays that the folder has an oracle for. */
export async function oracleOf({ folder }: Pick<CheckedFolder, 'folder'>): Promise<readonly OracleReplay[]> {
  return (await folder.figures('cap-replay.json', capOracle))?.replays ?? [];
}

export function findOracle(replays: readonly OracleReplay[], settings: CapSettings): OracleReplay | undefined {
  return replays.find(({ cap, quota }) => cap === settings.cap && (quota ?? undefined) === settings.quota);
}

export function replayFigures(outcome: ReplayOutcome, completions: number, oracle: OracleReplay | undefined): Figure[] {
  const otherwise = Object.entries(outcome.refusedOtherwise).map(([code, times]) => `${times} ${code}`);
  return [
    { what: 'requests', expected: completions, got: outcome.requests },
    { what: 'accepted', expected: oracle?.accepted, got: outcome.accepted },
    { what: 'cost, dollars', expected: oracle?.cost, got: outcome.costCents / 100 },
    { what: 'refused by the cap', expected: oracle?.refused_cap, got: outcome.refusedByCap },
    { what: 'refused by the quota', expected: oracle?.refused_quota, got: outcome.refusedByQuota },
    { what: 'refused otherwise', expected: 'none', got: otherwise.join(', ') || 'none' },
    { what: 'cards at their cap', expected: oracle?.cards_at_cap, got: outcome.cardsAtCap },
  ];
}
