// Checks of what partners and staff send about partners; each names the field, what was given and what is allowed.
import { DAY, type Instant, MINUTE } from '../../kernel/clock';
import { type Refusal, refuse } from '../../kernel/refusal';
import { checkProse, checkText, shown } from '../../members/input-checks';

const CODE_MAX = 40;
const CONTACT_MAX = 254;
const WEBSITE_MAX = 512;
const DESCRIPTION_MAX = 2_000;
export const REASON_MAX = 500;

export interface Registration {
  readonly code: string;
  readonly name: string;
  readonly contact: string;
  readonly website?: string;
  readonly description: string;
}

export function registrationFault(registration: Registration): Refusal | undefined {
  const { code, name, contact, website, description } = registration;
  return (
    checkCode(code) ??
    checkText('name', name) ??
    checkContact(contact) ??
    checkWebsite(website) ??
    checkProse('description', description, DESCRIPTION_MAX)
  );
}

function checkCode(code: string): Refusal | undefined {
  if (code.length >= 3 && code.length <= CODE_MAX && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(code)) return undefined;
  const rule = `3 to ${CODE_MAX} of the letters a to z, digits, and single hyphens between them`;
  return refuse('INVALID_INPUT', `code is ${shown(code)}; allowed are ${rule}.`, 'code');
}

function checkContact(contact: string): Refusal | undefined {
  const plain = contact.length <= CONTACT_MAX && /^[^\s@\p{Cc}\p{Cf}]+@[^\s@\p{Cc}\p{Cf}]+\.[^\s@.]+$/u.test(contact);
  if (plain) return undefined;
  const rule = `an e-mail address of at most ${CONTACT_MAX} characters`;
  return refuse('INVALID_INPUT', `contact is ${shown(contact)}; allowed is ${rule}.`, 'contact');
}

function checkWebsite(website: string | undefined): Refusal | undefined {
  if (website === undefined) return undefined;
  const url = website.length <= WEBSITE_MAX && URL.canParse(website) ? new URL(website) : undefined;
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return undefined;
  const rule = `an https URL of at most ${WEBSITE_MAX} characters, without a user`;
  return refuse('INVALID_INPUT', `website is ${shown(website)}; allowed is ${rule}.`, 'website');
}

/** A reason that somebody else is going to read. */
export function checkReason(reason: string, needed: boolean): Refusal | undefined {
  return checkProse('reason', reason, REASON_MAX, needed ? 1 : 0);
}

const KEY_LIFE_MAX = 2 * 366 * DAY;

/** An instant from a minute to two years from now. */
export function checkEnd(field: string, endsAt: Instant, now: Instant): Refusal | undefined {
  if (endsAt >= now + MINUTE && endsAt <= now + KEY_LIFE_MAX) return undefined;
  return refuse('INVALID_INPUT', `${field} must lie between a minute and two years from now.`, field);
}
