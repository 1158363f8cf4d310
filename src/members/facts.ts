// What conditions are told of the member who asks and of the card that is meant.
import { DAY, type Instant } from '../kernel/clock';
import type { Catalogue } from '../program/catalogue';
import type { CataloguePlan } from '../program/catalogue-item';
import type { CardFacts, Facts, MemberFacts } from '../program/condition';
import { growthOf, levelOf } from './level';
import type { Term } from './member';
import type { MemberRows } from './member-rows';
import { pointsOf } from './points';

interface Asked {
  readonly catalogue: Catalogue;
  readonly rows: MemberRows;
  readonly now: Instant;
}
interface Card {
  readonly plan: CataloguePlan;
  readonly term: Term;
}

const NO_CARD: CardFacts = Object.freeze({ plan: '', kind: '', daysLeft: 0n });

// A list of perks asks the same over and over, so the facts of one look at a member are put together once.
const known = new WeakMap<Asked, MemberFacts>();

export function factsOf(asking: Asked, bearer: Card | undefined): Facts {
  let member = known.get(asking);
  if (!member) {
    member = memberFacts(asking);
    known.set(asking, member);
  }
  return { member, card: bearer ? cardFacts(bearer, asking.now) : NO_CARD };
}

function memberFacts(asking: Asked): MemberFacts {
  const { rows, now } = asking;
  const { member } = rows;
  const level = levelOf(asking);
  return {
    level: level?.code ?? '',
    rank: BigInt(level?.rank ?? 0),
    growth: BigInt(growthOf(asking)),
    points: BigInt(pointsOf(asking).spendable),
    tags: member.tags,
    birthMonth: BigInt(member.birthday?.slice(5, 7) ?? 0),
    daysSinceJoined: BigInt(Math.max(0, Math.floor((now - member.joinedAt) / DAY))),
    stage: member.stage ?? '',
    grade: member.grade ?? '',
  };
}

function cardFacts({ plan, term }: Card, now: Instant): CardFacts {
  return { plan: plan.code, kind: plan.kind, daysLeft: BigInt(Math.max(0, Math.ceil((term.endsAt - now) / DAY))) };
}
