// What an event that is told must look like; each fault names the field, what was given and what is allowed.
import type { Instant } from '../../kernel/clock';
import { type Refusal, refuse } from '../../kernel/refusal';
import { checkAmount, checkInstant, checkText, shown } from '../../members/input-checks';
import type { EventInput } from './event';

const AMOUNT_MAX = 1_000_000_000_000;
const ATTRIBUTES_MAX = 20;
const ATTRIBUTE_TEXT_MAX = 256;
const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
/** Events of old systems are taken over as well. */
const OCCURRED_FROM: Instant = Date.UTC(1990, 0, 1);
/** Clocks of other systems may be a little ahead. */
const AHEAD_MS = 24 * 60 * 60 * 1_000;
/** The last instant that a `Date` can tell. */
const LAST_DATE: Instant = 8_640_000_000_000_000;

export function checkEvent(input: EventInput, now: Instant): Refusal | undefined {
  return (
    checkText('source', input.source) ??
    checkText('eventId', input.eventId) ??
    checkText('member', input.member) ??
    checkName(input) ??
    checkOccurredAt(input.occurredAt, now) ??
    checkMoney(input) ??
    (input.quantity === undefined ? undefined : checkWithin('quantity', input.quantity)) ??
    (input.orderId === undefined ? undefined : checkText('orderId', input.orderId)) ??
    checkAttributes(input.attributes ?? {})
  );
}

function checkName({ type, name }: EventInput): Refusal | undefined {
  if (name !== undefined) return checkText('name', name);
  if (type !== 'CUSTOM') return undefined;
  return refuse('INVALID_INPUT', 'name is missing; a CUSTOM event needs one, such as unlock-by-scan.', 'name');
}

function checkOccurredAt(occurredAt: Instant, now: Instant): Refusal | undefined {
  const isAhead = occurredAt > now + AHEAD_MS && Number.isSafeInteger(occurredAt) && occurredAt <= LAST_DATE;
  if (!isAhead) return checkInstant('occurredAt', occurredAt, { from: OCCURRED_FROM, now });
  const given = new Date(occurredAt).toISOString();
  return refuse(
    'INVALID_INPUT',
    `occurredAt is ${given}; allowed is what has happened, a day ahead at most.`,
    'occurredAt',
  );
}

function checkMoney({ type, amount, orderId }: EventInput): Refusal | undefined {
  const needed = type === 'PURCHASE' || type === 'RECHARGE';
  if (amount === undefined) {
    return needed ? refuse('INVALID_INPUT', `amount is missing; a ${type} needs one.`, 'amount') : undefined;
  }
  if (type === 'RETURN' && orderId === undefined) {
    return refuse('INVALID_INPUT', 'orderId is missing; a RETURN names the order of the purchase.', 'orderId');
  }
  if (type === 'RECHARGE' && amount === 0) {
    return refuse('INVALID_INPUT', `amount is 0; allowed is an integer from 1 to ${AMOUNT_MAX}.`, 'amount');
  }
  return checkWithin('amount', amount);
}

function checkWithin(field: string, value: number): Refusal | undefined {
  if (value <= AMOUNT_MAX && !checkAmount(field, value)) return undefined;
  return refuse('INVALID_INPUT', `${field} is ${value}; allowed is an integer from 0 to ${AMOUNT_MAX}.`, field);
}

function checkAttributes(attributes: EventInput['attributes'] & object): Refusal | undefined {
  const entries = Object.entries(attributes);
  const refused = (given: string, allowed: string) =>
    refuse('INVALID_INPUT', `attributes ${given}; allowed ${allowed}.`, 'attributes');
  if (entries.length > ATTRIBUTES_MAX) return refused(`has ${entries.length} entries`, `are at most ${ATTRIBUTES_MAX}`);
  for (const [name, value] of entries) {
    if (!ATTRIBUTE_NAME.test(name)) {
      return refused(`has the name ${shown(name)}`, 'are 1 to 64 letters, digits, _ and -, a letter first');
    }
    if (typeof value === 'string') {
      if (value.length > ATTRIBUTE_TEXT_MAX || /[\p{Cc}\p{Cs}]/u.test(value)) {
        const allowed = `are texts of at most ${ATTRIBUTE_TEXT_MAX} characters without control characters`;
        return refused(`has ${shown(value)} as ${name}`, allowed);
      }
    } else if (typeof value !== 'boolean' && !(typeof value === 'number' && Number.isFinite(value))) {
      return refused(
        `has ${shown(JSON.stringify(value) ?? 'nothing')} as ${name}`,
        'are texts, numbers, true and false',
      );
    }
  }
  return undefined;
}
