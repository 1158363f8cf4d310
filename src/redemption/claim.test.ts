// Who may claim what: the first refusal in precedence, or the claim with the card that bears it.
import { type AskingParts, askingOf, cardOf, claimOf } from '../../test/support/house-asking';
import { namedId } from '../kernel/id';
import { isRefusal } from '../kernel/refusal';
import { resolveClaim } from './claim';

const plus = cardOf('plus');
const tight = cardOf('tight');
const pet = cardOf('pet', { parent: plus.id });
const past = { days: [-30, -1] } as const;
const coming = { days: [1, 30] } as const;

interface Row {
  readonly title: string;
  readonly has: AskingParts;
  readonly item: string;
  readonly card?: string;
  /** A refusal, or the plan whose card bears the cost. */
  readonly answer: string;
}

const NOBODY = 'nobody';
const ROWS: readonly Row[] = [
  { title: 'a perk for card holders', has: { cards: [plus] }, item: 'plain', answer: 'plus' },
  { title: 'the same without a card', has: {}, item: 'plain', answer: 'NOT_ELIGIBLE' },
  { title: 'the same with another card', has: { cards: [tight] }, item: 'plain', answer: 'NOT_ELIGIBLE' },
  {
    title: 'with a card past its term',
    has: { cards: [cardOf('plus', past)] },
    item: 'plain',
    answer: 'CARD_NOT_ACTIVE',
  },
  { title: 'with a card to come', has: { cards: [cardOf('plus', coming)] }, item: 'plain', answer: 'CARD_NOT_ACTIVE' },
  {
    title: 'with a closed card',
    has: { cards: [cardOf('plus', { status: 'CLOSED' })] },
    item: 'plain',
    answer: 'CARD_NOT_ACTIVE',
  },
  {
    title: 'with a closed card and a running one',
    has: { cards: [cardOf('plus', { status: 'CLOSED' }), tight] },
    item: 'cup',
    answer: 'tight',
  },
  { title: 'with two cards, the first', has: { cards: [tight, plus] }, item: 'cup', answer: 'tight' },
  { title: 'with two cards, the one named', has: { cards: [tight, plus] }, item: 'cup', card: 'plus', answer: 'plus' },
  {
    title: 'a membership before a privilege card',
    has: { cards: [pet, plus] },
    item: 'cup',
    answer: 'plus',
  },
  { title: 'a card named that is not held', has: { cards: [tight] }, item: 'cup', card: 'plus', answer: 'NOT_FOUND' },
  {
    title: 'a card named that is past its term',
    has: { cards: [tight, cardOf('plus', past)] },
    item: 'cup',
    card: 'plus',
    answer: 'CARD_NOT_ACTIVE',
  },
  {
    title: 'a card named of a plan outside of the audience',
    has: { cards: [tight, plus] },
    item: 'plain',
    card: 'tight',
    answer: 'NOT_ELIGIBLE',
  },
  { title: 'a perk that no card bears', has: {}, item: 'beans', answer: NOBODY },
  { title: 'the same with a card', has: { cards: [plus] }, item: 'beans', answer: NOBODY },
  { title: 'a perk not yet on offer', has: { cards: [plus] }, item: 'later', answer: 'OFFER_NOT_LIVE' },
  {
    title: 'a perk not yet on offer, with a card past its term',
    has: { cards: [cardOf('plus', past)] },
    item: 'later',
    answer: 'CARD_NOT_ACTIVE',
  },
  { title: 'a perk of a level', has: { growth: 1_000 }, item: 'golden', answer: NOBODY },
  { title: 'a perk of a level just missed', has: { growth: 999 }, item: 'golden', answer: 'NOT_ELIGIBLE' },
  { title: 'a perk of a tag', has: { tags: ['books', 'pets'] }, item: 'tagged', answer: NOBODY },
  { title: 'a perk of another tag', has: { tags: ['Pets'] }, item: 'tagged', answer: 'NOT_ELIGIBLE' },
  { title: 'a privilege card under a running one', has: { cards: [plus, pet] }, item: 'snack', answer: 'pet' },
  {
    title: 'a privilege card under one past its term',
    has: { cards: [cardOf('plus', past), pet] },
    item: 'snack',
    answer: 'CARD_NOT_ACTIVE',
  },
  {
    title: 'a privilege card under a closed one',
    has: { cards: [cardOf('plus', { status: 'CLOSED' }), pet] },
    item: 'wash',
    answer: 'CARD_NOT_ACTIVE',
  },
  { title: 'a benefit of the card', has: { cards: [plus] }, item: 'ride', answer: 'plus' },
  { title: 'a benefit of two cards, the first', has: { cards: [tight, plus] }, item: 'ride', answer: 'tight' },
  {
    title: 'a benefit of two cards, the one that runs',
    has: { cards: [cardOf('tight', past), plus] },
    item: 'ride',
    answer: 'plus',
  },
  {
    title: 'a benefit of a card past its term',
    has: { cards: [cardOf('plus', past)] },
    item: 'ride',
    answer: 'CARD_NOT_ACTIVE',
  },
  { title: 'a benefit of no card of the member', has: { cards: [tight] }, item: 'gift', answer: 'NOT_ELIGIBLE' },
  {
    title: 'a benefit on a card that does not have it',
    has: { cards: [plus, tight] },
    item: 'gift',
    card: 'tight',
    answer: 'NOT_ELIGIBLE',
  },
  { title: 'a benefit of the level', has: { growth: 5_000 }, item: 'lounge', answer: NOBODY },
  { title: 'a benefit of a higher level', has: { growth: 5 }, item: 'lounge', answer: 'NOT_ELIGIBLE' },
  {
    title: 'a benefit of the level, on a card',
    has: { growth: 5_000, cards: [plus] },
    item: 'lounge',
    card: 'plus',
    answer: 'NOT_ELIGIBLE',
  },
  { title: 'a benefit that applies by itself', has: { cards: [plus] }, item: 'badge', answer: 'NOT_ELIGIBLE' },
];

test.each(ROWS)('$title: $answer', ({ has, item, card, answer }) => {
  const asking = askingOf(has);
  const claim = claimOf(asking, item, card === undefined ? undefined : namedId('card', card));
  if (isRefusal(claim)) return expect(claim.code).toBe(answer);
  expect(claim.bearer?.plan.code ?? NOBODY).toBe(answer);
});

test.each(['OFFER', 'BENEFIT'] as const)('an %s of an unknown id is not found', (itemKind) => {
  // Neither is an id of the other kind.
  const { catalogue } = askingOf();
  const other = itemKind === 'OFFER' ? catalogue.benefitByCode('ride')! : catalogue.offerByCode('cup')!;
  for (const itemId of [namedId('nothing'), other.id]) {
    expect(resolveClaim(askingOf({ cards: [plus] }), { itemKind, itemId })).toMatchObject({ code: 'NOT_FOUND' });
  }
});

test.each([
  [cardOf('plus', past), 'The card is expired. Renew it to go on.'],
  [cardOf('plus', coming), 'The card is upcoming. Wait until its term begins.'],
  [cardOf('plus', { status: 'CLOSED' }), 'The card is closed.'],
])('the refusal says what to do', (card, message) => {
  expect(claimOf(askingOf({ cards: [card] }), 'ride')).toMatchObject({ message, field: 'card' });
});

test('the start of a term is in, its end is out', () => {
  const [term] = plus.terms;
  const at = (now: number) => isRefusal(claimOf(askingOf({ cards: [plus], now }), 'ride'));
  expect([term!.startsAt - 1, term!.startsAt, term!.endsAt - 1, term!.endsAt].map(at)).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
