// Growth for a paid term: earned with the order that pays for it.
import { type Id, ZERO_ID } from '../../kernel/id';
import { GROWTH } from '../../kernel/money';
import { accountKey } from '../../ledger/account';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../../ledger/chart';
import type { Opening, TransferInput } from '../../ledger/transfer';
import type { CatalogueLevelPolicy } from '../../program/level-policy';
import { growthAccount } from '../member-accounts';

export interface Activation {
  readonly openings: readonly Opening[];
  readonly transfers: readonly TransferInput[];
}

/** Nothing for a plan of which the terms earn none. */
export function activationOf(policy: Pick<CatalogueLevelPolicy, 'activation'>, planId: Id, memberId: Id): Activation {
  const amount = policy.activation.get(planId);
  if (amount === undefined) return { openings: [], transfers: [] };
  const account = growthAccount(memberId);
  const from = accountKey({ holder: ZERO_ID, kind: ACCOUNT_KINDS.GROWTH_EARNED, unit: GROWTH });
  return {
    openings: [{ account, grant: 0, from }],
    transfers: [{ kind: 'TRANSFER', debit: from, credit: account, amount, code: TRANSFER_CODES.ACTIVATE }],
  };
}
