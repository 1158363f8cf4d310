// Gives rewards: coupons first, each once; then points and growth in one chain with the row that says what was given.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import { type Id, namedId, newId, ZERO_ID } from '../../kernel/id';
import { GROWTH, POINT } from '../../kernel/money';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { type AccountKey, accountKey } from '../../ledger/account';
import { companion } from '../../ledger/batch';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import type { Opening, TransferInput } from '../../ledger/transfer';
import { growthAccount, pointsAccount } from '../../members/member-accounts';
import type { Catalogue } from '../../program/catalogue';
import type { Code } from '../../program/program';
import type { ItemKind } from '../../redemption/redemption';
import type { RedemptionService } from '../../redemption/redemption.service';
import { chanceAccount, chancesGrantedAccount } from '../draw/draw-accounts';
import type { Given, Giving, RewardGiver } from './reward';
import { deleteDue, dueOf, dueSince, givenWriter, readGiven } from './reward.store';

const TOO_LARGE = refuse('CONFLICT', 'The balance of the member would grow too large.');

const MEMBERS_AT_ONCE = 500;
const REWARDS_AT_ONCE = 500;

export class RewardService implements RewardGiver {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly redemptions: Pick<RedemptionService, 'gift'>,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * Whoever dies in between leaves coupons that are found again by their keys; the row at the end makes it final. An
   * occasion answers what it gave the first time, even when the program promises something else by now.
   */
  async give(giving: Giving): Promise<Given> {
    return (await this.giveOnce(giving)).given;
  }

  /** Gives at once what is due to these members. What fails is left to the job. */
  async settle(memberIds: readonly Id[]): Promise<void> {
    const unique = [...new Set(memberIds)];
    for (let from = 0; from < unique.length; from += MEMBERS_AT_ONCE) {
      const some = unique.slice(from, from + MEMBERS_AT_ONCE);
      for (let found = REWARDS_AT_ONCE; found === REWARDS_AT_ONCE; ) {
        const due = await dueOf(this.database.read, some, REWARDS_AT_ONCE);
        await this.giveAll(due);
        found = due.length;
      }
    }
  }

  /** Gives what is due to anybody; answers how much was. */
  async settleDue(limit: number): Promise<number> {
    const due = await dueSince(this.database.read, this.clock.now(), limit);
    await this.giveAll(due);
    return due.length;
  }

  /** What was given for these occasions, as far as something was. */
  given(occasions: readonly Id[]): Promise<Map<Id, Given>> {
    return readGiven(this.database.read, occasions);
  }

  private async giveAll(due: readonly Giving[]): Promise<void> {
    const outcomes = await Promise.allSettled(due.map((giving) => this.giveOnce(giving)));
    // Whatever is not written with its own end would be found due again and again.
    const over = due.filter((_giving, at) => {
      const outcome = outcomes[at]!;
      return outcome.status === 'fulfilled' && !outcome.value.written;
    });
    if (over.length > 0) {
      const occasions = over.map(({ occasion }) => occasion);
      await this.database.transaction((tx) => deleteDue(tx, occasions));
    }
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** `written`: by this call, in one step with taking it off what is due. */
  private async giveOnce(giving: Giving): Promise<{ readonly given: Given; readonly written: boolean }> {
    const { occasion } = giving;
    const known = (await readGiven(this.database.read, [occasion])).get(occasion);
    if (known) return { given: known, written: false };
    const { redemptions, missed } = await this.giveCoupons(giving);
    const { points = 0, growth = 0 } = giving.reward;
    const parts = this.balanceParts(giving);
    const given: Given = {
      points,
      growth,
      storedValue: 0,
      chances: parts.chances,
      redemptions,
      missed: [...missed, ...parts.missed],
    };
    const { openings, transfers } = parts;
    const chain = {
      key: namedId('reward', occasion),
      fingerprint: namedId('reward', giving.memberId, occasion),
      id: newId(this.clock.now()),
      openings,
      transfers,
    };
    const result = await this.ledger.submit(chain, [companion(givenWriter, { giving, given })]);
    if (!result.applied) {
      const nothing = { points: 0, growth: 0, chances: {}, missed: [...given.missed, TOO_LARGE] };
      return { given: { ...given, ...nothing }, written: false };
    }
    if (!result.replayed) return { given, written: true };
    return { given: (await readGiven(this.database.read, [occasion])).get(occasion) ?? given, written: false };
  }

  private async giveCoupons({ memberId, reward, occasion }: Giving): Promise<Pick<Given, 'redemptions' | 'missed'>> {
    const { benefits = [], offers = [] } = reward;
    const redemptions: Id[] = [];
    const missed: Refusal[] = [];
    const wanted = [
      ...benefits.map((code) => ['BENEFIT', code] as const),
      ...offers.map((code) => ['OFFER', code] as const),
    ];
    // One after the other, so that of two coupons that share what is left of a cap always the first is given.
    for (const [at, [itemKind, code]] of wanted.entries()) {
      const itemId = this.itemOf(itemKind, code);
      const key = namedId('gift', occasion, String(at), itemKind, code);
      const coupon =
        itemId === undefined
          ? refuse('NOT_FOUND', `The program has no ${itemKind.toLowerCase()} ${code} any more.`)
          : await this.redemptions.gift({ memberId, itemKind, itemId, key });
      if (isRefusal(coupon)) missed.push(coupon);
      else redemptions.push(coupon.id);
    }
    return { redemptions, missed };
  }

  private itemOf(itemKind: ItemKind, code: Code): Id | undefined {
    const catalogue = this.catalogue();
    return (itemKind === 'BENEFIT' ? catalogue.benefitByCode(code) : catalogue.offerByCode(code))?.id;
  }

  private balanceParts({ memberId, reward }: Giving) {
    const openings: Opening[] = [];
    const transfers: TransferInput[] = [];
    const missed: Refusal[] = [];
    const chances: Record<Code, number> = {};
    const add = (from: AccountKey, account: AccountKey, amount: number | undefined): void => {
      if (amount === undefined) return;
      openings.push({ account, grant: 0, from });
      transfers.push({ kind: 'TRANSFER', debit: from, credit: account, amount, code: TRANSFER_CODES.REWARD });
    };
    add(source('POINTS_ISSUED', POINT), pointsAccount(memberId), reward.points);
    add(source('GROWTH_EARNED', GROWTH), growthAccount(memberId), reward.growth);
    for (const [code, count] of Object.entries(reward.draws ?? {})) {
      const draw = this.catalogue().drawByCode(code);
      if (!draw) {
        missed.push(refuse('NOT_FOUND', `The program has no draw ${code} any more.`));
        continue;
      }
      add(chancesGrantedAccount(draw.id), chanceAccount(memberId, draw.number), count);
      chances[code] = count;
    }
    if (reward.storedValue !== undefined) missed.push(refuse('NOT_FOUND', 'The program has no stored value.'));
    return { openings, transfers, missed, chances };
  }
}

function source(kind: 'POINTS_ISSUED' | 'GROWTH_EARNED', unit: string): AccountKey {
  return accountKey({ holder: ZERO_ID, kind: ACCOUNT_KINDS[kind], unit });
}
