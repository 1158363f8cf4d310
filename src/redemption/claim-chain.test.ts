// The chain of a claim: what is taken at once, what is held, what the member may pay, and what a refusal says.
import { type AskingParts, askingOf, cardOf, claimOf } from '../../test/support/house-asking';
import { NOW } from '../../test/support/ledger-fixtures';
import { namedId, newId } from '../kernel/id';
import { isRefusal, type Refusal } from '../kernel/refusal';
import { kindOf, sameUnit } from '../ledger/account';
import { kindName } from '../ledger/chart';
import { claimChain } from './claim-chain';

const plus = cardOf('plus');
const pet = cardOf('pet', { parent: plus.id });

function chainOf(parts: AskingParts, item: string, maxCoPay = 0) {
  const claim = claimOf(askingOf(parts), item);
  if (isRefusal(claim)) throw new Error(`refused: ${claim.message}`);
  return claimChain(claim, { key: namedId('key'), fingerprint: namedId('content'), id: newId(NOW), maxCoPay }, NOW + 1);
}

const transfersOf = (parts: AskingParts, item: string) =>
  chainOf(parts, item).transfers.map((transfer) => {
    if (!('debit' in transfer)) throw new Error('a claim ends nothing');
    const { kind, debit, credit, amount, flexible } = transfer;
    expect(sameUnit(debit, credit)).toBe(true);
    return `${kind} ${amount} ${kindName(kindOf(debit))} > ${kindName(kindOf(credit))}${flexible ? ' *' : ''}`;
  });

test.each<[string, AskingParts, string, string[]]>([
  [
    'with its cost at use: only the cost waits',
    { cards: [plus] },
    'ride',
    ['TRANSFER 1 QUOTA > QUOTA_USED', 'HOLD 10 CARD_CAP > COST *', 'HOLD 30 SAVINGS_SOURCE > SAVINGS'],
  ],
  [
    'with its cost at issue',
    { cards: [plus] },
    'plain',
    ['TRANSFER 100 CARD_CAP > COST *', 'HOLD 250 SAVINGS_SOURCE > SAVINGS'],
  ],
  [
    'on two cards: the cost is counted once',
    { cards: [plus, pet] },
    'snack',
    ['TRANSFER 50 CARD_CAP > COST *', 'TRANSFER 50 CARD_CAP > PARENT_CAP_USED *', 'HOLD 120 SAVINGS_SOURCE > SAVINGS'],
  ],
  [
    'on no card: the cost is counted all the same',
    {},
    'beans',
    [
      'TRANSFER 1 MEMBER_LIMIT > LIMIT_USED',
      'TRANSFER 100 POINTS > POINTS_SPENT',
      'TRANSFER 15 OPERATOR_FUNDS > COST',
      'HOLD 60 SAVINGS_SOURCE > SAVINGS',
    ],
  ],
  ['that costs nothing', { cards: [plus] }, 'free', ['HOLD 50 SAVINGS_SOURCE > SAVINGS']],
  ['that costs nothing and is worth nothing', { cards: [plus] }, 'bare', []],
])('of a claim %s', (_title, parts, item, expected) => {
  expect(transfersOf(parts, item)).toEqual(expected);
});

test.each([
  ['plain', 0, 100],
  ['plain', 60, 100],
  ['tour', 0, 90],
  ['tour', 30, 60],
  ['tour', 90, 0],
  ['tour', 1_000, 0],
])('of %s with a co-pay of at most %d, the card bears at least %d', (item, maxCoPay, floor) => {
  expect(chainOf({ cards: [plus] }, item, maxCoPay).flexibleFloor).toBe(floor);
});

test('each transfer that can be refused says so in its own words, without amounts', () => {
  const refusals = (item: string) =>
    chainOf({ cards: [plus, pet] }, item)
      .transfers.filter((transfer) => transfer.refusal !== undefined)
      .map((transfer) => JSON.parse(transfer.refusal!) as Refusal);
  expect(refusals('ride').map(({ code }) => code)).toEqual(['QUOTA_EXHAUSTED', 'CARD_CAP_REACHED']);
  expect(refusals('snack').map(({ code }) => code)).toEqual(['CARD_CAP_REACHED', 'CARD_CAP_REACHED']);
  expect(refusals('tour').map(({ code }) => code)).toEqual(['CO_PAY_REQUIRED']);
  for (const item of ['ride', 'snack', 'tour', 'beans', 'cup']) {
    for (const { message } of refusals(item)) expect(message).not.toMatch(/\d/);
  }
});

test('holds end with the coupon', () => {
  expect(chainOf({ cards: [plus] }, 'ride').holdExpiresAt).toBe(NOW + 1);
});
