// Ways to damage what contra accounts have appended, each with what the verification must say of it.
import { idToBytes } from '../../src/kernel/id';
import type { Scene } from './ledger-scene';
import { CONTRA, HOLDS, type LedgerMutant, statement, UNITS } from './ledger-tampering';

const APPENDED = 'each appended contra row can be read';

/** Puts something else in place of a part of the appended row in which `cost` is credited with 4. */
function inAppended(part: (scene: Scene) => string, other: (scene: Scene) => string): LedgerMutant['tamper'] {
  return statement(`UPDATE ledger_contra_delta SET moved = REPLACE(moved, ?, ?) WHERE moved LIKE '%",4,%'`, (scene) => [
    part(scene),
    other(scene),
  ]);
}

/** Nothing of a damaged row is counted, so the account that it was about is found as well. */
function damagedRow(words: RegExp): LedgerMutant['found'] {
  return {
    [APPENDED]: new RegExp(`^appended contra row \\d+ is damaged: ${words.source}$`),
    [CONTRA]: /^cost of redemptions.*stored credits 30 .*say credits 34 /,
    [UNITS]: /unit CNY/,
  };
}

export const contraRowMutants: LedgerMutant[] = [
  {
    what: 'an appended contra row that is no JSON',
    tamper: inAppended(
      () => ']]',
      () => ']',
    ),
    found: damagedRow(/\[\["[0-9a-f]{88}",4,-10,0,0\] is no list of accounts in JSON/),
  },
  {
    what: 'an appended contra row that is empty',
    tamper: statement(`UPDATE ledger_contra_delta SET moved = '[]' WHERE moved LIKE '%",4,%'`, () => []),
    found: damagedRow(/it is empty/),
  },
  {
    what: 'an appended contra row with an amount beyond the safe integers',
    tamper: inAppended(
      () => ',4,',
      () => ',9007199254740992,',
    ),
    found: damagedRow(/entry 1, \["[0-9a-f]{88}",9007199254740992,.*has an amount that is no safe integer/),
  },
  {
    what: 'an appended contra row with a part of an amount',
    tamper: inAppended(
      () => ',4,',
      () => ',3.5,',
    ),
    found: damagedRow(/entry 1, .*,3\.5,.* has an amount that is no safe integer/),
  },
  {
    what: 'an appended contra row with an amount in words',
    tamper: inAppended(
      () => ',4,',
      () => ',"four",',
    ),
    found: damagedRow(/entry 1, .*"four".* has an amount that is no safe integer/),
  },
  {
    what: 'an appended contra row that lacks an amount',
    tamper: inAppended(
      () => ',4,',
      () => ',',
    ),
    found: damagedRow(/entry 1, .*,-10,0,0\], is not an account with its four amounts/),
  },
  {
    what: 'an appended contra row with a key that is cut off',
    tamper: inAppended(
      ({ cost }) => cost,
      ({ cost }) => cost.slice(0, 80),
    ),
    found: damagedRow(/entry 1, \["[0-9a-f]{80}",4,.* has no key of 88 hexadecimal digits/),
  },
  {
    what: 'an appended contra row of an enforced account',
    tamper: inAppended(
      ({ cost }) => cost,
      ({ cap }) => cap,
    ),
    found: damagedRow(/entry 1, .* names an enforced account, no contra account/),
  },
  {
    what: 'an appended contra row among sound ones, beside other damage,',
    tamper: async (database, scene) => {
      await statement("INSERT INTO ledger_contra_delta (moved) VALUES ('damaged')", () => [])(database, scene);
      await statement('UPDATE ledger_hold SET open = 2 WHERE chain = ?', ({ held }) => [idToBytes(held.id)])(
        database,
        scene,
      );
    },
    found: {
      [APPENDED]: /^appended contra row \d+ is damaged: damaged is no list of accounts in JSON$/,
      [HOLDS]: /its hold row says 2 open/,
    },
  },
];
