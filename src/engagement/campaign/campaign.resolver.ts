// Campaigns at the API: what they are, what they would cost, and what they gave.

import { Arg, Int, Query, Resolver } from 'type-graphql';
import type { Sql } from '../../database/sql';
import { toGlobalId } from '../../kernel/id';
import { encodeCursor } from '../../kernel/page';
import { refuse } from '../../kernel/refusal';
import { shown } from '../../members/input-checks';
import type { Catalogue } from '../../program/catalogue';
import { type Connection, connectionPage } from '../../request/connection';
import { afterKey, pageSize } from '../../request/page-input';
import { Allow, STAFF } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import type { LiveCampaign } from './campaign';
import { type CampaignService, worstCost } from './campaign.service';
import { readRuns } from './campaign.store';
import {
  CampaignGiftConnectionType,
  type CampaignGiftType,
  CampaignPreviewResult,
  CampaignType,
} from './campaign.type';
import { countGifts, readGifts } from './gift.store';

const CURSOR = 'campaign-gift';
const RUNS_SHOWN = 10;
/** The most members that one request looks at. */
const LOOKED_MAX = 5_000;

@Resolver()
export class CampaignResolver {
  constructor(
    private readonly service: CampaignService,
    private readonly sql: Sql,
    private readonly catalogue: () => Catalogue,
  ) {}

  @Allow(STAFF)
  @Query(() => [CampaignType], { description: 'The campaigns of the program, in the order in which they came.' })
  campaigns(): Promise<CampaignType[]> {
    return Promise.all(this.service.live().map((campaign) => this.view(campaign)));
  }

  @Allow(STAFF)
  @Query(() => CampaignPreviewResult, { description: `A dry run over at most ${LOOKED_MAX} members.` })
  async campaignPreview(@Arg('campaign', { description: 'Its code.' }) code: string): Promise<object> {
    const campaign = this.service.find(code);
    if (!campaign) return toRefusalType(refuse('NOT_FOUND', `There is no campaign ${shown(code)}.`, 'campaign'));
    const { members, looked, after } = await this.service.preview(campaign, LOOKED_MAX);
    return {
      __typename: 'CampaignPreview',
      members,
      looked,
      complete: after === undefined,
      worstCost: this.money(worstCost(campaign, members)),
      campaign: await this.view(campaign),
    };
  }

  @Allow(STAFF)
  @Query(() => CampaignGiftConnectionType, {
    nullable: true,
    description: 'What a campaign gave, the newest first; null when there is no such campaign.',
  })
  async campaignGifts(
    @Arg('campaign', { description: 'Its code.' }) code: string,
    @Arg('first', () => Int, { defaultValue: 20, description: '1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true }) after?: string | null,
  ): Promise<Connection<CampaignGiftType> | null> {
    const size = pageSize(first);
    const before = afterKey(CURSOR, after, /^[0-9a-f]{32}$/);
    const campaign = this.service.find(code);
    if (!campaign) return null;
    const found = await readGifts(this.sql, campaign.id, { before, limit: size + 1 });
    return connectionPage(found, size, (gift) => ({
      cursor: encodeCursor(CURSOR, gift.id),
      node: {
        ...gift,
        id: toGlobalId('campaignGift', gift.id),
        member: toGlobalId('member', gift.memberId),
        cost: this.money(gift.cost),
        decidedAt: new Date(gift.decidedAt),
        givenAt: gift.givenAt === undefined ? null : new Date(gift.givenAt),
      },
    }));
  }

  private async view(campaign: LiveCampaign): Promise<CampaignType> {
    const { id, code, cost, definition } = campaign;
    const [left, { given }, runs] = await Promise.all([
      this.service.budgetLeft(campaign),
      countGifts(this.sql, id),
      readRuns(this.sql, id, RUNS_SHOWN),
    ]);
    return {
      id: toGlobalId('campaign', id),
      code,
      name: definition.name,
      trigger: definition.trigger.on,
      costPerMember: this.money(cost),
      budget: definition.budget === undefined ? null : this.money(definition.budget),
      budgetLeft: left === undefined ? null : this.money(left),
      given,
      runs: runs.map(({ occasion, state, dueAt, looked, given: some, finishedAt }) => ({
        occasion,
        state,
        looked,
        given: some,
        dueAt: new Date(dueAt),
        finishedAt: finishedAt === undefined ? null : new Date(finishedAt),
      })),
    };
  }

  private money(amount: number) {
    return { amount, currency: this.catalogue().settings.currency };
  }
}
