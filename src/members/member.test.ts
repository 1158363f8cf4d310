// Which term of a card counts at an instant, and what that makes of the card.
import { type Card, cardStatusAt, currentTerm, shownTerm, type Term } from './member';

function term(startsAt: number, endsAt: number): Term {
  const sold = { price: 100, costCap: 50, withdrawn: 0, currency: 'CNY', programVersion: 1 };
  return { id: `${startsAt}`, startsAt, endsAt, ...sold };
}

const TERMS = [term(10, 20), term(20, 30), term(40, 50)];
const card: Card = { id: 'c', memberId: 'm', planId: 'p', status: 'ACTIVE', openedAt: 5, terms: TERMS };

test.each([
  [9, undefined, '10', 'UPCOMING'],
  [10, '10', '10', 'ACTIVE'],
  [19, '10', '10', 'ACTIVE'],
  [20, '20', '20', 'ACTIVE'],
  [30, undefined, '40', 'UPCOMING'],
  [49, '40', '40', 'ACTIVE'],
  [50, undefined, '40', 'EXPIRED'],
])('at %d the running term is %s, the shown one %s, and the card is %s', (now, running, shown, status) => {
  expect(currentTerm(card, now)?.id).toBe(running);
  expect(shownTerm(card, now).id).toBe(shown);
  expect(cardStatusAt(card, now)).toBe(status);
  expect(cardStatusAt({ ...card, status: 'CLOSED' }, now)).toBe('CLOSED');
});
