// The words of feeds: what a partner says happened, line by line, and how its lines are to be read.
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { DayNumber } from '../../kernel/period';

/** What the feed lists: uses of the period, or what was issued in it. */
export const FEED_BASES = ['USED', 'ISSUED'] as const;
export type FeedBasis = (typeof FEED_BASES)[number];

/**
 * What names the redemption in a line: the code of the coupon, our own id of the redemption, the partner's id of it, or
 * the member and the offer together.
 */
export const MATCH_BY = ['CODE', 'REDEMPTION', 'PARTNER_REF', 'MEMBER'] as const;
export type MatchBy = (typeof MATCH_BY)[number];

/** Which amount of ours the amounts of the feed are: what the operator bears, or the face value. */
export const AMOUNTS = ['COST', 'FACE_VALUE'] as const;
export type AmountIs = (typeof AMOUNTS)[number];

/** What a line may say of the coupon. */
export const LINE_STATES = ['ISSUED', 'USED', 'CANCELLED', 'EXPIRED'] as const;
export type LineState = (typeof LINE_STATES)[number];

export const FEED_STATES = ['OPEN', 'CLOSED'] as const;
export type FeedState = (typeof FEED_STATES)[number];

export const DELIMITERS = [',', ';', '\t', '|'] as const;
export const ENCODINGS = ['utf-8', 'gb18030', 'utf-16le'] as const;
export const COLUMNS = ['code', 'reference', 'member', 'offer', 'amount', 'date', 'state'] as const;
export type Column = (typeof COLUMNS)[number];

export interface FeedMapping {
  /** What the header calls each; what is not there the file does not tell. */
  readonly columns: Readonly<Partial<Record<Column, string>>>;
  readonly delimiter: (typeof DELIMITERS)[number];
  readonly encoding: (typeof ENCODINGS)[number];
  /** As `dateReader` takes it. */
  readonly dateFormat: string;
  readonly amount: {
    /** Whether the file tells yuan or fen. */
    readonly unit: 'MAJOR' | 'MINOR';
    /** How many digits the minor unit is: 2 for fen, 0 for yen. */
    readonly decimals: number;
    readonly decimalSign: '.' | ',';
  };
  /** Their words for states. */
  readonly states: readonly { readonly word: string; readonly state: LineState }[];
  /** Their words for our offers, by our codes; a word that is not here is taken for our code. */
  readonly offers: readonly { readonly word: string; readonly offer: string }[];
}

/** How the lines are to be read, as it was said when the feed was opened. */
export interface FeedTerms {
  readonly basis: FeedBasis;
  readonly matchBy: MatchBy;
  readonly amountIs: AmountIs;
  /** Of times and days that name no zone. */
  readonly timeZone: string;
  /** Only this offer of the partner; absent: all of them. */
  readonly offerId?: Id;
  /** For files of CSV; absent: lines come by the API only. */
  readonly mapping?: FeedMapping;
}

export interface Feed {
  readonly id: Id;
  readonly partnerId: Id;
  /** Chosen by who opens it; the partner has no other feed of that name. */
  readonly name: string;
  readonly terms: FeedTerms;
  readonly periodFrom: Instant;
  /** Exclusive. */
  readonly periodBefore: Instant;
  readonly state: FeedState;
  readonly openedAt: Instant;
  readonly openedBy: string;
  readonly closed?: { readonly at: Instant; readonly by: string };
  readonly lines: number;
}

/** A line as it was read, with what names the redemption in clear: never stored, never logged. */
export interface ClearLine {
  /** From 1, as the partner counts: that of its file, or of its own list. */
  readonly line: number;
  readonly code?: string;
  /** The partner's id of the redemption, or ours; with `MEMBER`, whatever tells two lines of a member apart. */
  readonly reference?: string;
  /** The external id. */
  readonly member?: string;
  /** The code of an offer of ours. */
  readonly offer?: string;
  /** In the minor unit. */
  readonly amount?: number;
  /** Either an instant or, of a line that tells no time, a day. */
  readonly at?: Instant;
  readonly day?: DayNumber;
  readonly state?: LineState;
}

/** A line as it is kept. */
export interface FeedLine {
  readonly line: number;
  /** 32 hexadecimal digits; lines and redemptions with the same key may be the same thing. */
  readonly key: string;
  /** 32 hexadecimal digits: equal for lines that say the same. */
  readonly content: string;
  /** The code, encrypted for the partner; absent where something else names the redemption. */
  readonly sealedCode?: Buffer;
  readonly offerId?: Id;
  readonly amount?: number;
  readonly at?: Instant;
  readonly day?: DayNumber;
  readonly state?: LineState;
}
