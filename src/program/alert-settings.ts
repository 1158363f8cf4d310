// From when on staff, and partners, are alerted; shares are from 0 to 1.

export interface AlertSettings {
  /** Of a ceiling, used and held. */
  readonly ceilingShare: number;
  /** Before so much of a period is over, no pace is told of it. */
  readonly paceAfter: number;
  readonly endingDays: number;
  readonly unreconciledDays: number;
  /** Of a partner's answers, those that came to nothing, … */
  readonly partnerErrorShare: number;
  /** … of at least so many calls … */
  readonly partnerErrorCalls: number;
  /** … within so long. */
  readonly partnerErrorMinutes: number;
  /** Fewer pieces or codes than this are few. */
  readonly stockLow: number;
}

/** As the schema of the program file has them. */
export const ALERTS_UNLESS_TOLD: AlertSettings = {
  ceilingShare: 0.8,
  paceAfter: 0.1,
  endingDays: 30,
  unreconciledDays: 7,
  partnerErrorShare: 0.25,
  partnerErrorCalls: 20,
  partnerErrorMinutes: 15,
  stockLow: 20,
};
