// How a process follows changes of the catalogue that it or another process makes.
import { eachDatabase } from '../../test/support/lanes';
import type { Database } from '../database/database';
import { ManualClock } from '../kernel/clock';
import type { Catalogue } from './catalogue';
import { CatalogueService, type CatalogueSource } from './catalogue.service';
import { ProgramService } from './program.service';
import { ProgramStore } from './program.store';

const POLL_MS = 10;

function programWith(name: string): string {
  return `name: ${name}\ncurrency: CNY\nlevels: [{ code: base, name: Base, rank: 1, threshold: 0 }]\n`;
}
function recordingLog() {
  const messages: string[] = [];
  return { messages, error: (_details: object, message: string) => void messages.push(message) };
}
function roomOn(database: Database, sources: readonly CatalogueSource[] = [new ProgramStore()], log = recordingLog()) {
  const catalogue = new CatalogueService(database, sources, log, POLL_MS);
  return { catalogue, log, service: new ProgramService(database, new ProgramStore(), catalogue, new ManualClock(0)) };
}
/** Waits for a listener to be told of the program of this name. */
function heardOf(catalogue: CatalogueService, name: string): Promise<Catalogue> {
  return new Promise((resolve) => {
    catalogue.onChange((next) => {
      if (next.settings.name === name) resolve(next);
    });
  });
}

eachDatabase((lane) => {
  test('a process that polls hears of what another one applies', async () => {
    const here = roomOn(lane.database);
    const there = roomOn(await lane.openAnother());
    await here.catalogue.start();
    try {
      const heard = heardOf(here.catalogue, 'Far');
      await there.service.apply(programWith('Far'), 'ops');
      const next = await heard;
      // The listener comes first; whoever asks after the next refresh meets the same snapshot.
      expect(await here.catalogue.refresh()).toBe(next);
      expect(here.catalogue.current()).toBe(next);
    } finally {
      await here.catalogue.stop();
    }
  });

  test('a local apply is current as soon as it is answered', async () => {
    const { catalogue, service } = roomOn(lane.database);
    await service.apply(programWith('Near'), 'ops');
    expect(catalogue.current().settings.name).toBe('Near');
  });

  test('nothing is read again while nothing changes', async () => {
    const store = new ProgramStore();
    const load = jest.spyOn(store, 'load');
    const { catalogue } = roomOn(lane.database, [store]);
    const first = await catalogue.refresh();
    expect(await catalogue.refresh()).toBe(first);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('a failing read is logged, the last snapshot stays, and the next poll heals it', async () => {
    const store = new ProgramStore();
    const { catalogue, log, service } = roomOn(lane.database, [store]);
    await service.apply(programWith('Before'), 'ops');
    // The first look is that of the change itself, in its transaction.
    const load = jest.spyOn(store, 'load').mockResolvedValueOnce([]).mockRejectedValueOnce(new Error('gone away'));
    await service.apply(programWith('After'), 'ops');
    expect(catalogue.current().settings.name).toBe('Before');
    expect(log.messages).toEqual([expect.stringContaining('the last snapshot stays')]);
    const heard = heardOf(catalogue, 'After');
    await catalogue.start();
    await heard;
    await catalogue.stop();
    expect(load).toHaveBeenCalledTimes(3);
  });

  test('a listener is told before the snapshot is current, and again until it gets through', async () => {
    const { catalogue, log, service } = roomOn(lane.database);
    const told: string[] = [];
    const nameOf = ({ settings }: Catalogue): string => settings.name || 'none';
    catalogue.onChange((next, previous) => {
      told.push(`${nameOf(previous)} → ${nameOf(next)}, current ${nameOf(catalogue.current())}`);
      if (told.length === 1) throw new Error('not yet');
    });
    await service.apply(programWith('One'), 'ops');
    expect(log.messages).toEqual([expect.stringContaining('a listener of the catalogue failed')]);
    expect(catalogue.current().settings.name).toBe('One');
    await catalogue.refresh();
    await catalogue.refresh();
    await service.apply(programWith('Two'), 'ops');
    expect(told).toEqual(['none → One, current none', 'none → One, current One', 'One → Two, current One']);
  });

  test('a change between two statements of a read does not tear the snapshot', async () => {
    const other = roomOn(await lane.openAnother());
    const store = new ProgramStore();
    const second = new ProgramStore();
    let interfered = false;
    // The other process commits after the first source was read and before the second one.
    second.load = async () => {
      if (!interfered) await other.service.apply(programWith('Later'), 'ops');
      interfered = true;
      return [];
    };
    const { catalogue } = roomOn(lane.database, [store, second]);
    const load = jest.spyOn(store, 'load');
    await other.service.apply(programWith('Earlier'), 'ops');
    expect((await catalogue.refresh()).settings.name).toBe('Later');
    expect(load).toHaveBeenCalledTimes(2);
  });

  test('a catalogue that never rests is left to the next poll', async () => {
    const restless: CatalogueSource = {
      load: async () => {
        await lane.database.transaction((tx) => catalogue.bump(tx));
        return [];
      },
      highestNumber: () => Promise.resolve(0),
    };
    const { catalogue } = roomOn(lane.database, [restless]);
    await expect(catalogue.refresh()).rejects.toThrow('the catalogue changed during each of 3 attempts');
  });

  test('numbers are given across all sources', async () => {
    const partners: CatalogueSource = { load: () => Promise.resolve([]), highestNumber: () => Promise.resolve(4_000) };
    const { catalogue } = roomOn(lane.database, [new ProgramStore(), partners]);
    const next = await lane.database.transaction(async (tx) => {
      await catalogue.lock(tx);
      return catalogue.nextNumber(tx);
    });
    expect(next).toBe(4_001);
  });

  test('a process that stopped polls no more', async () => {
    const { catalogue } = roomOn(lane.database);
    const set = jest.spyOn(globalThis, 'setTimeout');
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    await catalogue.start();
    const poll = set.mock.calls.findIndex(([, milliseconds]) => milliseconds === POLL_MS);
    await catalogue.stop();
    expect(cleared).toHaveBeenCalledWith(set.mock.results[poll]?.value);
    expect(set.mock.calls.filter(([, milliseconds]) => milliseconds === POLL_MS)).toHaveLength(1);
    jest.restoreAllMocks();
  });
});
