// A member as the pure rules of redemption see it, without a database: cards, balances, catalogue, instant.
import { DAY, type Instant } from '../../src/kernel/clock';
import { type Id, namedId } from '../../src/kernel/id';
import type { Refusal } from '../../src/kernel/refusal';
import type { AccountKey, Balance } from '../../src/ledger/account';
import type { Card, StoredCardStatus, Term } from '../../src/members/member';
import { growthAccount, pointsAccount } from '../../src/members/member-accounts';
import { Catalogue } from '../../src/program/catalogue';
import { parseProgram } from '../../src/program/program-file';
import { itemsOf } from '../../src/program/program-item';
import type { Asking } from '../../src/redemption/bearer';
import { type Claim, resolveClaim } from '../../src/redemption/claim';
import { HOUSE_PROGRAM } from './house-program';
import { NOW } from './ledger-fixtures';

export function catalogueOf(program = HOUSE_PROGRAM): Catalogue {
  const parsed = parseProgram(program, 'program.yaml');
  if (parsed.faults) throw new Error(`the program of the test is faulty: ${JSON.stringify(parsed.faults)}`);
  const items = itemsOf(parsed.program).map((item, at) => {
    return { ...item, id: namedId(item.kind, item.code), number: at + 1, version: 1, retired: false };
  });
  return new Catalogue(1, items);
}

export const HOUSE_CATALOGUE = catalogueOf();
export const MEMBER_ID = namedId('member');

export interface CardParts {
  readonly status?: StoredCardStatus;
  readonly parent?: Id;
  /** Days from now to the begin and the end of its term. */
  readonly days?: readonly [number, number];
}

/** A card of a plan, named by the plan, with one term; it runs unless told. */
export function cardOf(plan: string, parts: CardParts = {}): Card {
  const { status = 'ACTIVE', parent, days = [-10, 90] } = parts;
  const sold = { price: 100, costCap: 1_000, withdrawn: 0, currency: 'CNY', programVersion: 1 };
  const [startsAt, endsAt] = days.map((day) => NOW + day * DAY) as [Instant, Instant];
  const term: Term = { id: namedId('term', plan), startsAt, endsAt, ...sold };
  const planId = HOUSE_CATALOGUE.planByCode(plan)!.id;
  const id = namedId('card', plan);
  return { id, memberId: MEMBER_ID, planId, parentCardId: parent, status, openedAt: NOW, terms: [term] };
}

export interface AskingParts {
  readonly cards?: readonly Card[];
  readonly growth?: number;
  readonly points?: number;
  readonly tags?: readonly string[];
  readonly now?: Instant;
  readonly catalogue?: Catalogue;
  /** What is left on further accounts. */
  readonly left?: Readonly<Record<AccountKey, number>>;
}

export function askingOf(parts: AskingParts = {}): Asking {
  const { cards = [], growth = 0, points = 0, tags = [], now = NOW, catalogue = HOUSE_CATALOGUE, left = {} } = parts;
  const member = { id: MEMBER_ID, externalId: 'm', nickname: 'M', tags, joinedAt: NOW };
  const all = { [growthAccount(MEMBER_ID)]: growth, [pointsAccount(MEMBER_ID)]: points, ...left };
  const balances = new Map(Object.entries(all).map(([account, amount]) => [account, balanceOf(amount)]));
  return { catalogue, rows: { member, cards, balances }, now };
}

export function balanceOf(left: number, held = 0): Balance {
  return { creditsPosted: left + held, creditsPending: 0, debitsPosted: 0, debitsPending: held };
}

/** The claim of an offer or a benefit by its code, or the refusal. */
export function claimOf(asking: Asking, code: string, cardId?: Id): Claim | Refusal {
  const offer = asking.catalogue.offerByCode(code);
  const itemId = offer?.id ?? asking.catalogue.benefitByCode(code)!.id;
  return resolveClaim(asking, { itemKind: offer ? 'OFFER' : 'BENEFIT', itemId, cardId });
}
