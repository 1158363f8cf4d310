// `perkgate campaign preview`: how many members a campaign is for, and what it costs at worst. Gives nothing.
import type { Command } from 'commander';
import { worstCost } from '../engagement/campaign/campaign.service';
import type { Id } from '../kernel/id';
import { textTable } from '../kernel/text-table';
import { action, CommandError, withGateway } from './command';
import { progressBar } from './progress';

const MEMBERS_A_LOOK = 2_000;

export function addCampaignCommand(root: Command): void {
  const campaign = root.command('campaign').description('count whom a campaign is for, before it gives');
  const preview = campaign
    .command('preview <code>')
    .description('look at all members: how many it is for, and what it costs at worst; nothing is given');
  action(preview, (_options, code) =>
    withGateway(async (gateway) => {
      const { campaigns, database, catalogue } = gateway;
      const found = campaigns.find(code!);
      const known = campaigns.live().map((one) => one.code);
      if (!found) throw new CommandError(`There is no campaign ${code}; there are ${known.join(', ') || 'none'}.`);
      const [row] = await database.read.arrays('SELECT COUNT(*) FROM member');
      const all = Number(row![0]);
      const bar = progressBar('members');
      let [members, looked] = [0, 0];
      let after: Id | undefined;
      do {
        const part = await campaigns.preview(found, MEMBERS_A_LOOK, after);
        members += part.members;
        looked += part.looked;
        after = part.after;
        bar.update('members', looked, all);
      } while (after !== undefined);
      bar.stop();
      const { currency } = catalogue.current().settings;
      const left = await campaigns.budgetLeft(found);
      const answer = {
        campaign: found.code,
        looked,
        members,
        costPerMember: found.cost,
        worstCost: worstCost(found, members),
        budgetLeft: left ?? null,
        currency,
      };
      const rows = Object.entries(answer).map(([what, value]) => [what, value ?? 'not limited']);
      return { text: textTable([{ title: 'what' }, { title: 'value', align: 'right' }], rows), json: answer };
    }),
  );
}
