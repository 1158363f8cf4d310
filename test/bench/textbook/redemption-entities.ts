// The tables that a redemption writes, as TypeORM entities: the ledger's, its own, and what partners are told.
import { Field, Float, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { amount, hexId, key, optionalAmount } from './entities';

const accountKey = { type: 'binary', length: 44, transformer: hexId } as const;
const NOT_OURS = { synchronize: false } as const;

/** The four sides of an account, in the columns of a balance. */
export abstract class SidesEntity {
  @Column({ ...amount, name: 'credits_posted' })
  creditsPosted!: number;
  @Column({ ...amount, name: 'credits_pending' })
  creditsPending!: number;
  @Column({ ...amount, name: 'debits_posted' })
  debitsPosted!: number;
  @Column({ ...amount, name: 'debits_pending' })
  debitsPending!: number;
}

@Entity('ledger_account', NOT_OURS)
export class BalanceEntity extends SidesEntity {
  @PrimaryColumn(accountKey)
  account!: string;
}

@Entity('ledger_contra_delta', NOT_OURS)
export class ContraDeltaEntity {
  @PrimaryGeneratedColumn()
  id!: number;
  @Column('longtext')
  moved!: string;
}

@Entity('ledger_transfer', NOT_OURS)
export class TransferEntity {
  @PrimaryColumn({ ...key, name: 'id' })
  key!: string;
  @Column('int')
  kind!: number;
  @Column(accountKey)
  debit!: string;
  @Column(accountKey)
  credit!: string;
  @Column(amount)
  amount!: number;
  @Column(amount)
  released!: number;
  @Column('int')
  code!: number;
  @Column({ ...amount, name: 'created_at' })
  createdAt!: number;
}

@Entity('ledger_chain', NOT_OURS)
export class ChainEntity {
  @PrimaryColumn({ ...key, name: 'chain_key' })
  chainKey!: string;
  @Column(key)
  id!: string;
  @Column(key)
  fingerprint!: string;
  @Column('int')
  status!: number;
  @Column({ ...amount, name: 'flexible_amount' })
  flexibleAmount!: number;
  @Column('int')
  transfers!: number;
  @Column({ ...amount, name: 'created_at' })
  createdAt!: number;
}

@Entity('ledger_hold', NOT_OURS)
export class HoldEntity {
  @PrimaryColumn(key)
  chain!: string;
  @Column({ ...amount, name: 'expires_at' })
  expiresAt!: number;
  @Column('int')
  open!: number;
}

@ObjectType('Redemption')
@Entity('redemption', NOT_OURS)
export class RedemptionEntity {
  @PrimaryColumn({ ...key, name: 'id' })
  key!: string;
  @Column({ ...key, name: 'member_id' })
  memberKey!: string;
  @Column({ type: 'varchar', name: 'item_kind' })
  itemKind!: string;
  @Column({ ...key, name: 'item_id' })
  itemKey!: string;
  @Column({ type: 'int', name: 'item_version' })
  itemVersion!: number;
  @Column({ ...key, name: 'partner_id' })
  partnerKey!: string;
  @Column({ ...key, name: 'card_id' })
  cardKey!: string;
  @Column({ ...key, name: 'term_id' })
  termKey!: string;
  @Column({ ...key, name: 'plan_id' })
  planKey!: string;
  @Field(() => String)
  @Column('varchar')
  status!: string;
  @Column({ type: 'varchar', name: 'cost_basis' })
  costBasis!: string;
  @Column('varchar')
  currency!: string;
  @Column(amount)
  cost!: number;
  @Column({ ...amount, name: 'co_pay' })
  memberPays!: number;
  @Column({ ...amount, name: 'face_value' })
  worth!: number;
  @Field(() => Float)
  @Column(amount)
  points!: number;
  @Column({ type: 'varbinary', name: 'code_cipher' })
  sealed!: Buffer;
  @Column({ ...amount, name: 'claimed_at' })
  claimed!: number;
  @Column({ ...amount, name: 'expires_at' })
  expires!: number;
  @Column({ ...optionalAmount, name: 'used_at' })
  used!: number | null;
  @Column({ ...amount, name: 'due_at' })
  dueAt!: number;
  @Column({ type: 'varchar', name: 'due_step' })
  dueStep!: string;
}

@Entity('partner_event', NOT_OURS)
export class PartnerEventEntity {
  @PrimaryColumn({ ...key, name: 'id' })
  key!: string;
  @Column({ ...key, name: 'partner_id' })
  partnerKey!: string;
  @Column({ ...key, name: 'subject_id' })
  subjectKey!: string;
  @Column('varchar')
  type!: string;
  @Column({ ...amount, name: 'happened_at' })
  happenedAt!: number;
  @Column('simple-json')
  data!: object;
}

export const REDEMPTION_ENTITIES = [
  BalanceEntity,
  ContraDeltaEntity,
  TransferEntity,
  ChainEntity,
  HoldEntity,
  RedemptionEntity,
  PartnerEventEntity,
];
