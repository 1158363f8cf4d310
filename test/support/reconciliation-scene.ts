// Reconciliations of the tests below the API: the room composed on a house, feeds as lists of lines, and what is found.

import type { Database } from '../../src/database/database';
import type { Role } from '../../src/kernel/actor';
import type { Id } from '../../src/kernel/id';
import type { ClearLine, FeedTerms } from '../../src/settlement/reconciliation/feed';
import type { NewFeed } from '../../src/settlement/reconciliation/feed.service';
import type { Tolerance } from '../../src/settlement/reconciliation/match';
import {
  makeReconciliationSide,
  type ReconciliationSide,
} from '../../src/settlement/reconciliation/reconciliation-side';
import type { Run } from '../../src/settlement/reconciliation/run';
import { DEFAULT_TOLERANCE } from '../../src/settlement/reconciliation/run.service';
import { BEA } from './agreement-scene';
import { type House, must, unique } from './house';
import { settlementOf } from './settlement-scene';

export const MARCH = {
  periodFrom: Date.parse('2026-03-01T00:00:00+08:00'),
  periodBefore: Date.parse('2026-04-01T00:00:00+08:00'),
};
export const USES: NewFeed['terms'] = { basis: 'USED', matchBy: 'CODE', amountIs: 'COST' };

/** With another door, as tests that hold it up or break it need. */
export function reconciliationOf(
  house: House,
  { database = house.database, rowsAPass }: { readonly database?: Database; readonly rowsAPass?: number } = {},
): ReconciliationSide {
  const { catalogue, cipher, clock, exchange } = house;
  const { agreements } = exchange;
  const { adjustments } = settlementOf(house);
  const partnersOfOffers = async (_sql: unknown, ids: readonly Id[]) =>
    new Map(ids.map((id) => [id, catalogue.current().offer(id)?.partner.id ?? '']));
  return makeReconciliationSide({
    database,
    catalogue,
    cipher,
    clock,
    agreements,
    adjustments,
    partnersOfOffers,
    rowsAPass,
  });
}

export function partnerId(house: House, code = 'brewer'): Id {
  return house.catalogue.current().partnerByCode(code)!.id;
}

export class Reconciliation {
  readonly side: ReconciliationSide;

  constructor(
    private readonly house: House,
    door: Parameters<typeof reconciliationOf>[1] = {},
  ) {
    this.side = reconciliationOf(house, door);
  }

  async open(
    more: Partial<Omit<NewFeed, 'terms'>> & { readonly terms?: Partial<FeedTerms> } = {},
    role: Role = 'BD',
  ): Promise<Id> {
    const { terms, ...rest } = more;
    const asked: NewFeed = {
      partnerId: partnerId(this.house),
      name: unique('feed'),
      ...MARCH,
      ...rest,
      terms: { ...USES, ...terms },
    };
    return must(await this.side.feeds.open({ ...BEA, role }, {}, asked)).id;
  }

  /** An open feed with these lines. */
  async fed(lines: readonly ClearLine[], more: Parameters<Reconciliation['open']>[0] = {}): Promise<Id> {
    const feed = await this.open(more);
    if (lines.length > 0) must(await this.side.feeds.record({}, feed, lines));
    return feed;
  }

  /** Closes the feed and begins its run. */
  async begin(feed: Id, tolerance: Tolerance = DEFAULT_TOLERANCE): Promise<Run> {
    must(await this.side.feeds.close(BEA, {}, feed));
    return must(await this.side.reconciliations.start(BEA, feed, tolerance));
  }

  async run(feed: Id, tolerance?: Tolerance): Promise<Run> {
    const { id } = await this.begin(feed, tolerance);
    return (await this.side.reconciliations.finish(id))!;
  }

  /** `KIND line` or `KIND redemption`, sorted; a doubled line with the one that it repeats. */
  async found({ id }: Pick<Run, 'id'>): Promise<string[]> {
    const matches = await this.side.reconciliations.matches(id, 0, 10_000);
    const items = await this.side.reconciliationItems.list({}, { runId: id, limit: 10_000 });
    const told = items.map(({ kind, line, differs, redemptionId, sides }) => {
      const more = kind === 'DIFFERS' ? ` ${differs.join('+')}` : kind === 'DOUBLED' ? ` of ${sides.repeats}` : '';
      return `${kind} ${line ?? redemptionId}${more}`;
    });
    return [...matches.map(({ line }) => `MATCHED ${line}`), ...told].sort();
  }
}
