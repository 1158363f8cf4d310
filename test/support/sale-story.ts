// What the stories of presets that sell plans have in common: quotes, purchases, and the answers of sales.
import { readFileSync } from 'node:fs';
import { presetPath } from '../../src/program/presets';
import { SHOP, TestGateway, type Who } from './gateway';
import { fresh, Story } from './gateway-story';

export interface QuoteOfPlan {
  readonly plan: { readonly code: string; readonly advertisedValue: { readonly amount: number } | null };
  readonly open: boolean;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly price: { readonly amount: number };
  readonly priceCode: string;
  readonly renews: string | null;
  readonly suits: boolean;
  readonly wouldHaveSaved: { readonly amount: number } | null;
}

export class SaleStory extends Story {
  static async start(url: string, preset: string): Promise<SaleStory> {
    const program = readFileSync(presetPath(preset), 'utf8');
    return new SaleStory(await TestGateway.start({ url, program }));
  }

  /** What a plan would cost the member now. */
  async quoteOf(who: Who, plan: string): Promise<QuoteOfPlan> {
    const me = await this.gateway.run<{ planQuotes: QuoteOfPlan[] }>(who, 'plan-quotes');
    return me.planQuotes.find((quote) => quote.plan.code === plan)!;
  }

  /** `price code amount`, or the first reason why it is not open. */
  async priceOf(who: Who, plan: string): Promise<string> {
    const { reasons, priceCode, price } = await this.quoteOf(who, plan);
    return reasons[0]?.code ?? `${priceCode} ${price.amount}`;
  }

  /** A purchase so many yuan (or dollars) high, some days ago; answers its order. */
  async buy(who: Who, amount: number, daysAgo = 0): Promise<string> {
    const orderId = fresh('order');
    await this.tell(who, 'PURCHASE', { amount: amount * 100, orderId }, daysAgo);
    return orderId;
  }

  /** A part of an order comes back, or all of it. */
  giveBack(who: Who, orderId: string, amount?: number): Promise<void> {
    return this.tell(who, 'RETURN', { orderId, amount: amount === undefined ? undefined : amount * 100 });
  }

  private async tell(who: Who, type: string, more: object, daysAgo = 0): Promise<void> {
    const occurredAt = new Date(this.gateway.clock.now() - daysAgo * 86_400_000).toISOString();
    const event = { member: who.subject, source: 'shop', eventId: fresh('event'), type, occurredAt, ...more };
    const answer = await this.gateway.run<{ recorded: number }>(SHOP, 'record-events', { events: [event] });
    if (answer.recorded !== 1) throw new Error(`the event was refused: ${JSON.stringify(answer)}`);
  }

  /** Opens, renews or refunds, and answers the code of a refusal as well. */
  async sell(operation: 'open-card' | 'renew-card', input: object): Promise<string> {
    const answer = await this.gateway.run<Record<string, never>>(SHOP, operation, {
      input: { orderId: fresh('order'), ...input },
    });
    const { code, terms } = answer as unknown as {
      code: string;
      terms?: readonly { priceCode: string; price: { amount: number } }[];
    };
    const sold = terms?.at(-1);
    return sold ? `${sold.priceCode} ${sold.price.amount}` : code;
  }

  refund(card: string, more: object = {}) {
    const input = { card, idempotencyKey: fresh('key'), ...more };
    return this.gateway.run<Record<string, unknown>>(SHOP, 'refund-card', { input });
  }

  async points(who: Who): Promise<number> {
    const home = await this.gateway.run<{ points: { balance: number } }>(who, 'member-home');
    return home.points.balance;
  }

  async coupons(who: Who): Promise<string[]> {
    interface Home {
      readonly coupons: { readonly edges: readonly { readonly node: { title: string; status: string } }[] };
    }
    const home = await this.gateway.run<Home>(who, 'member-home', { perks: 1, coupons: 50 });
    return home.coupons.edges.map(({ node }) => `${node.title}: ${node.status}`).toSorted();
  }
}
