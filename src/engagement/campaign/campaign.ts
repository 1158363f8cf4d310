// The campaigns of a catalogue, ready to be asked: segments compiled, costs summed up, instants as numbers.

import { assert } from '../../kernel/assert';
import type { Instant } from '../../kernel/clock';
import { type Id, ZERO_ID } from '../../kernel/id';
import { type AccountKey, accountKey } from '../../ledger/account';
import { ACCOUNT_KINDS as KIND } from '../../ledger/chart';
import { type Campaign, costOfCampaign } from '../../program/campaign';
import type { Catalogue } from '../../program/catalogue';
import { definitionOf } from '../../program/catalogue-build';
import { compileEventCondition, type EventCondition } from '../../program/condition';
import { CompiledSegment } from '../segment/segment';

export interface LiveCampaign {
  readonly id: Id;
  readonly code: string;
  /** The program version in which it last changed. */
  readonly version: number;
  readonly definition: Campaign;
  readonly segment: CompiledSegment;
  /** Of the event that sets it off. */
  readonly when?: EventCondition;
  /** What one member's reward costs at worst, in the minor unit. */
  readonly cost: number;
  readonly validFrom: Instant;
  /** Exclusive. */
  readonly validUntil: Instant;
}

const known = new WeakMap<Catalogue, readonly LiveCampaign[]>();

/** Those of the program that is in force, in the order in which they were first applied. */
export function campaignsOf(catalogue: Catalogue): readonly LiveCampaign[] {
  const ready = known.get(catalogue);
  if (ready) return ready;
  const book = {
    benefitCost: (code: string) => catalogue.benefitByCode(code)?.unitCost ?? 0,
    offerCost: (code: string) => {
      const offer = catalogue.offerByCode(code);
      return offer && offer.funding === 'OPERATOR' ? offer.unitCost : 0;
    },
  };
  const campaigns = catalogue
    .items('CAMPAIGN')
    .filter(({ retired }) => !retired)
    .map((item): LiveCampaign => {
      const definition = definitionOf(item, 'CAMPAIGN');
      const { validFrom, validUntil } = definition;
      return {
        id: item.id,
        code: item.code,
        version: item.version,
        definition,
        segment: new CompiledSegment(definition.segment),
        when: compiledWhen(definition.trigger.when),
        cost: costOfCampaign(definition, book),
        validFrom: validFrom === undefined ? Number.NEGATIVE_INFINITY : Date.parse(validFrom),
        validUntil: validUntil === undefined ? Number.POSITIVE_INFINITY : Date.parse(validUntil),
      };
    });
  known.set(catalogue, campaigns);
  return campaigns;
}

function compiledWhen(when: string | undefined): EventCondition | undefined {
  if (when === undefined) return undefined;
  const compiled = compileEventCondition(when);
  assert('condition' in compiled, `the condition ${when} was stored unchecked`);
  return compiled.condition;
}

export function isValidAt({ validFrom, validUntil }: LiveCampaign, instant: Instant): boolean {
  return instant >= validFrom && instant < validUntil;
}

export function budgetAccount(campaignId: Id, unit: string): AccountKey {
  return accountKey({ holder: campaignId, kind: KIND.CAMPAIGN_BUDGET, unit });
}

export function budgetContra(kind: 'CAMPAIGN_BUDGET_GRANTED' | 'CAMPAIGN_BUDGET_USED', unit: string): AccountKey {
  return accountKey({ holder: ZERO_ID, kind: KIND[kind], unit });
}
