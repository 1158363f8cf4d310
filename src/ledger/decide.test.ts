// What becomes of a chain, case by case, in the little language of test/support/ledger-table.ts.

import { chainOf, contraAccount, enforcedAccount, freshId, hold, move, NOW } from '../../test/support/ledger-fixtures';
import { LedgerTable, lines } from '../../test/support/ledger-table';
import { type Books, decideChain } from './decide';
import { type Chain, TRANSFER_STATUSES } from './transfer';

const CASES: Record<string, string> = {
  'a transfer moves at once': `
    open A 100
    move A c 30 -> ok
    is A 100 0 30 0`,
  'all that is left may be moved': `
    open A 100
    move A c 100 -> ok
    move A c 1 -> INSUFFICIENT at 0 left 0`,
  'one more than is left may not': `
    open A 100
    move A c 101 -> INSUFFICIENT at 0 left 100
    is A 100 0 0 0`,
  'what is held is not left': `
    open A 100
    hold A c 60 as h -> ok
    is A 100 0 0 60
    move A c 41 -> INSUFFICIENT at 0 left 40
    move A c 40 -> ok`,
  'what comes in held is not left yet': `
    open A 100
    open B 0
    hold A B 60 as h -> ok
    is B 0 60 0 0
    move B c 1 -> INSUFFICIENT at 0 left 0
    post h -> ok
    is B 60 0 0 0
    move B c 60 -> ok`,
  'a posted hold moves what was held': `
    open A 100
    hold A c 60 as h -> ok
    post h -> ok
    is A 100 0 60 0`,
  'a part posted gives the rest back': `
    open A 100
    hold A c 60 as h -> ok
    post h 20 -> ok
    is A 100 0 20 0
    move A c 80 -> ok`,
  'nothing posted gives all back': `
    open A 100
    hold A c 60 as h -> ok
    post h 0 -> ok
    is A 100 0 0 0
    void h -> PENDING_ALREADY_POSTED at 0`,
  'a voided hold gives all back': `
    open A 100
    hold A c 60 as h -> ok
    void h -> ok
    is A 100 0 0 0`,
  'holds and transfers mix in a chain': `
    open A 100
    hold A c 60 as h ; move A c 40 -> ok
    post h 10 ; move A c 50 -> ok
    is A 100 0 100 0`,
  'a hold may end in the chain that makes it': `
    open A 100
    hold A c 60 as h ; post h 20 ; hold A c 80 as i ; void i -> ok
    is A 100 0 20 0
    post h -> PENDING_ALREADY_POSTED at 0`,
  'two holds of a chain end by themselves': `
    open A 100
    hold A c 10 as h ; hold A c 20 as i -> ok
    void h -> ok
    post i -> ok
    void h -> PENDING_ALREADY_VOIDED at 0
    is A 100 0 20 0`,
  'a chain is all or nothing': `
    open A 100
    open B 5
    move A c 30 ; move B c 6 ; move A c 1 -> INSUFFICIENT at 1 left 5
    is A 100 0 0 0
    is B 5 0 0 0`,
  'later transfers of a chain meet the earlier ones': `
    open A 10
    move A c 6 ; move A c 5 -> INSUFFICIENT at 1 left 4
    move A c 6 ; move A c 4 -> ok`,
  'what a chain brings in it may spend': `
    open A 10
    open B 0
    move A B 10 ; move B c 10 -> ok
    is B 10 0 10 0`,
  'contra accounts have no bound': `
    move c d 1000000 -> ok
    move d c max -> ok`,

  'an account opens with its grant when it is first used': `
    opening A 100 from g ; move A c 30 -> ok
    is A 100 0 30 0
    opening A 100 from g ; move A c 70 -> ok
    is A 100 0 100 0`,
  'an account that opens with nothing is there': `
    opening A 0 from g ; move A c 1 -> INSUFFICIENT at 0 left 0
    is A absent
    opening A 0 from g -> ok
    is A 0 0 0 0`,
  'a refused chain opens nothing': `
    opening A 100 from g ; move A c 101 -> INSUFFICIENT at 0 left 100
    is A absent
    move A c 1 -> ACCOUNT_NOT_FOUND at 0`,

  'no amount but a safe integer above zero': `
    open A 100
    move A c 0 -> AMOUNT_INVALID at 0
    move A c -1 -> AMOUNT_INVALID at 0
    move A c 1.5 -> AMOUNT_INVALID at 0
    move A c NaN -> AMOUNT_INVALID at 0
    move A c Infinity -> AMOUNT_INVALID at 0
    move A c 2^53 -> AMOUNT_INVALID at 0
    hold A c 0 -> AMOUNT_INVALID at 0
    is A 100 0 0 0`,
  'no amount posted but a safe integer from zero': `
    open A 100
    hold A c 10 as h -> ok
    post h -1 -> AMOUNT_INVALID at 0
    post h 0.5 -> AMOUNT_INVALID at 0
    post h 2^53 -> AMOUNT_INVALID at 0
    post h max -> EXCEEDS_PENDING at 0
    is A 100 0 0 10`,
  'not from an account to itself': 'move A A 5 -> SAME_ACCOUNT at 0',
  'not between units': `
    open A 100
    open S# 100
    move A s# 5 -> UNIT_MISMATCH at 0
    move S# A 5 -> UNIT_MISMATCH at 0
    move S# s# 5 -> ok`,
  'no hold that is not there': `
    post nothing -> PENDING_NOT_FOUND at 0
    void nothing -> PENDING_NOT_FOUND at 0`,
  'a hold ends once': `
    open A 100
    hold A c 5 as h -> ok
    post h -> ok
    post h -> PENDING_ALREADY_POSTED at 0
    void h -> PENDING_ALREADY_POSTED at 0
    hold A c 5 as i -> ok
    void i -> ok
    post i -> PENDING_ALREADY_VOIDED at 0
    void i -> PENDING_ALREADY_VOIDED at 0
    is A 100 0 5 0`,
  'a hold ends once within a chain, too': `
    open A 100
    hold A c 5 as h -> ok
    post h 2 ; void h -> PENDING_ALREADY_POSTED at 1
    is A 100 0 0 5`,
  'past its time a hold can only be voided': `
    open A 100
    hold A c 5 as h -> ok
    hold A c 5 as i -> ok
    later 86399999
    post i -> ok
    later 1
    post h -> PENDING_EXPIRED at 0
    void h -> ok
    is A 100 0 5 0`,
  'no more is posted than was held': `
    open A 100
    hold A c 5 as h -> ok
    post h 6 -> EXCEEDS_PENDING at 0
    post h 5 -> ok`,
  'both enforced accounts must be there': `
    open A 100
    move A B 5 -> ACCOUNT_NOT_FOUND at 0
    move B A 5 -> ACCOUNT_NOT_FOUND at 0
    move c B 5 -> ACCOUNT_NOT_FOUND at 0`,
  'no sum beyond the safe integers': `
    open A max
    move c A 1 -> OVERFLOW at 0
    hold c A 1 -> OVERFLOW at 0
    is A max 0 0 0
    move A c max -> ok
    is A max 0 max 0`,
  'what is held can always be posted': `
    open A 0
    hold c A max as h -> ok
    move c A 1 -> OVERFLOW at 0
    post h -> ok
    is A max 0 0 0`,

  'an invalid amount comes before the same account': 'move A A 0 -> AMOUNT_INVALID at 0',
  'an invalid amount comes before a missing hold': 'post nothing -1 -> AMOUNT_INVALID at 0',
  'units come before missing accounts': 'move A S# 5 -> UNIT_MISMATCH at 0',
  'ended comes before expired': `
    open A 100
    hold A c 5 as h ; hold A c 5 as i -> ok
    post h -> ok
    void i -> ok
    later 86400000
    post h -> PENDING_ALREADY_POSTED at 0
    post i -> PENDING_ALREADY_VOIDED at 0`,
  'expired comes before too much': `
    open A 100
    hold A c 5 as h -> ok
    later 86400000
    post h 6 -> PENDING_EXPIRED at 0`,
  'a missing account comes before too little': `
    open A 0
    move A B 5 -> ACCOUNT_NOT_FOUND at 0`,
  'overflow comes before too little': `
    open A 0
    open B max
    move A B 5 -> OVERFLOW at 0`,
  'the first transfer at fault names the refusal': `
    open A 0
    move A c 5 ; move A c 0 -> INSUFFICIENT at 0 left 0
    move A c 0 ; move A c 5 -> AMOUNT_INVALID at 0`,

  'flexible transfers move what all their accounts can cover': `
    open A 50
    open B 30
    move A c 40 flex ; move B c 40 flex -> ok 30
    is A 50 0 30 0
    is B 30 0 30 0`,
  'flexible transfers move no more than asked': `
    open A 50
    hold A c 40 flex as h -> ok 40
    is A 50 0 0 40`,
  'flexible transfers move no less than the floor': `
    open A 50
    open B 30
    move A c 40 flex ; move B c 40 flex ; floor 31 -> INSUFFICIENT at 1 left 30
    move A c 40 flex ; move B c 40 flex ; floor 30 -> ok 30`,
  'a floor above what is asked asks for no more': `
    open A 50
    move A c 40 flex ; floor 45 -> ok 40`,
  'a flexible amount of nothing moves nothing': `
    open A 0
    open B 9
    move A c 40 flex ; move B c 1 -> ok 0
    is A 0 0 0 0
    is B 9 0 1 0`,
  'a flexible amount must be an amount all the same': `
    open A 5
    move A c 0 flex -> AMOUNT_INVALID at 0
    move A c -5 flex -> AMOUNT_INVALID at 0
    move A c NaN flex -> AMOUNT_INVALID at 0
    move B c 5 flex -> ACCOUNT_NOT_FOUND at 0`,
  'a flexible transfer meets an account that its chain opens': `
    opening A 30 from g ; move A c 40 flex -> ok 30
    is A 30 0 30 0`,

  'the transfers of a group move what all their accounts can cover': `
    open A 50
    open B 30
    move A c 40 group 1 ; move B c 40 group 1 -> ok {1:30}
    is A 50 0 30 0
    is B 30 0 30 0`,
  'the transfers of a group move no more than the least that one of them asks': `
    open A 50
    move A c 40 group 1 ; move c d 7 group 1 -> ok {1:7}
    is A 50 0 7 0`,
  'a group meets what the ones before it moved': `
    open A 50
    open B 0
    move A B 40 group 1 ; move B c 99 group 2 ; move A c 99 group 3 ; move B c 1 group 4 -> ok {1:40 2:40 3:10 4:0}
    is A 50 0 50 0
    is B 40 0 40 0`,
  'a group of nothing moves nothing, and the chain goes on': `
    open A 0
    open B 9
    move A c 40 group 1 ; move B c 40 group 1 ; move B c 1 -> ok {1:0}
    is A 0 0 0 0
    is B 9 0 1 0`,
  'a group stands beside what is flexible': `
    open A 50
    open B 30
    move A c 40 flex ; move B c 40 group 2 ; floor 20 -> ok 40 {2:30}`,
  'a group must ask for amounts all the same': `
    open A 5
    move A c 3 group 1 ; move A c 0 group 1 -> AMOUNT_INVALID at 1
    move A c NaN group 1 -> AMOUNT_INVALID at 0
    move B c 5 group 1 -> ACCOUNT_NOT_FOUND at 0
    is A 5 0 0 0`,
  'a group that debits an account twice may have too little': `
    open A 5
    move A c 4 group 1 ; move A d 4 group 1 -> INSUFFICIENT at 1 left 1`,
  'a group of holds holds what is covered': `
    open A 30
    hold A c 40 group 1 as h -> ok {1:30}
    is A 30 0 0 30
    post h -> ok
    is A 30 0 30 0`,
  'a group that would overflow is refused': `
    open A max
    move c A 5 group 1 -> OVERFLOW at 0`,
  'a group meets an account that its chain opens': `
    opening A 30 from g ; move A c 40 group 1 -> ok {1:30}
    is A 30 0 30 0`,
  'the amounts of groups are answered again as they were': `
    open A 30
    move A c 40 group 1 ; move A c 1 group 2 -> ok {1:30 2:0}
    again -> replay ok {1:30 2:0}`,
  'the same again answers as the first time': `
    open A 100
    move A c 60 -> ok
    again -> replay ok
    is A 100 0 60 0
    move A c 60 -> INSUFFICIENT at 0 left 40
    move A c 40 -> ok
    changed -> mismatch
    is A 100 0 100 0`,
  'a refusal stands, though there would be room by now': `
    open A 10
    move A c 20 -> INSUFFICIENT at 0 left 10
    open A 100
    again -> replay INSUFFICIENT at 0 left 10
    changed -> mismatch`,
  'a flexible amount is answered again as it was': `
    open A 30
    move A c 40 flex -> ok 30
    again -> replay ok 30`,
  'a refusal that the caller brings is kept': `
    open A 100
    refused stock ; move A c 5 -> REFUSED_BEFORE at -1 because stock
    again -> replay REFUSED_BEFORE at -1 because stock
    changed -> mismatch
    is A 100 0 0 0`,
};

