// The textbook stack's tables as TypeORM entities that are API types at once, as its tutorials do it.
import { Field, Float, ObjectType } from 'type-graphql';
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { PeriodKind } from '../../../src/kernel/period';
import type { BenefitClass, PlanKind, Quota } from '../../../src/program/program';

export const hexId = {
  to: (key: string | null) => (key === null ? null : Buffer.from(key, 'hex')),
  from: (bytes: Buffer | null) => (bytes === null ? null : bytes.toString('hex')),
};
const optional = (value: unknown) => (value === null || value === undefined ? null : Number(value));
export const key = { type: 'binary', length: 16, transformer: hexId } as const;
export const amount = { type: 'bigint', transformer: { to: Number, from: Number } } as const;
export const optionalAmount = {
  type: 'bigint',
  nullable: true,
  transformer: { to: optional, from: optional },
} as const;

@ObjectType('Member')
@Entity('member', { synchronize: false })
export class MemberEntity {
  @PrimaryColumn({ ...key, name: 'id' })
  key!: string;
  @Field()
  @Column({ type: 'varchar', name: 'external_id' })
  externalId!: string;
  @Field()
  @Column('varchar')
  nickname!: string;
  @Column('simple-json')
  tags!: string[];
}

@ObjectType('Card')
@Entity('card', { synchronize: false })
export class CardEntity {
  @PrimaryColumn({ ...key, name: 'id' })
  key!: string;
  @Column({ ...key, name: 'member_id' })
  memberKey!: string;
  @Column({ ...key, name: 'plan_id' })
  planKey!: string;
  @Column({ ...key, name: 'parent_card_id', nullable: true })
  parentKey!: string | null;
  @Column({ type: 'varchar', name: 'status' })
  stored!: string;
  @Column({ ...amount, name: 'opened_at' })
  openedAt!: number;
}

@ObjectType('Term')
@Entity('card_term', { synchronize: false })
export class TermEntity {
  @PrimaryColumn({ ...key, name: 'id' })
  key!: string;
  @Column({ ...key, name: 'card_id' })
  cardKey!: string;
  @Column({ ...amount, name: 'starts_at' })
  starts!: number;
  @Column({ ...amount, name: 'ends_at' })
  ends!: number;
  @Column(amount)
  price!: number;
  @Column('varchar')
  currency!: string;
  @Column({ ...optionalAmount, name: 'broke_even_at' })
  brokeEvenAt!: number | null;
}

@ObjectType('Coupon')
@Entity('redemption', { synchronize: false })
export class CouponEntity {
  @PrimaryColumn({ ...key, name: 'id' })
  key!: string;
  @Column({ ...key, name: 'member_id' })
  memberKey!: string;
  @Column({ type: 'varchar', name: 'item_kind' })
  itemKind!: string;
  @Column({ ...key, name: 'item_id' })
  itemKey!: string;
  @Column({ type: 'varchar', name: 'status' })
  stored!: string;
  @Column({ type: 'varbinary', name: 'code_cipher', nullable: true })
  sealed!: Buffer | null;
  @Column({ ...amount, name: 'expires_at' })
  expires!: number;
}

/** Balances with a column for each part of the account's key, which is kinder to this stack than our own table. */
@Entity('textbook_account')
export class AccountEntity {
  @PrimaryGeneratedColumn()
  number!: number;
  @Index()
  @Column(key)
  holder!: string;
  @Column('int')
  kind!: number;
  @Column(key)
  ref!: string;
  @Column('int')
  item!: number;
  @Column('int')
  period!: number;
  @Column(amount)
  posted!: number;
  @Column(amount)
  held!: number;
}

@ObjectType('Level')
@Entity('textbook_level')
export class LevelEntity {
  @PrimaryColumn('varchar', { length: 32 })
  key!: string;
  @Field()
  @Column('varchar')
  name!: string;
  @Field(() => Float)
  @Column('int')
  rank!: number;
  @Field(() => Float)
  @Column('int')
  threshold!: number;
}

@ObjectType('Plan')
@Entity('textbook_plan')
export class PlanEntity {
  @PrimaryColumn('varchar', { length: 32 })
  key!: string;
  @Field()
  @Column('varchar')
  name!: string;
  @Column('varchar')
  kind!: PlanKind;
  @Column('boolean')
  drawsOnParentCap!: boolean;
  @Column('simple-json')
  perClass!: [BenefitClass, number][];
  @Column('simple-json')
  perPartner!: [string, number][];
  @Column(optionalAmount)
  perMonth!: number | null;
  @Column(optionalAmount)
  perUse!: number | null;
}

@ObjectType('Benefit')
@Entity('textbook_benefit')
export class BenefitEntity {
  @PrimaryColumn('varchar', { length: 32 })
  key!: string;
  @Column('int')
  number!: number;
  @Field()
  @Column('varchar')
  name!: string;
  @Field(() => String)
  @Column('varchar')
  class!: BenefitClass;
  @Column('boolean')
  redeemable!: boolean;
  @Column(amount)
  unitCost!: number;
  @Column(amount)
  pointsPrice!: number;
  @Column('boolean')
  coPay!: boolean;
}

@ObjectType('EntitledBenefit')
@Entity('textbook_entitlement')
export class EntitlementEntity {
  @PrimaryGeneratedColumn()
  number!: number;
  @Index()
  @Column('varchar', { length: 32 })
  planKey!: string;
  @Column('varchar', { length: 32 })
  benefitKey!: string;
  @Column('int', { nullable: true })
  quotaLimit!: number | null;
  @Column('varchar', { nullable: true })
  quotaPeriod!: Quota['period'] | null;
}

@ObjectType('Partner')
@Entity('textbook_partner')
export class PartnerEntity {
  @PrimaryColumn('varchar', { length: 32 })
  key!: string;
  @Column('int')
  number!: number;
  @Field()
  @Column('varchar')
  name!: string;
}

@ObjectType('Perk')
@Entity('textbook_offer')
export class OfferEntity {
  @PrimaryColumn('varchar', { length: 32 })
  key!: string;
  @Index()
  @Column('int')
  number!: number;
  @Column('varchar')
  code!: string;
  @Column('int')
  version!: number;
  @Field()
  @Column('varchar')
  title!: string;
  @Field()
  @Column('varchar')
  kind!: string;
  @Column('varchar', { length: 32 })
  partnerKey!: string;
  @Column('simple-json')
  levels!: string[];
  @Column('simple-json')
  plans!: string[];
  @Column('simple-json')
  tags!: string[];
  @Column('boolean')
  chargesCard!: boolean;
  @Column('varchar')
  benefitClass!: BenefitClass;
  @Column('boolean')
  counted!: boolean;
  @Column('int', { nullable: true })
  limitCount!: number | null;
  @Column('varchar', { nullable: true })
  limitPeriod!: PeriodKind | null;
  @Column(amount)
  unitCost!: number;
  @Column(amount)
  worth!: number;
  @Field(() => Float)
  @Column(amount)
  pointsPrice!: number;
  @Column('boolean')
  coPay!: boolean;
  @Column(optionalAmount)
  from!: number | null;
  @Column(optionalAmount)
  until!: number | null;
  @Column('int')
  couponValidDays!: number;
}

export const ENTITIES = [
  MemberEntity,
  CardEntity,
  TermEntity,
  CouponEntity,
  AccountEntity,
  LevelEntity,
  PlanEntity,
  BenefitEntity,
  EntitlementEntity,
  PartnerEntity,
  OfferEntity,
];
