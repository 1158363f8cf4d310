// How a redemption ends when somebody asks for it or its time is over; the chains of it are made in `endings.ts`.
import type { Database } from '../database/database';
import type { Actor } from '../kernel/actor';
import type { Clock } from '../kernel/clock';
import { type Id, namedId } from '../kernel/id';
import { type Refusal, refuse } from '../kernel/refusal';
import { checkText } from '../members/input-checks';
import { type Ending, type Endings, refusalOf } from './endings';
import { type Redemption, statusAt } from './redemption';
import { dueRedemptions, readRedemption } from './redemption.store';

export interface EndInput {
  readonly redemptionId: Id;
  readonly idempotencyKey: string;
}

/** The name of a request and what it asked for: the same twice is answered the same. */
export interface EndKey {
  readonly key: Id;
  readonly fingerprint: string;
}

/** Who gives coupons back that a partner issued. `undefined`: the redemption has changed; look again. */
export interface PartnerCancels {
  cancel(redemption: Redemption, request: EndKey): Promise<Redemption | Refusal | undefined>;
}

type Plan = (redemption: Redemption) => Promise<Omit<Ending, 'key' | 'fingerprint'>>;

const NOTHING = refuse('NOT_FOUND', 'There is no such redemption.', 'redemption');
const BUSY = refuse('CONFLICT', 'The redemption is being changed by somebody else. Ask again with the same key.');

export class EndRedemptionService {
  constructor(
    private readonly database: Database,
    private readonly endings: Endings,
    private readonly partnerCancels: PartnerCancels,
    private readonly clock: Clock,
  ) {}

  /**
   * Gives back what the claim took. A code from a pool that was handed out stays spent, and so does its cost; a coupon
   * that a partner issued is cancelled there first, and may still be `ISSUED` in the answer while the partner thinks.
   */
  async cancel(actor: Actor, input: EndInput): Promise<Redemption | Refusal> {
    const plan: Plan = async (redemption) => {
      const fault = cancelFault(actor, redemption, this.clock.now());
      return { to: 'CANCELLED', refused: fault, transfers: fault ? [] : await this.endings.giveBack(redemption) };
    };
    return this.end(actor, input, 'cancel', (redemption, request) =>
      redemption.atPartner ? this.partnerCancels.cancel(redemption, request) : this.submit(redemption, request, plan),
    );
  }

  /** The use was confirmed (核销): what was held is posted, and what the member saved is real. */
  async confirmUse(actor: Actor, input: EndInput & { usedAt?: number }): Promise<Redemption | Refusal> {
    const plan: Plan = async (redemption) => {
      const usedAt = input.usedAt ?? this.clock.now();
      const fault = useFault(redemption, usedAt, this.clock.now());
      if (fault) return { to: 'USED', refused: fault, transfers: [] };
      return { to: 'USED', usedAt, ...(await this.endings.use(redemption, usedAt)) };
    };
    const content = String(input.usedAt ?? '');
    return this.end(actor, input, 'use', (redemption, request) => this.submit(redemption, request, plan), content);
  }

  /** One bounded pass over coupons whose time is over; answers how many it ended. */
  async expireDue(limit: number): Promise<number> {
    const due = await dueRedemptions(this.database.read, this.clock.now(), limit);
    const ended = await Promise.all(due.map((redemption) => this.endings.expire(redemption)));
    return ended.filter(Boolean).length;
  }

  /** Ends a coupon whose time is over, before the pass comes to it. */
  expire(redemption: Redemption): Promise<boolean> {
    return this.endings.expire(redemption);
  }

  /** Whether the holds of this chain are a redemption's; its own expiry ends them, at the same instant. */
  async ownsHoldsOf(chain: Id): Promise<boolean> {
    const redemption = await readRedemption(this.database.read, chain);
    if (!redemption) return false;
    if (redemption.status === 'ISSUED' && statusAt(redemption, this.clock.now()) === 'EXPIRED') {
      await this.endings.expire(redemption);
    }
    return true;
  }

  private async end(
    actor: Actor,
    input: EndInput,
    operation: 'cancel' | 'use',
    attempt: (redemption: Redemption, request: EndKey) => Promise<Redemption | Refusal | undefined>,
    content = '',
  ): Promise<Redemption | Refusal> {
    const fault = checkText('idempotencyKey', input.idempotencyKey);
    if (fault) return fault;
    const key = namedId(operation, actor.role, actor.subject, input.idempotencyKey);
    const fingerprint = namedId(input.redemptionId, content);
    // When another step won in between, the next look finds the redemption ended, or a step further, and says so.
    for (let look = 1; look <= LOOKS; look += 1) {
      const redemption = await readRedemption(this.database.read, input.redemptionId);
      if (!redemption || !maySee(actor, redemption)) return NOTHING;
      const answer = await attempt(redemption, { key, fingerprint });
      if (answer) return answer;
    }
    return BUSY;
  }

  private async submit(redemption: Redemption, request: EndKey, plan: Plan): Promise<Redemption | Refusal | undefined> {
    const result = await this.endings.submit(redemption, { ...request, ...(await plan(redemption)) });
    if (!result) return undefined;
    if (!result.applied) return refusalOf(result);
    return (await readRedemption(this.database.read, redemption.id)) ?? NOTHING;
  }
}

const LOOKS = 3;

/** Whose rows: a member its own, a partner those of its offers, the operator's server and staff all. */
export function maySee(actor: Actor, redemption: Redemption): boolean {
  if (actor.role === 'MEMBER') return actor.memberId === redemption.memberId;
  if (actor.role === 'PARTNER') return actor.partnerId !== undefined && actor.partnerId === redemption.partnerId;
  return true;
}

function cancelFault(actor: Actor, redemption: Redemption, now: number): Refusal | undefined {
  const status = statusAt(redemption, now);
  if (status !== 'ISSUED') return refuse('NOT_CANCELLABLE', `The redemption is ${status.toLowerCase()} already.`);
  if (redemption.poolSeq === undefined || actor.role !== 'MEMBER') return undefined;
  return refuse('NOT_CANCELLABLE', 'The code was handed out, so only the operator can cancel this redemption.');
}

function useFault(redemption: Redemption, usedAt: number, now: number): Refusal | undefined {
  if (!Number.isSafeInteger(usedAt) || usedAt > now || usedAt < redemption.claimedAt) {
    return refuse('INVALID_INPUT', 'usedAt is allowed from the time of the claim to now.', 'usedAt');
  }
  const status = statusAt(redemption, now);
  return status === 'ISSUED' ? undefined : refuse('NOT_USABLE', `The coupon is ${status.toLowerCase()}.`);
}
