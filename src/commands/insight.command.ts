// `perkgate insight verify`: the proof that the roll-up of figures is what the facts come to.
import type { Command } from 'commander';
import { recountFigures } from '../insight/figures/recount';
import { renderRecount } from '../insight/figures/recount-table';
import { action, withGateway } from './command';
import { progressBar } from './progress';

export function addInsightCommand(root: Command): void {
  const insight = root.command('insight').description('prove the figures of operations');
  const verify = insight.command('verify').description('count all figures once more from the facts, and compare');
  action(verify, async () => {
    const report = await withGateway(async (gateway) => {
      const bar = progressBar('recounting');
      // What waits is counted first, so that the proof is about as much as can be.
      await gateway.rollUp.drain();
      const told = (step: string, done: number) => bar.update(step, done, done);
      return recountFigures(gateway.database, gateway.catalogue.current(), told).finally(() => bar.stop());
    });
    return { text: renderRecount(report), json: { ...report }, ok: report.clean };
  });
}
