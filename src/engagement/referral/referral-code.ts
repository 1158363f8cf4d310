// A member's own code for inviting others: its id in letters that are not mistaken for each other, and a check letter.
import { type Id, idFromBytes } from '../../kernel/id';

/** Crockford's 32: without I, L, O and U. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BYTES = 15;
const LENGTH = 24;

/** 25 letters: 24 for the 15 bytes of the id that are not zero, and one by which slips of the hand are found. */
export function referralCodeOf(memberId: Id): string {
  let rest = BigInt(`0x${memberId.slice(0, BYTES * 2)}`);
  let code = '';
  for (let at = 0; at < LENGTH; at += 1) {
    code = LETTERS[Number(rest % 32n)]! + code;
    rest /= 32n;
  }
  return code + checkLetter(code);
}

/** The id in a code, whether or not there is such a member; `undefined` for anything else. Case does not matter. */
export function memberOfReferralCode(given: string): Id | undefined {
  const code = given.toUpperCase();
  if (code.length !== LENGTH + 1 || [...code].some((letter) => !LETTERS.includes(letter))) return undefined;
  const body = code.slice(0, LENGTH);
  if (code[LENGTH] !== checkLetter(body)) return undefined;
  const value = [...body].reduce((sum, letter) => sum * 32n + BigInt(LETTERS.indexOf(letter)), 0n);
  const digits = value.toString(16).padStart(BYTES * 2, '0');
  return idFromBytes(Buffer.from(`${digits}00`, 'hex'));
}

function checkLetter(body: string): string {
  let sum = 0;
  for (const [at, letter] of [...body].entries()) sum += LETTERS.indexOf(letter) * (2 * at + 1);
  return LETTERS[sum % 32]!;
}
