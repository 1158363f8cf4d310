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
import type { Given, Giving, RewardGiver } from './reward';
import { givenWriter, readGiven } from './reward.store';

const TOO_LARGE = refuse('CONFLICT', 'The balance of the member would grow too large.');

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
    const { occasion } = giving;
    const known = (await readGiven(this.database.read, [occasion])).get(occasion);
    if (known) return known;
    const { redemptions, missed } = await this.giveCoupons(giving);
    const { points = 0, growth = 0 } = giving.reward;
    const given: Given = { points, growth, storedValue: 0, redemptions, missed: [...missed, ...absent(giving)] };
    const chain = {
      key: namedId('reward', occasion),
      fingerprint: namedId('reward', giving.memberId, occasion),
      id: newId(this.clock.now()),
      ...balanceParts(giving),
    };
    const result = await this.ledger.submit(chain, [companion(givenWriter, { giving, given })]);
    if (!result.applied) return { ...given, points: 0, growth: 0, missed: [...given.missed, TOO_LARGE] };
    if (!result.replayed) return given;
    return (await readGiven(this.database.read, [occasion])).get(occasion) ?? given;
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
}

/** Parts of a reward for which the program has no place yet. */
function absent({ reward: { storedValue, draws = {} } }: Giving): Refusal[] {
  const missed = Object.keys(draws).map((code) => refuse('NOT_FOUND', `The program has no draw ${code}.`));
  if (storedValue !== undefined) missed.push(refuse('NOT_FOUND', 'The program has no stored value.'));
  return missed;
}

function balanceParts({ memberId, reward }: Giving): { openings: Opening[]; transfers: TransferInput[] } {
  const openings: Opening[] = [];
  const transfers: TransferInput[] = [];
  const add = (from: AccountKey, account: AccountKey, amount: number | undefined): void => {
    if (amount === undefined) return;
    openings.push({ account, grant: 0, from });
    transfers.push({ kind: 'TRANSFER', debit: from, credit: account, amount, code: TRANSFER_CODES.REWARD });
  };
  const source = (kind: 'POINTS_ISSUED' | 'GROWTH_EARNED', unit: string) =>
    accountKey({ holder: ZERO_ID, kind: ACCOUNT_KINDS[kind], unit });
  add(source('POINTS_ISSUED', POINT), pointsAccount(memberId), reward.points);
  add(source('GROWTH_EARNED', GROWTH), growthAccount(memberId), reward.growth);
  return { openings, transfers };
}
