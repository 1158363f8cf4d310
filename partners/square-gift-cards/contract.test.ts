// The connector of Square gift cards, fed with the answers that its own documentation gives.
import { describe, expect, test } from '@jest/globals';
import { type Canned, CannedAnswers, shelfOf } from '../../test/support/canned-answers';
import { call, connectorOf, ISSUE } from '../../test/support/declarative-scene';

const { manifest, fixture } = shelfOf('square-gift-cards');
const REF = { redemptionId: ISSUE.redemptionId, offerRef: 'card' };
const GAN = 'PG7C3D8E4F5A6B7C8D9E';
const CARD = fixture('card').gift_card;

const asking = (...answers: readonly Canned[]) => {
  const transport = new CannedAnswers(...answers);
  return { transport, connector: connectorOf(manifest, { accessToken: 'token-1' }, { transport }) };
};
const bodyOf = (transport: CannedAnswers, at: number) => JSON.parse(transport.asked[at]!.body!);

describe('Square gift cards', () => {
  test('makes a card, and puts the face value on it', async () => {
    const created = fixture('card-created');
    const { transport, connector } = asking({ body: created }, { body: fixture('card-activated') });
    expect(await connector.issue(ISSUE, call())).toEqual({
      kind: 'CONFIRMED',
      value: { partnerRef: created.gift_card.id, code: created.gift_card.gan },
    });
    expect(transport.asked[0]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'square-version': '2025-08-20',
    });
    expect(bodyOf(transport, 0)).toMatchObject({ location_id: 'main', gift_card: { gan: GAN, gan_source: 'OTHER' } });
    expect(bodyOf(transport, 1).gift_card_activity).toMatchObject({
      type: 'ACTIVATE',
      gift_card_id: created.gift_card.id,
      activate_activity_details: { amount_money: { amount: 1500, currency: 'CNY' } },
    });
  });

  test('makes no second card when it is asked again', async () => {
    const { transport, connector } = asking(
      { body: fixture('card-created') },
      { status: 500, body: {} },
      { body: fixture('card-created') },
      { body: fixture('card-activated') },
    );
    expect(await connector.issue(ISSUE, call())).toMatchObject({ kind: 'UNKNOWN', sent: true });
    expect(await connector.issue(ISSUE, call())).toMatchObject({ kind: 'CONFIRMED' });
    const keys = [0, 1, 2, 3].map((at) => bodyOf(transport, at).idempotency_key);
    expect([keys[2], keys[3]]).toEqual([keys[0], keys[1]]);
    expect(keys[0]).not.toBe(keys[1]);
  });

  test.each<[string, object, object]>([
    ['in use', {}, { state: 'ISSUED', issued: { partnerRef: CARD.id, code: CARD.gan } }],
    ['that is spent', { balance_money: { amount: 0, currency: 'USD' } }, { state: 'USED' }],
    ['that was never activated', { state: 'PENDING' }, { state: 'ABSENT' }],
    ['that was taken back', { state: 'DEACTIVATED' }, { state: 'CANCELLED' }],
    ['that is blocked', { state: 'BLOCKED' }, { state: 'CANCELLED' }],
  ])('reads a card %s', async (_what, changes, value) => {
    const { connector, transport } = asking({ body: { gift_card: { ...CARD, ...changes } } });
    expect(await connector.status(REF, call())).toMatchObject({ kind: 'CONFIRMED', value });
    expect(bodyOf(transport, 0)).toEqual({ gan: GAN });
  });

  test('is unknown for a state that is new', async () => {
    const { connector } = asking({ body: { gift_card: { ...CARD, state: 'FROZEN' } } });
    expect(await connector.status(REF, call())).toMatchObject({ kind: 'UNKNOWN', cause: 'UNREADABLE' });
  });

  test('cancels by deactivating the card', async () => {
    const activity = { type: 'DEACTIVATE', gift_card_id: CARD.id };
    const { connector, transport } = asking({ body: { gift_card: CARD } }, { body: { gift_card_activity: activity } });
    expect(await connector.cancel(REF, call())).toMatchObject({ value: { state: 'CANCELLED' } });
    expect(bodyOf(transport, 1).gift_card_activity).toMatchObject({ type: 'DEACTIVATE', gift_card_id: CARD.id });
  });

  test.each<[string, object, object]>([
    ['was cancelled before', { state: 'DEACTIVATED' }, { kind: 'CONFIRMED', value: { state: 'CANCELLED' } }],
    ['is spent', { balance_money: { amount: 0, currency: 'USD' } }, { kind: 'DECLINED', reason: 'ALREADY_USED' }],
  ])('deactivates no card that %s', async (_what, changes, outcome) => {
    const { connector, transport } = asking({ body: { gift_card: { ...CARD, ...changes } } });
    expect(await connector.cancel(REF, call())).toMatchObject(outcome);
    expect(transport.asked).toHaveLength(1);
  });

  test.each([
    ['ACTIVE', true],
    ['INACTIVE', false],
  ])('has its offers when the location is %s: %p', async (status, available) => {
    const { connector } = asking({ body: { location: { ...fixture('location').location, status } } });
    expect(await connector.availability(['card', 'other'], call())).toEqual({
      kind: 'CONFIRMED',
      value: [
        { offerRef: 'card', available },
        { offerRef: 'other', available },
      ],
    });
  });
});
