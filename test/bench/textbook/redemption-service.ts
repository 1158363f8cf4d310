// A redemption of the textbook stack: one TypeORM transaction, the accounts' rows locked, repositories for all tables.
import { type EntityManager, In, QueryFailedError } from 'typeorm';
import { DAY } from '../../../src/kernel/clock';
import { type Id, namedId, newId, toGlobalId } from '../../../src/kernel/id';
import type { AccountKey } from '../../../src/ledger/account';
import { newCode } from '../../../src/marketplace/code-cipher';
import { accountsOf, apply, type MovedOffer, movesOf, type Sides } from '../hand-moves';
import { columnsOf, writeChain } from './chain-rows';
import type { CardEntity, OfferEntity, TermEntity } from './entities';
import type { TextbookContext, TextbookHouse } from './loaders';
import { BalanceEntity, ChainEntity, PartnerEventEntity, RedemptionEntity } from './redemption-entities';

/** What is redeemed by whom, as it was read before the transaction. */
interface Claim {
  readonly memberKey: Id;
  readonly offer: OfferEntity;
  readonly card: CardEntity;
  readonly term: TermEntity;
  readonly chainKey: Id;
}

const ATTEMPTS = 20;
const TAKEN = 1062;
// Deadlock, lock wait, and a rival who opened the same account first.
const AGAIN = new Set([1213, 1205, TAKEN]);

/** The redemption, or `undefined` when the member has no running card that the offer is for. */
export async function redeem(
  context: TextbookContext,
  offerKey: Id,
  idempotencyKey: string,
): Promise<RedemptionEntity | undefined> {
  const { house, memberKey } = context;
  if (memberKey === undefined) throw new Error('nobody is signed in: send the token of a member');
  const offer = await context.offers.load(offerKey);
  const bearer = await findCard(context, memberKey, offer);
  if (!bearer) return undefined;
  const chainKey = namedId('redeem', 'MEMBER', memberKey, idempotencyKey);
  const claim: Claim = { memberKey, offer, ...bearer, chainKey };
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Locking reads of the default level lock gaps as well, over which those who open accounts would deadlock.
      return await house.source.transaction('READ COMMITTED', (tx) => write(tx, house, claim));
    } catch (error) {
      const number = error instanceof QueryFailedError ? (error.driverError as { errno?: number }).errno : undefined;
      const earlier = number === TAKEN ? await findEarlier(house, chainKey) : undefined;
      if (earlier) return earlier;
      if (attempt >= ATTEMPTS || number === undefined || !AGAIN.has(number)) throw error;
    }
  }
}

/** The running card of a plan that the offer is for. */
async function findCard(context: TextbookContext, memberKey: Id, offer: OfferEntity) {
  for (const card of await context.cardsOf.load(memberKey)) {
    if (!offer.plans.includes(card.planKey)) continue;
    const term = context.running(card, await context.termsOf.load(card.key));
    if (term) return { card, term };
  }
  return undefined;
}

/** What was redeemed under this key before. */
async function findEarlier({ source }: TextbookHouse, chainKey: Id): Promise<RedemptionEntity | undefined> {
  const chain = await source.getRepository(ChainEntity).findOneBy({ chainKey });
  if (!chain) return undefined;
  return (await source.getRepository(RedemptionEntity).findOneBy({ key: chain.id })) ?? undefined;
}

async function write(tx: EntityManager, house: TextbookHouse, claim: Claim): Promise<RedemptionEntity> {
  const { memberKey, offer, card, term, chainKey } = claim;
  const now = Date.now();
  const id = newId(now);
  const expiresAt = now + offer.couponValidDays * DAY;
  const moved = movedOf(offer);
  const accounts = accountsOf(memberKey, term.key, moved);
  const balances = await lock(tx, Object.values(accounts));
  const moves = movesOf(accounts, moved, balances);
  const contra = apply(moves, balances);
  await writeBalances(tx, balances);
  const fingerprint = namedId(offer.key, card.planKey);
  await writeChain(tx, { id, chainKey, fingerprint, moves, contra, cost: offer.unitCost, now, expiresAt });
  const redemption = tx.getRepository(RedemptionEntity).create({
    key: id,
    memberKey,
    itemKind: 'OFFER',
    itemKey: offer.key,
    itemVersion: offer.version,
    partnerKey: offer.partnerKey,
    cardKey: card.key,
    termKey: term.key,
    planKey: card.planKey,
    status: 'ISSUED',
    costBasis: 'ISSUE',
    currency: house.currency,
    cost: offer.unitCost,
    memberPays: 0,
    worth: offer.worth,
    points: 0,
    sealed: house.cipher.seal(offer.key, newCode()),
    claimed: now,
    expires: expiresAt,
    used: null,
    dueAt: expiresAt,
    dueStep: 'EXPIRE',
  });
  await tx.getRepository(RedemptionEntity).insert(redemption);
  await tellPartner(tx, redemption, offer);
  return redemption;
}

function movedOf({ key: id, number, unitCost, worth: faceValue, partnerKey, limitCount }: OfferEntity): MovedOffer {
  const memberLimits = limitCount === null ? [] : [{ limit: limitCount }];
  return { id, number, unitCost, faceValue, partner: { id: partnerKey }, memberLimits };
}

/** The accounts in the order of their keys, which is the same for everybody. */
async function lock(tx: EntityManager, keys: readonly AccountKey[]): Promise<Map<AccountKey, Sides>> {
  const rows = await tx.getRepository(BalanceEntity).find({
    where: { account: In(keys.toSorted()) },
    order: { account: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  return new Map(
    rows.map((row) => [row.account, [row.creditsPosted, row.creditsPending, row.debitsPosted, row.debitsPending]]),
  );
}

/** `upsert`, which takes one statement where `save` takes one for each account and one to compare with. */
async function writeBalances(tx: EntityManager, balances: ReadonlyMap<AccountKey, Sides>): Promise<void> {
  const rows = [...balances].map(([account, sides]) => ({ account, ...columnsOf(sides) }));
  rows.sort((left, right) => (left.account < right.account ? -1 : 1));
  await tx.getRepository(BalanceEntity).upsert(rows, ['account']);
}

async function tellPartner(tx: EntityManager, redemption: RedemptionEntity, { code: offer }: OfferEntity) {
  const { key: id, partnerKey, status, claimed: claimedAt, expires: expiresAt } = redemption;
  await tx.getRepository(PartnerEventEntity).insert({
    key: newId(claimedAt),
    partnerKey,
    subjectKey: id,
    type: 'redemption.issued',
    happenedAt: claimedAt,
    data: { redemptionId: toGlobalId('redemption', id), offer, status, claimedAt, expiresAt },
  });
}
