// What the parts of a campaign ask of each other and of the rest of the file.
import { type Campaign, costOfCampaign, type Trigger, type TriggerKind } from '../campaign';
import { compileCondition } from '../condition';
import { type FaultAt, nearest, type Path, showGiven } from '../program-fault';
import { eventConditionFaults } from './event-filter';
import { rewardFaults } from './reward-faults';
import { type Draft, type ProgramDraft, present, type Rule } from './rule';

type CampaignDraft = Draft<Campaign>;

/** The fields of a trigger that its kind needs, and those that it may have. */
const FIELDS: Readonly<Record<TriggerKind, { needs: readonly string[]; may: readonly string[] }>> = {
  SCHEDULE: { needs: ['at'], may: [] },
  MONTHLY: { needs: ['day'], may: ['time', 'lookBackDays'] },
  FESTIVAL: { needs: ['days'], may: ['time', 'lookBackDays'] },
  BIRTHDAY: { needs: [], may: ['time', 'daysBefore', 'lookBackDays', 'leapDay'] },
  STAGE: { needs: ['to'], may: [] },
  EVENT: { needs: ['event'], may: ['eventName', 'when'] },
};

export const campaignTerms: Rule = (program) =>
  [...present(program.campaigns)].flatMap(([at, campaign]) => {
    const path: Path = ['campaigns', at];
    return [
      ...triggerFaults(campaign.trigger, [...path, 'trigger']),
      ...segmentFaults(campaign, program, path),
      ...rewardFaults(program, campaign.reward, [...path, 'reward']),
      ...moneyFaults(campaign, program, path),
      ...timeFaults(campaign, path),
    ];
  });

function triggerFaults(trigger: Draft<Trigger> | undefined, path: Path): FaultAt[] {
  if (trigger?.on === undefined) return [];
  const { needs, may } = FIELDS[trigger.on];
  const given = Object.keys(trigger).filter((key) => key !== 'on');
  const faults: FaultAt[] = [];
  for (const key of needs) {
    if (given.includes(key)) continue;
    faults.push({ path: [...path, key], given: 'nothing', allowed: `${key}: a trigger on ${trigger.on} needs it` });
  }
  for (const key of given) {
    if (needs.includes(key) || may.includes(key)) continue;
    const known = [...needs, ...may];
    const allowed = known.length === 0 ? 'nothing else' : `only ${known.join(', ')} on ${trigger.on}`;
    faults.push({ path: [...path, key], atKey: true, given: `the key ${showGiven(key)}`, allowed });
  }
  if (trigger.eventName !== undefined && trigger.event !== undefined && trigger.event !== 'CUSTOM') {
    faults.push({
      path: [...path, 'eventName'],
      given: showGiven(trigger.eventName),
      allowed: 'nothing: only CUSTOM has names',
    });
  }
  return [...faults, ...eventConditionFaults(trigger.when, [...path, 'when'])];
}

function segmentFaults({ segment, trigger }: CampaignDraft, { lifecycle, rfm }: ProgramDraft, path: Path): FaultAt[] {
  const faults: FaultAt[] = [];
  if (!lifecycle) {
    const allowed = 'stages, once the program has a lifecycle';
    if (trigger?.on === 'STAGE') faults.push({ path: [...path, 'trigger', 'on'], given: 'STAGE', allowed });
    if ((segment?.stages ?? []).length > 0) {
      faults.push({ path: [...path, 'segment', 'stages'], given: showGiven(segment!.stages), allowed });
    }
  }
  const grades = [...present(rfm?.grades)].flatMap(([, { code }]) => (code === undefined ? [] : [code]));
  for (const [at, code] of present(segment?.grades)) {
    if (grades.includes(code)) continue;
    const meant = nearest(code, grades);
    const allowed = `the code of a grade of rfm${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    faults.push({ path: [...path, 'segment', 'grades', at], given: showGiven(code), allowed });
  }
  const text = segment?.condition;
  const compiled = text === undefined ? undefined : compileCondition(text);
  if (compiled && 'fault' in compiled) {
    const { line, column, reason } = compiled.fault;
    const given = `${showGiven(text)}, where at ${line}:${column} ${reason}`;
    const allowed = 'a CEL expression over member and card that is true or false';
    faults.push({ path: [...path, 'segment', 'condition'], given, allowed });
  }
  return faults;
}

/** A budget that does not pay for one member would never give anything; one without a cost would never end. */
function moneyFaults(campaign: CampaignDraft, program: ProgramDraft, path: Path): FaultAt[] {
  const { budget, costPerMember, reward } = campaign;
  if (budget === undefined || !reward) return [];
  const benefits = new Map([...present(program.benefits)].map(([, benefit]) => [benefit.code, benefit.unitCost]));
  const offers = new Map(
    [...present(program.offers)].map(([, offer]) => [offer.code, offer.funding === 'OPERATOR' ? offer.unitCost : 0]),
  );
  const whole = { storedValue: reward.storedValue, benefits: codes(reward.benefits), offers: codes(reward.offers) };
  const cost = costOfCampaign(
    { costPerMember, reward: whole },
    { benefitCost: (code) => benefits.get(code) ?? 0, offerCost: (code) => offers.get(code) ?? 0 },
  );
  if (cost > 0 && budget >= cost) return [];
  const allowed = cost > 0 ? `at least the cost of one member (${cost})` : 'a costPerMember above 0 beside it';
  return [{ path: [...path, 'budget'], given: String(budget), allowed }];
}

function codes(list: readonly (string | undefined)[] | undefined): string[] {
  return [...present(list)].map(([, code]) => code);
}

function timeFaults({ validFrom, validUntil, trigger }: CampaignDraft, path: Path): FaultAt[] {
  const instant = (text: string | undefined, open: number) => (text === undefined ? open : Date.parse(text));
  const [from, until] = [instant(validFrom, Number.NEGATIVE_INFINITY), instant(validUntil, Number.POSITIVE_INFINITY)];
  const faults: FaultAt[] = [];
  if (from >= until) {
    const allowed = `after validFrom (${validFrom})`;
    faults.push({ path: [...path, 'validUntil'], given: showGiven(validUntil), allowed });
  } else if (trigger?.at !== undefined && (Date.parse(trigger.at) < from || Date.parse(trigger.at) >= until)) {
    const allowed = 'an instant between validFrom and validUntil, else it would never give';
    faults.push({ path: [...path, 'trigger', 'at'], given: showGiven(trigger.at), allowed });
  }
  return faults;
}
