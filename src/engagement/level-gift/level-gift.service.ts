// The door to gifts of levels: which a member may take, taking one, and giving those that fell due by themselves.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import { MINUTE } from '../../kernel/clock';
import { type Id, namedId } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import { shown } from '../../members/input-checks';
import { type Judging, levelOf } from '../../members/level';
import { insertDueGifts } from '../../members/level/level.store';
import type { MemberRowsStore } from '../../members/member-rows.store';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueLevel } from '../../program/catalogue-item';
import type { LevelGift } from '../../program/level-terms';
import type { Code } from '../../program/program';
import type { Given, RewardGiver } from '../reward/reward';
import { type LevelGiftRow, markGiven, postponeGift, readDueGifts, readGiftsOf } from './level-gift.store';

export type LevelGiftState = 'AVAILABLE' | 'CLAIMED' | 'LOCKED';

export interface MemberLevelGift {
  readonly level: CatalogueLevel;
  readonly gift: LevelGift;
  readonly state: LevelGiftState;
  readonly claimedAt?: number;
}

export interface ClaimedGift {
  readonly gift: MemberLevelGift;
  readonly given: Given;
}

const AGAIN_AFTER = 5 * MINUTE;
const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');

export class LevelGiftService {
  constructor(
    private readonly database: Database,
    private readonly memberRows: MemberRowsStore,
    private readonly rewards: RewardGiver,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** The gifts of all levels, the lowest level first, and how they stand for the member. Authorise before asking. */
  async giftsOf(judging: Judging): Promise<MemberLevelGift[]> {
    const { catalogue, rows } = judging;
    if (catalogue.levels.every(({ gifts }) => gifts.length === 0)) return [];
    const taken = await readGiftsOf(this.database.read, rows.member.id);
    const rank = levelOf(judging)?.rank ?? 0;
    return catalogue.levels.flatMap((level) =>
      level.gifts.map((gift) => {
        const row = taken.find(({ levelId, code }) => levelId === level.id && code === gift.code);
        const open = level.rank <= rank ? 'AVAILABLE' : 'LOCKED';
        return { level, gift, state: row ? 'CLAIMED' : open, claimedAt: row?.givenAt ?? row?.dueAt };
      }),
    );
  }

  /**
   * Takes a gift, once: asked again, it answers what was given. A gift that was taken while the level held is given
   * even when the level falls meanwhile.
   */
  async claim(memberId: Id, level: Code, code: Code): Promise<ClaimedGift | Refusal> {
    const rows = await this.memberRows.load(memberId);
    if (!rows) return NO_MEMBER;
    const judging = { rows, catalogue: this.catalogue(), now: this.clock.now() };
    const found = (await this.giftsOf(judging)).find((one) => one.level.code === level && one.gift.code === code);
    if (!found) {
      return refuse('NOT_FOUND', `The program has no gift ${shown(code)} of a level ${shown(level)}.`, 'gift');
    }
    if (found.state === 'LOCKED') {
      return refuse('NOT_ELIGIBLE', `The gift is for ${found.level.name} and above.`, 'gift');
    }
    if (found.state === 'AVAILABLE') await this.note(judging, found);
    const row = (await readGiftsOf(this.database.read, memberId)).find(
      (one) => one.levelId === found.level.id && one.code === code,
    );
    const given = await this.give(row!);
    return { gift: { ...found, state: 'CLAIMED', claimedAt: row!.givenAt ?? judging.now }, given };
  }

  private async note({ rows, now }: Judging, { level, gift }: MemberLevelGift): Promise<void> {
    const { code, reward } = gift;
    const noted = { memberId: rows.member.id, levelId: level.id, code, reward, dueAt: now };
    await this.database.transaction((tx) => insertDueGifts(tx, [{ ...noted, programVersion: level.version }]));
  }

  /** Gives what is due, the longest first; answers how much it found. One that fails comes again after a while. */
  async giveDue(limit: number): Promise<number> {
    const now = this.clock.now();
    const due = (await readDueGifts(this.database.read, limit)).filter(({ dueAt }) => dueAt <= now);
    const outcomes = await Promise.allSettled(due.map((row) => this.give(row)));
    let failure: PromiseRejectedResult | undefined;
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') continue;
      failure = outcome;
      await this.database.transaction((tx) => postponeGift(tx, due[at]!, now + AGAIN_AFTER));
    }
    if (failure) throw failure.reason;
    return due.length;
  }

  /** The occasion is the gift's own, so that it is given once, whoever gives it how often. */
  private async give(row: LevelGiftRow): Promise<Given> {
    const { memberId, levelId, code, reward } = row;
    const occasion = namedId('level-gift', memberId, levelId, code);
    const level = this.catalogue().level(levelId)?.code ?? '';
    const given = await this.rewards.give({ memberId, reward, occasion, reason: `level ${level}: ${code}` });
    if (row.state === 'DUE') {
      await this.database.transaction((tx) => markGiven(tx, row, this.clock.now()));
    }
    return given;
  }
}
