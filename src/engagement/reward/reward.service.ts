// Gives rewards: coupons first, each once; then points and growth in one chain with the row that says what was given.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { companion } from '../../ledger/batch';
import { TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import { addCredit, ChainDraft } from '../../members/credit';
import type { Judging } from '../../members/level';
import type { MemberRowsStore } from '../../members/member-rows.store';
import { StalePointsError } from '../../members/points.store';
import type { Catalogue } from '../../program/catalogue';
import type { Code, EarnedKind } from '../../program/program';
import type { ItemKind } from '../../redemption/redemption';
import type { RedemptionService } from '../../redemption/redemption.service';
import { chanceAccount, chancesGrantedAccount } from '../draw/draw-accounts';
import { addSettlements } from '../earning/earning';
import type { Given, Giving, RewardGiver } from './reward';
import { deleteDue, dueOf, dueSince, givenWriter, readGiven } from './reward.store';

const TOO_LARGE = refuse('CONFLICT', 'The balance of the member would grow too large.');
const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
const NOTHING: Given = { points: 0, growth: 0, storedValue: 0, chances: {}, redemptions: [], missed: [] };
/** A member whose points change all the while is left to the job after so many attempts. */
const ATTEMPTS = 10;
const MEMBERS_AT_ONCE = 500;
const REWARDS_AT_ONCE = 500;

export class RewardService implements RewardGiver {
  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
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
    const parts = { redemptions, missed };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.submit(giving, parts);
      } catch (error) {
        // What was built on is not so any more: it is read and built anew.
        if (!(error instanceof StalePointsError) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async submit(
    giving: Giving,
    coupons: Pick<Given, 'redemptions' | 'missed'>,
  ): Promise<{ readonly given: Given; readonly written: boolean }> {
    const { occasion, memberId, reward } = giving;
    const rows = await this.memberRows.load(memberId);
    if (!rows) return { given: { ...NOTHING, missed: [NO_MEMBER] }, written: false };
    const now = this.clock.now();
    const { draft, missed, chances } = this.balanceParts(giving, { rows, catalogue: this.catalogue(), now });
    const { points = 0, growth = 0, storedValue = 0 } = reward;
    const { redemptions } = coupons;
    const given = { points, growth, storedValue, chances, redemptions, missed: [...coupons.missed, ...missed] };
    const { openings, transfers } = draft;
    const key = namedId('reward', occasion);
    const fingerprint = namedId('reward', memberId, occasion);
    const companions = [...draft.companions, companion(givenWriter, { giving, given })];
    const result = await this.ledger.submit({ key, fingerprint, id: newId(now), openings, transfers }, companions);
    if (!result.applied) {
      return { given: { ...NOTHING, redemptions, missed: [...given.missed, TOO_LARGE] }, written: false };
    }
    if (!result.replayed) return { given, written: true };
    return { given: (await readGiven(this.database.read, [occasion])).get(occasion) ?? given, written: false };
  }

  private async giveCoupons(giving: Giving): Promise<Pick<Given, 'redemptions' | 'missed'>> {
    const { memberId, reward, occasion, reason } = giving;
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
          : await this.redemptions.gift({ memberId, itemKind, itemId, key, source: reason.slice(0, 190) });
      if (isRefusal(coupon)) missed.push(coupon);
      else redemptions.push(coupon.id);
    }
    return { redemptions, missed };
  }

  private itemOf(itemKind: ItemKind, code: Code): Id | undefined {
    const catalogue = this.catalogue();
    return (itemKind === 'BENEFIT' ? catalogue.benefitByCode(code) : catalogue.offerByCode(code))?.id;
  }

  private balanceParts({ memberId, reward }: Giving, judging: Judging) {
    const draft = new ChainDraft();
    const missed: Refusal[] = [];
    const chances: Record<Code, number> = {};
    const earned = new Set<EarnedKind>();
    const amounts = { POINTS: reward.points, GROWTH: reward.growth, STORED_VALUE: reward.storedValue };
    for (const [earns, amount] of Object.entries(amounts) as [EarnedKind, number | undefined][]) {
      if (amount === undefined) continue;
      addCredit(draft, judging, { earns, amount, code: TRANSFER_CODES.REWARD, earnedAt: judging.now });
      earned.add(earns);
    }
    for (const [code, count] of Object.entries(reward.draws ?? {})) {
      const draw = judging.catalogue.drawByCode(code);
      if (!draw) {
        missed.push(refuse('NOT_FOUND', `The program has no draw ${code} any more.`));
        continue;
      }
      const [account, source] = [chanceAccount(memberId, draw.number), chancesGrantedAccount(draw.id)];
      draft.open(account, source);
      draft.move(source, account, count, TRANSFER_CODES.REWARD);
      chances[code] = count;
    }
    addSettlements(draft, judging, earned);
    return { draft, missed, chances };
  }
}
