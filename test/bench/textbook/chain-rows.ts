// What the ledger keeps of one chain, balances apart, written with repositories: the one place that writes it.
import type { EntityManager } from 'typeorm';
import { type Id, idAt } from '../../../src/kernel/id';
import type { AccountKey } from '../../../src/ledger/account';
import { TRANSFER_KINDS } from '../../../src/ledger/transfer';
import { appendedRow, type Move, type Sides } from '../hand-moves';
import { ChainEntity, ContraDeltaEntity, HoldEntity, TransferEntity } from './redemption-entities';

export interface ChainRows {
  readonly id: Id;
  readonly chainKey: Id;
  readonly fingerprint: Id;
  readonly moves: readonly Move[];
  /** What the moves add to accounts that have no balance row. */
  readonly contra: ReadonlyMap<AccountKey, Sides>;
  readonly cost: number;
  readonly now: number;
  readonly expiresAt: number;
}

/** `insert`, because `save` would look for each of the new rows first. */
export async function writeChain(tx: EntityManager, chain: ChainRows): Promise<void> {
  const { id, chainKey, fingerprint, moves, contra, cost, now, expiresAt } = chain;
  await tx.getRepository(TransferEntity).insert(
    moves.map(({ kind, ...move }, at) => ({
      ...move,
      key: idAt(id, at + 1),
      kind: TRANSFER_KINDS[kind],
      released: 0,
      createdAt: now,
    })),
  );
  await tx.getRepository(ContraDeltaEntity).insert({ moved: appendedRow(contra) });
  await tx.getRepository(HoldEntity).insert({ chain: id, expiresAt, open: 1 });
  await tx.getRepository(ChainEntity).insert({
    id,
    chainKey,
    fingerprint,
    status: 0,
    flexibleAmount: cost,
    transfers: moves.length,
    createdAt: now,
  });
}

export function columnsOf([creditsPosted, creditsPending, debitsPosted, debitsPending]: Sides) {
  return { creditsPosted, creditsPending, debitsPosted, debitsPending };
}
