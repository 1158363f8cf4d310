// What this room adds to the verification of the books, each part seen to find the damage that it is there for.
import { type House, openHouse } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import type { SqlValue } from '../database/sql';
import { type Id, idToBytes } from '../kernel/id';
import { holdCheck } from './hold.check';
import { poolCheck } from './pool.check';

eachDatabase((lane) => {
  let house: House;
  let offerId: Id;
  beforeAll(async () => {
    house = await openHouse(lane.database);
    offerId = house.item('latte').itemId;
    await house.fillPool('latte', 5);
    const { memberId } = await house.holder();
    await house.claim(memberId, 'latte');
    await house.claim(memberId, 'latte');
    await house.claim(memberId, 'ride');
  });

  const found = async (): Promise<string[]> =>
    lane.database.snapshot(async (sql) => [...(await holdCheck.run(sql)), ...(await poolCheck.run(sql))]);
  /** Damages rows, looks what is found, and mends them again. */
  const afterDamage = async (damage: string, repair: string, values: SqlValue[]): Promise<string> => {
    await lane.database.transaction((tx) => tx.run(damage, values));
    const faults = await found();
    await lane.database.transaction((tx) => tx.run(repair, values));
    expect(await found()).toEqual([]);
    return faults.join('\n');
  };

  test('books in order have no fault', async () => {
    expect(await found()).toEqual([]);
  });

  test.each([
    [
      'an ended redemption that still holds something',
      "UPDATE redemption SET status = 'USED', due_at = NULL WHERE item_id <> ?",
      "UPDATE redemption SET status = 'ISSUED', due_at = expires_at WHERE item_id <> ?",
      /the hold of chain \w{32} has no open redemption/,
    ],
    [
      'an open redemption that nothing will end',
      'UPDATE redemption SET due_at = NULL WHERE item_id = ? AND pool_seq = 1',
      'UPDATE redemption SET due_at = expires_at WHERE item_id = ? AND pool_seq = 1',
      /redemption \w{32} is ISSUED but its next step says otherwise/,
    ],
    [
      'a coupon that waits for a partner although it is issued',
      "UPDATE redemption SET due_step = 'LOOK_UP', status = 'ISSUED' WHERE item_id = ? AND pool_seq = 1",
      "UPDATE redemption SET due_step = 'EXPIRE' WHERE item_id = ? AND pool_seq = 1",
      /redemption \w{32} is ISSUED but its next step says otherwise/,
    ],
    [
      'a claim whose partner nobody will ask',
      "UPDATE redemption SET status = 'UNKNOWN' WHERE item_id = ? AND pool_seq = 1",
      "UPDATE redemption SET status = 'ISSUED' WHERE item_id = ? AND pool_seq = 1",
      /redemption \w{32} is UNKNOWN but its next step says otherwise/,
    ],
    [
      'an open coupon that is undone at its partner',
      "UPDATE redemption SET due_step = 'UNDO' WHERE item_id = ? AND pool_seq = 1",
      "UPDATE redemption SET due_step = 'EXPIRE' WHERE item_id = ? AND pool_seq = 1",
      /redemption \w{32} is ISSUED but its next step says otherwise/,
    ],
    [
      'a pool that forgot a code which it handed out',
      'UPDATE code_pool SET issued = issued - 1 WHERE offer_id = ?',
      'UPDATE code_pool SET issued = issued + 1 WHERE offer_id = ?',
      /says 1 codes were handed out, redemptions have 2\n.*has a stock of 3, its pool has 4 codes left/,
    ],
    [
      'a pool that lost a code',
      'UPDATE code_pool SET loaded = loaded + 1 WHERE offer_id = ?',
      'UPDATE code_pool SET loaded = loaded - 1 WHERE offer_id = ?',
      /says 6 codes were loaded, it holds 5/,
    ],
    [
      'a redemption with a code that its pool does not have',
      'UPDATE redemption SET pool_seq = 99 WHERE item_id = ? AND pool_seq = 2',
      'UPDATE redemption SET pool_seq = 2 WHERE item_id = ? AND pool_seq = 99',
      /redemption \w{32} holds another code than its pool says/,
    ],
    [
      'a redemption with the code of another',
      'UPDATE redemption SET pool_seq = 5 WHERE item_id = ? AND pool_seq = 2',
      'UPDATE redemption SET pool_seq = 2 WHERE item_id = ? AND pool_seq = 5',
      /redemption \w{32} holds another code than its pool says/,
    ],
  ])('%s is found', async (_title, damage, repair, fault) => {
    expect(await afterDamage(damage, repair, [idToBytes(offerId)])).toMatch(fault);
  });

  test('a stock that is not what the pool has left is found', async () => {
    const stock = `${offerId}0030%`;
    const hex = lane.name === 'mysql' ? 'LOWER(HEX(account))' : 'lower(hex(account))';
    const change = (by: string) =>
      `UPDATE ledger_account SET credits_posted = credits_posted ${by} WHERE ${hex} LIKE ?`;
    expect(await afterDamage(change('+ 2'), change('- 2'), [stock])).toMatch(
      /has a stock of 5, its pool has 3 codes left/,
    );
  });
});
