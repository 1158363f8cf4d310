// What a partner's answer means for a redemption, as pure decisions: each answer, in each state, gives one move.
import type { Instant } from '../../kernel/clock';
import type { Issued, Outcome, RemoteRedemption } from '../../partner-port/connector';
import type { Redemption } from '../redemption';
import { ABSENCES, givesUpAt, UNDO_ATTEMPTS } from './timing';

export const ITEM_KINDS = [
  /** We have given back what was held, and the partner says that the coupon was used. */
  'USED_AFTER_VOID',
  /** Used by the partner's account, after it had expired by ours. */
  'USED_TOO_LATE',
  /** The partner does not take back what we have let go of. */
  'UNDO_DECLINED',
  'UNDO_UNANSWERED',
  /** Two coupons of the partner for one redemption. */
  'ISSUED_TWICE',
  /** One code for two redemptions. */
  'DUPLICATE_CODE',
  /** Cancelled or declined by the partner after it had said the opposite. */
  'CONTRADICTION',
] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export interface Item {
  readonly kind: ItemKind;
  /** For staff; at most 500 characters. */
  readonly detail: string;
}

export type Move =
  /** Posts the cost, or goes on holding it, and keeps what was issued. */
  | { readonly do: 'ISSUE'; readonly issued: Issued }
  /** Gives everything back; with `undo` the partner is told to let go of it as well. */
  | { readonly do: 'FAIL'; readonly undo: boolean; readonly item?: Item }
  /** The step is due after its back-off; at once when it is another one than before. */
  | { readonly do: 'TRY'; readonly step: 'ISSUE' | 'LOOK_UP' | 'WATCH' | 'CANCEL' | 'UNDO' }
  | { readonly do: 'CANCEL' }
  | { readonly do: 'USE'; readonly usedAt?: Instant }
  | { readonly do: 'EXPIRE' }
  /** The partner does not take it back: it stays issued. */
  | { readonly do: 'KEEP' }
  /** The partner has let go of it, or never will. */
  | { readonly do: 'CLOSE'; readonly item?: Item }
  | { readonly do: 'REPORT'; readonly item: Item }
  | { readonly do: 'NOTHING' };

const NOTHING: Move = { do: 'NOTHING' };
const LOOK_UP: Move = { do: 'TRY', step: 'LOOK_UP' };
const WATCH: Move = { do: 'TRY', step: 'WATCH' };
const UNDO: Move = { do: 'TRY', step: 'UNDO' };
const CLOSE: Move = { do: 'CLOSE' };
const LIMITS = { ref: 190, code: 256, link: 2048 };

/** Whether what the partner says it issued can be relied on, and kept. */
export function isSound({ partnerRef, code, link, expiresAt }: Issued): boolean {
  if (partnerRef.length === 0 || partnerRef.length > LIMITS.ref) return false;
  if (code !== undefined && (code.length === 0 || code.length > LIMITS.code)) return false;
  if (link !== undefined && (link.length > LIMITS.link || !link.startsWith('https://'))) return false;
  return expiresAt === undefined || Number.isSafeInteger(expiresAt);
}

/** What news of how it stands at the partner means, whoever brings them, how often and in whatever order. */
export function onNews(redemption: Redemption, remote: RemoteRedemption, now: Instant): Move {
  switch (redemption.status) {
    case 'HELD':
    case 'UNKNOWN':
      return whileOpen(redemption, remote, now);
    case 'ISSUED':
      return whileIssued(redemption, remote, now);
    case 'FAILED':
    case 'CANCELLED':
      return afterVoid(redemption, remote);
    case 'EXPIRED':
      if (remote.state !== 'USED') return NOTHING;
      return report('USED_TOO_LATE', 'The partner reports a use; here the coupon had expired.');
    case 'USED':
      if (remote.state !== 'CANCELLED') return NOTHING;
      return report('CONTRADICTION', 'The partner cancelled the coupon after its use was confirmed.');
  }
}

function whileOpen({ expiresAt }: Redemption, remote: RemoteRedemption, now: Instant): Move {
  switch (remote.state) {
    case 'ISSUED':
      if (!isSound(remote.issued)) return NOTHING;
      // From its expiry on, what is held can only be given back.
      return now < Math.min(expiresAt, remote.issued.expiresAt ?? expiresAt)
        ? { do: 'ISSUE', issued: remote.issued }
        : { do: 'FAIL', undo: true };
    case 'USED':
      if (!isSound(remote.issued)) return NOTHING;
      if (now < expiresAt) return { do: 'ISSUE', issued: { ...remote.issued, expiresAt: undefined } };
      return { do: 'FAIL', undo: false, item: item('USED_AFTER_VOID', 'The partner reported the use too late.') };
    case 'DECLINED':
    case 'CANCELLED':
    case 'EXPIRED':
      return { do: 'FAIL', undo: false };
    default:
      return NOTHING;
  }
}

