// The ids that seeds of several migrations share: one member with one card, who holds one coupon of one offer.
export const TIME = Date.UTC(2026, 0, 5);

const id = (digits: string) => `019b8c0a000070008000${digits.padStart(10, '0')}00`;

export const MEMBER = id('1');
export const CARD = id('2');
export const TERM = id('3');
export const PLAN = id('4');
export const OFFER = id('5');
export const PARTNER = id('6');
export const LEVEL = id('7');
export const SETTINGS = id('8');
/** The chain of the redemption has the redemption's id. */
export const REDEMPTION = id('9');
export const CARD_CHAIN = id('a');
export const STOCK_CHAIN = id('b');
export const REFUSED_CHAIN = id('c');
export const EVENT = id('d');
export const REGISTERED_PARTNER = id('e');
export const LOST_REDEMPTION = id('70');
export const ITEM = id('71');
export const WAITING_OFFER = id('a0');
export const LIVE_OFFER = id('b0');

export function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

/** The `at`-th transfer of a chain. */
export function transferOf(chain: string, at: number): Buffer {
  return bytes(chain.slice(0, 30) + at.toString(16).padStart(2, '0'));
}
