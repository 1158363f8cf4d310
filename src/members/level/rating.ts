// What it takes in the ledger that a member's rating rises or falls.
import type { TransferCode } from '../../ledger/chart';
import type { Opening, TransferInput } from '../../ledger/transfer';
import type { Judging } from '../level';
import { ratingAccount, ratingOpenings, ratingRoomAccount } from '../member-accounts';

export interface RatingMove {
  /** Above zero. */
  readonly amount: number;
  readonly down: boolean;
  readonly code: TransferCode;
  /** All that it moves is one amount: as far as the rating can go. */
  readonly group: number;
}

export interface RatingPart {
  readonly openings: readonly Opening[];
  readonly transfers: readonly TransferInput[];
}

/** `undefined` in a program without a rating. */
export function ratingPart({ rows, catalogue }: Judging, move: RatingMove): RatingPart | undefined {
  const { rating } = catalogue.levelPolicy;
  if (!rating) return undefined;
  const { id } = rows.member;
  const { amount, down, code, group } = move;
  const [debit, credit] = down
    ? [ratingAccount(id), ratingRoomAccount(id)]
    : [ratingRoomAccount(id), ratingAccount(id)];
  return {
    openings: ratingOpenings(id, rating),
    transfers: [{ kind: 'TRANSFER', debit, credit, amount, code, group }],
  };
}
