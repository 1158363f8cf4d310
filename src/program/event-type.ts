// The kinds of things that members do outside of the gateway, which rules and tasks of a program can speak of.

/** The list may only be appended to: a place in it is stored. */
export const EVENT_TYPES = [
  'PURCHASE',
  'RETURN',
  'REFUSAL',
  'REVIEW',
  'SIGN_IN',
  'WATCH',
  'DISTANCE',
  'SHARE',
  'RECHARGE',
  'CUSTOM',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
