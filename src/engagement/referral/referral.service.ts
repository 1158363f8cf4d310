// The door to referrals: a new member accepts the code of another, and both are rewarded by its first event.
import type { Database } from '../../database/database';
import { type Clock, DAY } from '../../kernel/clock';
import { type Id, newId, ZERO_ID } from '../../kernel/id';
import { COUNT } from '../../kernel/money';
import { type Refusal, refuse } from '../../kernel/refusal';
import { type AccountKey, accountKey, accountParts, available, kindOf } from '../../ledger/account';
import { companion } from '../../ledger/batch';
import { type AccountKind, ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import { isMismatch } from '../../ledger/transfer';
import { ChainDraft } from '../../members/credit';
import type { Judging } from '../../members/level';
import type { MemberRows } from '../../members/member-rows';
import type { MemberRowsStore } from '../../members/member-rows.store';
import type { Catalogue } from '../../program/catalogue';
import { type CatalogueEventFilter, eventFilterFrom } from '../../program/catalogue-engagement';
import type { ReferralSettings } from '../../program/engagement';
import type { MemberEvent } from '../event/event';
import type { EventConsumer, EventPart } from '../event/event-consumer';
import { isMeant, LATENESS, windowOf, windowRef } from '../event-match';
import type { RewardService } from '../reward/reward.service';
import {
  acceptanceWriter,
  countReferrals,
  earnedWriter,
  type Referral,
  type ReferralCounts,
  ReferralRingError,
  readEarned,
  readReferral,
} from './referral.store';
import { memberOfReferralCode } from './referral-code';

export interface ReferralParts {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly memberRows: MemberRowsStore;
  readonly catalogue: () => Catalogue;
  readonly rewards: RewardService;
  readonly clock: Clock;
}

const NO_REFERRAL = refuse('NOT_FOUND', 'The program has no referral.');
const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
const NO_CODE = refuse('NOT_FOUND', 'There is no such invitation code.', 'code');
const OWN = refuse('NOT_ELIGIBLE', 'This is the own code of the member; only that of another can be accepted.', 'code');
const SECOND = refuse('CONFLICT', 'The member has accepted another invitation before.', 'code');
const RING = refuse('NOT_ELIGIBLE', 'The member has invited the other one, perhaps through others.', 'code');
const FULL = refuse('MEMBER_LIMIT_REACHED', 'As many as may be have accepted the code of this member.', 'code');
/** Consumers number the groups of their transfers apart. */
const GROUP = 190;

const filters = new WeakMap<ReferralSettings, CatalogueEventFilter>();

/** Compiled once for each version of the settings. */
function filterOf(settings: ReferralSettings): CatalogueEventFilter {
  const known = filters.get(settings);
  if (known) return known;
  const filter = eventFilterFrom(settings);
  filters.set(settings, filter);
  return filter;
}

export class ReferralService implements EventConsumer {
  constructor(private readonly parts: ReferralParts) {}

  /** A new member accepts a code, once; the same code again is answered alike. */
  async accept(memberId: Id, code: string): Promise<Referral | Refusal> {
    const { database, memberRows, clock, catalogue } = this.parts;
    const { referral: settings } = catalogue().settings;
    if (!settings) return NO_REFERRAL;
    const rows = await memberRows.load(memberId);
    if (!rows) return NO_MEMBER;
    const inviterId = memberOfReferralCode(code);
    if (inviterId === memberId) return OWN;
    if (inviterId === undefined || !(await memberRows.load(inviterId))) return NO_CODE;
    const known = await readReferral(database.read, memberId);
    if (known) return known.inviterId === inviterId ? known : SECOND;
    const { newForDays, windowDays } = settings;
    const now = clock.now();
    if (now > rows.member.joinedAt + newForDays * DAY) {
      const message = `Invitations are for members who joined at most ${newForDays} days ago.`;
      return refuse('NOT_ELIGIBLE', message, 'member');
    }
    const referral = { inviteeId: memberId, inviterId, acceptedAt: now, expiresAt: now + windowDays * DAY };
    const refusal = await this.submit(referral, settings);
    if (refusal) return refusal;
    const accepted = await readReferral(database.read, memberId);
    return accepted?.inviterId === inviterId ? accepted : SECOND;
  }

  /** How many accepted a member's code, and how many of them earned the rewards. Authorise before asking. */
  countsOf(inviterId: Id): Promise<ReferralCounts> {
    return countReferrals(this.parts.database.read, inviterId);
  }

  part(event: MemberEvent, judging: Judging): EventPart | undefined {
    const { rows, catalogue } = judging;
    const { referral: settings } = catalogue.settings;
    if (!settings) return undefined;
    const account = openReferral(rows);
    if (account === undefined) return undefined;
    const { from, until } = windowOf(accountParts(account).ref);
    const { memberId: inviteeId, id: eventId, occurredAt } = event;
    if (occurredAt < from || occurredAt > until || !isMeant(filterOf(settings), event, judging)) return undefined;
    const draft = new ChainDraft();
    draft.move(account, contra(KIND.REFERRALS_CLOSED), 1, TRANSFER_CODES.REFERRAL, GROUP);
    const { settingsVersion: programVersion } = catalogue;
    const row = { inviteeId, eventId, occurredAt, group: GROUP, settings, programVersion };
    draft.companions.push(companion(earnedWriter, row));
    return draft;
  }

  async after(events: readonly MemberEvent[]): Promise<void> {
    if (!this.parts.catalogue().settings.referral) return;
    // Whoever invited is another member than the one of the event.
    const earned = await readEarned(this.parts.database.read, events);
    await this.parts.rewards.settle(earned.flatMap(({ inviteeId, inviterId }) => [inviteeId, inviterId]));
  }

  private async submit(referral: Referral, settings: ReferralSettings): Promise<Refusal | undefined> {
    const { ledger, clock, catalogue } = this.parts;
    const { inviteeId, inviterId, expiresAt, acceptedAt } = referral;
    const draft = new ChainDraft();
    const opened = contra(KIND.REFERRALS_OPENED);
    // All acceptances take their turn at one account, so that no two that do not see each other make a ring together.
    const all = accountKey({ holder: ZERO_ID, kind: KIND.REFERRALS, unit: COUNT });
    draft.open(all, opened);
    draft.move(opened, all, 1, TRANSFER_CODES.REFERRAL);
    const ref = windowRef(acceptedAt, settings.windowDays, inviteeId, inviterId);
    const period = catalogue().time.periodAt('DAY', expiresAt + LATENESS);
    draft.open(accountKey({ holder: inviteeId, kind: KIND.REFERRAL, ref, period, unit: COUNT }), opened, 1);
    if (settings.maxPerInviter !== undefined) {
      const left = accountKey({ holder: inviterId, kind: KIND.REFERRALS_LEFT, unit: COUNT });
      draft.open(left, contra(KIND.REFERRALS_GRANTED), settings.maxPerInviter);
      draft.move(left, contra(KIND.REFERRALS_USED), 1, TRANSFER_CODES.REFERRAL);
    }
    const { openings, transfers } = draft;
    const id = newId(clock.now());
    try {
      const chain = { key: id, fingerprint: id, id, openings, transfers };
      const result = await ledger.submit(chain, [companion(acceptanceWriter, referral)]);
      return result.applied || isMismatch(result) ? undefined : FULL;
    } catch (error) {
      if (error instanceof ReferralRingError) return RING;
      // Two acceptances of one member at once: whichever was written counts, and is read again.
      if (this.parts.database.dialect.failureKind(error) === 'DUPLICATE') return undefined;
      throw error;
    }
  }
}

/** The account of an invitation that may still be earned; a member has one at most. */
function openReferral({ balances }: MemberRows): AccountKey | undefined {
  for (const [account, balance] of balances) {
    if (kindOf(account) === KIND.REFERRAL) return available(balance) > 0 ? account : undefined;
  }
  return undefined;
}

function contra(kind: AccountKind): AccountKey {
  return accountKey({ holder: ZERO_ID, kind, unit: COUNT });
}