test.each(Object.entries(CASES))('%s', (_title, script) => {
  expect(new LedgerTable().run(script)).toBe(lines(script).join('\n'));
});

test('every status has its case', () => {
  const missing = Object.keys(TRANSFER_STATUSES).filter(
    (status) => !Object.values(CASES).some((script) => script.includes(`-> ${status} at`)),
  );
  expect(missing).toEqual([]);
});

describe('a broken promise of the caller ends the work', () => {
  const [enforced, contra] = [enforcedAccount(), contraAccount()];
  const books = (): Books => ({
    accounts: new Map([[enforced, { creditsPosted: 100, creditsPending: 0, debitsPosted: 0, debitsPending: 0 }]]),
    chains: new Map(),
    pendings: new Map(),
    resolutions: new Map(),
    holds: new Map(),
  });

  test.each<[string, Chain, RegExp]>([
    [
      'a hold without the instant it expires at',
      chainOf({ transfers: [hold(enforced, contra, 1)], holdExpiresAt: undefined }),
      /the instant at which it expires/,
    ],
    [
      'an id that does not own those after it',
      chainOf({ id: `${freshId().slice(0, 30)}01`, transfers: [] }),
      /zero byte/,
    ],
    [
      'more transfers than an id owns',
      chainOf({ transfers: Array.from({ length: 256 }, () => move(contra, contraAccount(), 1)) }),
      /at most 255/,
    ],
    [
      'an opening of a contra account',
      chainOf({ openings: [{ account: contra, grant: 1, from: contra }], transfers: [] }),
      /malformed/,
    ],
    [
      'a grant that is no amount',
      chainOf({ openings: [{ account: enforced, grant: 1.5, from: contra }], transfers: [] }),
      /malformed/,
    ],
    ...[0, 1_000, 1.5].map((group): [string, Chain, RegExp] => [
      `a group of the number ${group}`,
      chainOf({ transfers: [{ ...move(enforced, contra, 2), group } as never] }),
      /is not a number from 1 to 999/,
    ]),
    [
      'a floor that is no amount',
      chainOf({ flexibleFloor: 0.5, transfers: [{ ...move(enforced, contra, 2), flexible: true } as never] }),
      /floor/,
    ],
  ])('%s', (_title, chain, message) => {
    expect(() => decideChain(books(), chain, NOW)).toThrow(message);
  });
});
