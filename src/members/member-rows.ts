// What was read of one member, and how the rows of a packed read become it.
import type { SqlRow } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idFromBytes } from '../kernel/id';
import type { AccountKey, Balance } from '../ledger/account';
import { fromBalanceRow, hexOf } from '../ledger/ledger.store';
import type { Stage } from '../program/lifecycle';
import type { LevelState } from './level/level-state';
import type { Card, Member, StoredCardStatus, Term } from './member';

/** Everything of one member that a request may need. */
export interface MemberRows {
  readonly member: Member;
  /** In order of opening. */
  readonly cards: readonly Card[];
  /** Accounts of this and later periods, and those without a period; of the kinds that were asked for. */
  readonly balances: ReadonlyMap<AccountKey, Balance>;
  /** The item numbers in the keys of `balances`: what is not in here was never touched. Absent when not known. */
  readonly items?: ReadonlySet<number>;
}

/** The balances of one member, gathered. */
class Held {
  readonly balances = new Map<AccountKey, Balance>();
  readonly items = new Set<number>();

  constructor(readonly holder: Id) {}
}

function heldBy(holder: Id, held: Map<Id, Held>): Held {
  const known = held.get(holder);
  if (known) return known;
  const created = new Held(holder);
  held.set(holder, created);
  return created;
}

interface CardRow {
  readonly card: Omit<Card, 'terms'>;
  readonly terms: Term[];
}

/** One for each id, in their order; the rows tell by their first column of what they are. */
export function gather(rows: readonly SqlRow[], ids: readonly Id[]): (MemberRows | undefined)[] {
  const members = new Map<Id, Member>();
  const cards = new Map<Id, Map<Id, CardRow>>();
  const held = new Map<Id, Held>();
  let latest = new Held('none');
  for (const row of rows) {
    if (row[0] === 3) {
      const account = hexOf(row[6]);
      // Most accounts follow another one of the same member.
      if (!account.startsWith(latest.holder)) latest = heldBy(account.slice(0, 32), held);
      latest.balances.set(account, fromBalanceRow(row, 13));
      latest.items.add(itemOf(row[6]));
    } else if (row[0] === 2) {
      addTerm(entry(cards, hexOf(row[1])), row);
    } else {
      const member = fromMemberRow(row);
      members.set(member.id, member);
    }
  }
  return ids.map((id) => {
    const member = members.get(id);
    if (!member) return undefined;
    const { balances, items } = held.get(id) ?? new Held(id);
    return { member, cards: sortedCards(cards.get(id)), balances, items };
  });
}

/** Bytes 35 to 38 of an account key are its item. */
function itemOf(account: SqlRow[number] | undefined): number {
  return Buffer.isBuffer(account) ? account.readUInt32BE(34) : 0;
}

function entry<Key, Value>(map: Map<Id, Map<Key, Value>>, id: Id): Map<Key, Value> {
  const known = map.get(id);
  if (known) return known;
  const created = new Map<Key, Value>();
  map.set(id, created);
  return created;
}

function fromMemberRow(row: SqlRow): Member {
  return {
    id: hexOf(row[1]),
    externalId: String(row[7]),
    nickname: String(row[8]),
    tags: row[9] === '[]' ? [] : JSON.parse(String(row[9])),
    birthday: row[10] === null ? undefined : String(row[10]),
    stage: optionalText(row[11]) as Stage | undefined,
    grade: optionalText(row[12]),
    joinedAt: Number(row[13]),
    levelState: fromLevelColumns(row),
  };
}

/** Most members of a plain program never have one. */
function fromLevelColumns(row: SqlRow): LevelState | undefined {
  if (row[14] === null) return undefined;
  return {
    at: Number(row[14]),
    unbooked: Number(row[15]),
    levelId: optionalId(row[2]),
    since: optionalInstant(row[16]),
    shownId: optionalId(row[3]),
    keptUntil: optionalInstant(row[17]),
    fallsAt: optionalInstant(row[18]),
    manualId: optionalId(row[4]),
    manualUntil: optionalInstant(row[19]),
    dueAt: optionalInstant(row[20]),
  };
}

function optionalId(value: SqlRow[number] | undefined): Id | undefined {
  return Buffer.isBuffer(value) ? idFromBytes(value) : undefined;
}

function addTerm(cards: Map<Id, CardRow>, row: SqlRow): void {
  const id = hexOf(row[2]);
  let card = cards.get(id);
  if (!card) {
    card = {
      card: {
        id,
        memberId: hexOf(row[1]),
        planId: hexOf(row[4]),
        parentCardId: optionalId(row[5]),
        status: row[7] as StoredCardStatus,
        openedAt: Number(row[19]),
        closedAt: optionalInstant(row[21]),
      },
      terms: [],
    };
    cards.set(id, card);
  }
  card.terms.push({
    id: hexOf(row[3]),
    currency: String(row[8]),
    startsAt: Number(row[13]),
    endsAt: Number(row[14]),
    price: Number(row[15]),
    priceCode: row[9] === null ? undefined : String(row[9]),
    costCap: Number(row[16]),
    programVersion: Number(row[17]),
    brokeEvenAt: optionalInstant(row[18]),
    withdrawn: Number(row[20]),
  });
}

function optionalInstant(value: SqlRow[number] | undefined): Instant | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

function optionalText(value: SqlRow[number] | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function sortedCards(cards: Map<Id, CardRow> | undefined): Card[] {
  if (!cards) return [];
  const sorted = [...cards.values()].map(({ card, terms }) => ({
    ...card,
    terms: terms.length > 1 ? terms.sort((left, right) => left.startsAt - right.startsAt) : terms,
  }));
  return sorted.sort((left, right) => left.openedAt - right.openedAt || (left.id < right.id ? -1 : 1));
}
