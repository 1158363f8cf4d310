// What an event means for stages and grades: it is added to its day, and the member is judged again in time.
import { companion } from '../../ledger/batch';
import type { Judging } from '../../members/level';
import type { MemberEvent } from '../event/event';
import type { EventConsumer, EventPart } from '../event/event-consumer';
import type { LifecycleService } from './lifecycle.service';
import { dayWriter } from './member-day.store';

export class LifecycleConsumer implements EventConsumer {
  constructor(private readonly lifecycle: LifecycleService) {}

  part(event: MemberEvent, { rows, catalogue }: Judging): EventPart | undefined {
    const { lifecycle, rfm } = catalogue.settings;
    const activities = lifecycle?.activity.includes(event.type) ? 1 : 0;
    const purchases = rfm && event.type === 'PURCHASE' ? 1 : 0;
    const returns = rfm && event.type === 'RETURN';
    if (!activities && !purchases && !returns) return undefined;
    const { memberId, amount = 0, occurredAt } = event;
    const day = catalogue.time.dayNumber(occurredAt);
    // Who is active stays so; grades are made anew with the last instant of the day.
    const comesBack = activities > 0 && rows.member.stage !== 'ACTIVE';
    const row = {
      memberId,
      day,
      activities,
      purchases,
      amount: purchases ? amount : 0,
      returned: returns ? amount : 0,
      wholeOrder: returns && event.amount === undefined ? event.orderId : undefined,
      dueAt: comesBack ? 0 : catalogue.time.startOfDay(day + 1) - 1,
    };
    return { companions: [companion(dayWriter, row)] };
  }

  async after(events: readonly MemberEvent[]): Promise<void> {
    await this.lifecycle.settleAtOnce(events.map(({ memberId }) => memberId));
  }
}