function whileIssued({ atPartner, expiresAt }: Redemption, remote: RemoteRedemption, now: Instant): Move {
  switch (remote.state) {
    case 'ISSUED':
      if (remote.issued.partnerRef === atPartner?.partnerRef) return NOTHING;
      return report('ISSUED_TWICE', 'The partner made a second coupon for this redemption.');
    case 'USED':
      if (now < expiresAt) return { do: 'USE', usedAt: remote.usedAt };
      return report('USED_TOO_LATE', 'The partner reports a use; here the coupon had expired.');
    case 'CANCELLED':
      return { do: 'CANCEL' };
    case 'EXPIRED':
      return { do: 'EXPIRE' };
    case 'DECLINED':
      return report('CONTRADICTION', 'The partner declines what it had issued.');
    default:
      return NOTHING;
  }
}

function afterVoid({ atPartner, status }: Redemption, remote: RemoteRedemption): Move {
  const undoing = atPartner?.dueStep === 'UNDO';
  switch (remote.state) {
    case 'ISSUED':
      // What failed and is known by name is one that must not be cancelled there: staff see to it.
      return undoing || (status === 'FAILED' && atPartner?.partnerRef !== undefined) ? NOTHING : UNDO;
    case 'USED': {
      const used = item('USED_AFTER_VOID', 'The partner reports a use of what was given back here.');
      return undoing ? { do: 'CLOSE', item: used } : { do: 'REPORT', item: used };
    }
    case 'DECLINED':
    case 'CANCELLED':
    case 'EXPIRED':
      return undoing ? CLOSE : NOTHING;
    default:
      return NOTHING;
  }
}

export function afterIssue(redemption: Redemption, outcome: Outcome<Issued>, now: Instant): Move {
  switch (outcome.kind) {
    case 'CONFIRMED': {
      const move = onNews(redemption, { state: 'ISSUED', issued: outcome.value }, now);
      return move.do === 'NOTHING' ? LOOK_UP : move;
    }
    case 'DECLINED':
      return { do: 'FAIL', undo: false };
    case 'UNKNOWN':
      return outcome.sent ? LOOK_UP : { do: 'TRY', step: 'ISSUE' };
  }
}

/** After the last look-up everything is given back, and the partner has to let go of what it may have made. */
export function afterLookUp(redemption: Redemption, outcome: Outcome<RemoteRedemption>, now: Instant): Move {
  const isLast = now >= givesUpAt(redemption);
  if (isAbsent(outcome)) {
    if (isLast) return { do: 'FAIL', undo: true };
    return isBelieved(redemption) ? { do: 'TRY', step: 'ISSUE' } : LOOK_UP;
  }
  const move = outcome.kind === 'CONFIRMED' ? onNews(redemption, outcome.value, now) : NOTHING;
  if (move.do !== 'NOTHING') return move;
  return isLast ? { do: 'FAIL', undo: true } : LOOK_UP;
}

/** What it says goes further as news: a use that is found after the end is told to staff. */
export function afterWatch(redemption: Redemption, outcome: Outcome<RemoteRedemption>, now: Instant): Move {
  if (now >= redemption.expiresAt) return { do: 'EXPIRE' };
  const move = outcome.kind === 'CONFIRMED' ? onNews(redemption, outcome.value, now) : NOTHING;
  return move.do === 'NOTHING' || move.do === 'REPORT' ? WATCH : move;
}

export function afterCancel(redemption: Redemption, outcome: Outcome<RemoteRedemption>, now: Instant): Move {
  if (isAbsent(outcome)) return { do: 'CANCEL' };
  if (outcome.kind === 'DECLINED') return { do: 'KEEP' };
  if (outcome.kind === 'UNKNOWN') return { do: 'TRY', step: 'CANCEL' };
  if (outcome.value.state === 'DECLINED') return { do: 'CANCEL' };
  const move = onNews(redemption, outcome.value, now);
  return move.do === 'NOTHING' || move.do === 'REPORT' ? { do: 'TRY', step: 'CANCEL' } : move;
}

export function afterUndo(redemption: Redemption, outcome: Outcome<RemoteRedemption>): Move {
  if (isAbsent(outcome)) return isBelieved(redemption) ? CLOSE : UNDO;
  if (outcome.kind === 'DECLINED') {
    if (outcome.reason === 'ENDED') return CLOSE;
    const kind = outcome.reason === 'ALREADY_USED' ? 'USED_AFTER_VOID' : 'UNDO_DECLINED';
    return { do: 'CLOSE', item: item(kind, outcome.message) };
  }
  const move = outcome.kind === 'CONFIRMED' ? onNews(redemption, outcome.value, 0) : NOTHING;
  if (move.do !== 'NOTHING') return move;
  if ((redemption.atPartner?.attempts ?? 0) < UNDO_ATTEMPTS) return UNDO;
  const detail = outcome.kind === 'UNKNOWN' ? outcome.message : `The partner still says ${outcome.value.state}.`;
  return { do: 'CLOSE', item: item('UNDO_UNANSWERED', detail) };
}

function isAbsent(outcome: Outcome<RemoteRedemption>): boolean {
  if (outcome.kind === 'DECLINED') return outcome.reason === 'NOT_FOUND';
  return outcome.kind === 'CONFIRMED' && outcome.value.state === 'ABSENT';
}

function isBelieved({ atPartner }: Redemption): boolean {
  return (atPartner?.attempts ?? 0) >= ABSENCES;
}

function item(kind: ItemKind, detail: string): Item {
  return { kind, detail: detail.slice(0, 500) };
}

function report(kind: ItemKind, detail: string): Move {
  return { do: 'REPORT', item: item(kind, detail) };
}
