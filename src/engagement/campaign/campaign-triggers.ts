// What sets campaigns off: changes of stage, and events. Both leave a row with the change; a worker may come later.
import type { Sql } from '../../database/sql';
import { dayText } from '../../kernel/period';
import { companion } from '../../ledger/batch';
import type { Judging } from '../../members/level';
import type { Catalogue } from '../../program/catalogue';
import type { MemberEvent } from '../event/event';
import type { EventConsumer, EventPart } from '../event/event-consumer';
import { eventFactsOf } from '../event/facts';
import type { StageChangeRow } from '../lifecycle/lifecycle.store';
import { campaignsOf, isValidAt } from './campaign';
import type { CampaignJob } from './campaign.job';
import { addTriggers, type TriggerRow, triggerWriter } from './campaign.store';

const AT_ONCE_MAX = 50;

/** In the transaction that judges the members. An occasion is the day on which the stage began. */
export async function triggerByStage(tx: Sql, changes: readonly StageChangeRow[], catalogue: Catalogue): Promise<void> {
  const waiting = campaignsOf(catalogue).filter(({ definition }) => definition.trigger.on === 'STAGE');
  const triggers = changes.flatMap(({ memberId, to, day }) => {
    const began = catalogue.time.startOfDay(day);
    const meant = waiting.filter(
      (campaign) => campaign.definition.trigger.to!.includes(to) && isValidAt(campaign, began),
    );
    const dueAt = catalogue.time.startOfDay(day + 1) - 1;
    return meant.map(({ id }): TriggerRow => ({ campaignId: id, memberId, occasion: `${to} ${dayText(day)}`, dueAt }));
  });
  await addTriggers(tx, triggers);
}

export class CampaignConsumer implements EventConsumer {
  constructor(private readonly job: CampaignJob) {}

  part(event: MemberEvent, judging: Judging): EventPart | undefined {
    const meant = campaignsOf(judging.catalogue).filter((campaign) => {
      const { on, event: type, eventName } = campaign.definition.trigger;
      if (on !== 'EVENT' || type !== event.type || !isValidAt(campaign, event.occurredAt)) return false;
      if (eventName !== undefined && eventName !== event.name) return false;
      return campaign.when?.(eventFactsOf(event, judging)) ?? true;
    });
    if (meant.length === 0) return undefined;
    const { memberId, id: occasion, occurredAt: dueAt } = event;
    return {
      companions: meant.map(({ id }) => companion(triggerWriter, { campaignId: id, memberId, occasion, dueAt })),
    };
  }

  /**
   * The first of them at once, so that who did something need not wait for a worker; the rest is the job's. So is what
   * fails, perhaps with another member: the job comes to it again and tells it, and these events are recorded.
   */
  async after(): Promise<void> {
    await this.job.takeTriggers(AT_ONCE_MAX);
  }
}
