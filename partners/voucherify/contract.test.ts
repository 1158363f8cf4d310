// The connector of Voucherify, fed with the answers that its own documentation gives.
import { describe, expect, test } from '@jest/globals';
import { type Canned, CannedAnswers, shelfOf } from '../../test/support/canned-answers';
import { call, connectorOf, ISSUE } from '../../test/support/declarative-scene';

const { manifest, fixture } = shelfOf('voucherify');
const SECRETS = { appId: 'app-1', appToken: 'token-1' };
const REF = { redemptionId: ISSUE.redemptionId, offerRef: 'camp_1' };
const VOUCHER = fixture('voucher');
const PATH = 'https://api.voucherify.io/v1';

const asking = (...answers: readonly Canned[]) => {
  const transport = new CannedAnswers(...answers);
  return { transport, connector: connectorOf(manifest, SECRETS, { transport }) };
};

describe('Voucherify', () => {
  test('adds a voucher to a campaign under a code of its own', async () => {
    const { transport, connector } = asking({ body: fixture('voucher-added') });
    const outcome = await connector.issue({ ...ISSUE, offerRef: 'Summer & co' }, call());
    expect(outcome).toEqual({
      kind: 'CONFIRMED',
      value: { partnerRef: 'Code3', code: 'Code3', expiresAt: Date.parse('2022-09-25T23:59:59Z') },
    });
    expect(transport.asked[0]).toMatchObject({
      method: 'POST',
      url: `${PATH}/campaigns/Summer%20%26%20co/vouchers/PG7C3D8E4F5A6B7C8D9E`,
      headers: { 'x-app-id': 'app-1', 'x-app-token': 'token-1' },
    });
    expect(JSON.parse(transport.asked[0]!.body!)).toMatchObject({
      redemption: { quantity: 1 },
      expiration_date: new Date(ISSUE.expiresAt).toISOString(),
      metadata: { perkgate_redemption: ISSUE.redemptionId, perkgate_member: 'm-1' },
    });
  });

  test.each<[string, Canned, object]>([
    ['of a campaign that is not there', { status: 404, body: {} }, { kind: 'DECLINED', reason: 'NOT_FOUND' }],
    ['that is refused', { status: 400, body: { key: 'any' } }, { kind: 'UNKNOWN', cause: 'UNREADABLE', sent: true }],
    ['with wrong keys', { status: 401, body: {} }, { kind: 'UNKNOWN', cause: 'UNAUTHORIZED' }],
    ['above the limit', { status: 429, body: {} }, { kind: 'UNKNOWN', cause: 'PARTNER_ERROR' }],
  ])('tells of an issue %s', async (_what, answer, outcome) => {
    expect(await asking(answer).connector.issue(ISSUE, call())).toMatchObject(outcome);
  });

  test.each<[string, object, string]>([
    ['that is fresh', { redemption: { redeemed_quantity: 0 } }, 'ISSUED'],
    ['that was redeemed', {}, 'USED'],
    ['that was disabled', { active: false, redemption: { redeemed_quantity: 0 } }, 'CANCELLED'],
    [
      'that has ended',
      { expiration_date: '2026-01-15T07:59:59.000Z', redemption: { redeemed_quantity: 0 } },
      'EXPIRED',
    ],
    [
      'that ends later',
      { expiration_date: '2026-01-15T08:00:01.000Z', redemption: { redeemed_quantity: 0 } },
      'ISSUED',
    ],
  ])('reads a voucher %s', async (_what, changes, state) => {
    const { connector, transport } = asking({ body: { ...VOUCHER, ...changes } });
    expect(await connector.status(REF, call())).toMatchObject({ value: { state, issued: { code: VOUCHER.code } } });
    expect(transport.asked[0]?.url).toBe(`${PATH}/vouchers/PG7C3D8E4F5A6B7C8D9E`);
  });

  test('knows nothing of a voucher that is not there', async () => {
    const absent = { kind: 'CONFIRMED', value: { state: 'ABSENT' } };
    expect(await asking({ status: 404, body: {} }).connector.status(REF, call())).toEqual(absent);
    expect(await asking({ status: 404, body: {} }).connector.cancel(REF, call())).toEqual(absent);
  });

  test('does not take back what was redeemed', async () => {
    const { connector } = asking({ body: { ...VOUCHER, active: false } });
    expect(await connector.cancel(REF, call())).toMatchObject({ kind: 'DECLINED', reason: 'ALREADY_USED' });
  });

  test('cancels by disabling the voucher', async () => {
    const { connector, transport } = asking({ body: fixture('voucher-disabled') });
    expect(await connector.cancel(REF, call())).toMatchObject({ kind: 'CONFIRMED' });
    expect(transport.asked[0]).toMatchObject({ method: 'POST', url: `${PATH}/vouchers/PG7C3D8E4F5A6B7C8D9E/disable` });
  });

  test.each<[object, boolean]>([
    [{}, true],
    [{ active: false }, false],
    [{ expiration_date: '2026-01-15T08:00:00.000Z' }, false],
    [{ expiration_date: '2026-01-16T00:00:00.000Z' }, true],
    [{ expiration_date: null }, true],
  ])('tells by the campaign whether an offer can be had: %j', async (changes, available) => {
    const { connector } = asking({ body: { ...fixture('campaign'), ...changes } });
    expect(await connector.availability(['camp_1'], call())).toEqual({
      kind: 'CONFIRMED',
      value: [{ offerRef: 'camp_1', available }],
    });
  });
});
