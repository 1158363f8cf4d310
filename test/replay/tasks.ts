// The tasks of `npm run replay`: received offers and transactions go in, and the completions of the data must come out.
import { progressBar } from '../../src/commands/progress';
import type { CheckedFolder } from '../../src/imports/starbucks/check';
import { StarbucksImportService } from '../../src/imports/starbucks/starbucks.service';
import { type TaskOutcome, TaskReplay } from '../../src/imports/starbucks/task-replay';
import { textTable } from '../../src/kernel/text-table';
import { verifyLedger } from '../../src/ledger/verify';
import { holdCheck } from '../../src/redemption/hold.check';
import { type FreshDatabase, openHouse } from './house';

export interface TaskRun extends TaskOutcome {
  readonly name: string;
  readonly importSeconds: number;
  readonly seconds: number;
  readonly clean: boolean;
  readonly equal: boolean;
}

export async function replayTasks(checked: CheckedFolder, name: string, place: FreshDatabase): Promise<TaskRun> {
  const now = Date.now();
  const { gateway, clock } = await openHouse(place.url, now);
  const bar = progressBar(name);
  try {
    const began = performance.now();
    const state = await new StarbucksImportService(gateway, clock).run({ checked, now, onProgress: bar.update });
    const imported = performance.now();
    const outcome = await new TaskReplay(gateway, clock, { checked, state, onProgress: bar.update }).run();
    const replayed = performance.now();
    const { clean } = await verifyLedger(gateway.database, [holdCheck]);
    const { expected, completed, misses, extras } = outcome;
    const wanted = checked.totals.events['offer completed'];
    return {
      ...outcome,
      name,
      importSeconds: (imported - began) / 1000,
      seconds: (replayed - imported) / 1000,
      clean,
      equal: misses === 0 && extras === 0 && expected === wanted && completed === wanted,
    };
  } finally {
    bar.stop();
    await gateway.close();
  }
}

export function taskTable(runs: readonly TaskRun[]): string {
  const titles = ['run', 'assigned', 'events', 'expected', 'completed', 'misses', 'extras'];
  return textTable(
    [...titles, 'import s', 'replay s', 'events/s', 'verify', 'equal'].map((title) => ({ title })),
    runs.map((run) => [
      run.name,
      run.assigned,
      run.recorded,
      run.expected,
      run.completed,
      run.misses,
      run.extras,
      Math.round(run.importSeconds),
      Math.round(run.seconds),
      Math.round(run.recorded / run.seconds),
      run.clean ? 'clean' : 'FAULTY',
      run.equal ? 'yes' : 'NO',
    ]),
  );
}
