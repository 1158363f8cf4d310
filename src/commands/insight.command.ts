// `perkgate insight show|verify`: the dashboard of operations, and the proof that it is what the facts come to.
import type { Command } from 'commander';
import { dashboardOf } from '../insight/figures/dashboard';
import { dashboardPage } from '../insight/figures/dashboard-page';
import { dashboardTables } from '../insight/figures/dashboard-table';
import { recountFigures } from '../insight/figures/recount';
import { renderRecount } from '../insight/figures/recount-table';
import { dateOfDay } from '../kernel/period';
import { isRefusal } from '../kernel/refusal';
import { action, CommandError, type CommonOptions, type Output, withGateway } from './command';
import { progressBar } from './progress';
import { writeWhole } from './write-whole';

interface ShowCommand extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly plan?: string;
  readonly html?: string;
}

export function addInsightCommand(root: Command): void {
  const insight = root.command('insight').description('show the figures of operations, or prove them');
  const show = insight
    .command('show')
    .description('the dashboard as tables')
    .option('--from <date>', 'the first day, such as 2026-01-01 (the first of this year)')
    .option('--to <date>', 'the last day (today)')
    .option('--plan <code>', 'figures of cards and redemptions of this plan alone')
    .option('--html <file>', 'write a page with pictures and the tables, which needs nothing else');
  action(show, shown);
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

async function shown({ from, to, plan, html }: ShowCommand): Promise<Output> {
  const dashboard = await withGateway((gateway) => {
    const today = dateOfDay(gateway.catalogue.current().time.periodAt('DAY', gateway.clock.now()));
    const last = to ?? today;
    return dashboardOf(gateway.insight, { from: from ?? `${last.slice(0, 4)}-01-01`, to: last, plan });
  });
  if (isRefusal(dashboard)) throw new CommandError(dashboard.message);
  const text = dashboardTables(dashboard);
  const { levels, ...figures } = dashboard;
  const json = { ...figures, levels: levels.levels.map(({ level, members }) => ({ level: level.code, members })) };
  if (html === undefined) return { text, json };
  await writeWhole(dashboardPage(dashboard, text), html);
  return { text: `${text}\n\nThe page is in ${html}.`, json: { ...json, html } };
}
