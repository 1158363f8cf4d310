// What each card cost and what is left of its cap, asked of the schema as staff would ask.
import { graphql } from 'graphql';
import type { Gateway } from '../../src/compose/gateway';
import { gatewaySchema } from '../../src/compose/schema';
import type { CheckedFolder } from '../../src/imports/starbucks/check';
import type { RequestContext } from '../../src/request/context';

export interface CardCosts {
  readonly cards: number;
  /** In the minor unit; over all cards. */
  readonly cost: number;
  /** Cards with exactly nothing left. */
  readonly cardsAtCap: number;
  /** Cards of which limit, cost and rest do not add up; there should be none. */
  readonly wrong: number;
}

interface Amount {
  readonly amount: number;
}
interface Shown {
  readonly cards: readonly { readonly costCap: Readonly<Record<'limit' | 'held' | 'posted' | 'remaining', Amount>> }[];
}

const MEMBERS_A_QUERY = 50;

/** One card a member, as the import opens them. */
export async function cardCostsOf(gateway: Gateway, { folder }: CheckedFolder, capCents: number): Promise<CardCosts> {
  const schema = gatewaySchema(gateway);
  const actor = { role: 'AUDITOR', subject: 'replay' } as const;
  const { clock } = gateway;
  const contextValue: RequestContext = { actor, requestId: 'replay', now: clock.now(), clock };
  const sums = { cards: 0, cost: 0, cardsAtCap: 0, wrong: 0 };
  const ask = async (ids: readonly string[]): Promise<void> => {
    const asked = ids.map((id, at) => `m${at}: member(externalId: ${JSON.stringify(id)}) { ...Costs }`);
    const parts = ['limit', 'held', 'posted', 'remaining'].map((part) => `${part} { amount }`).join(' ');
    const source = `{ ${asked.join(' ')} } fragment Costs on Member { cards { costCap { ${parts} } } }`;
    const { data, errors } = await graphql({ schema, source, contextValue });
    if (errors) throw errors[0]!;
    for (const { cards } of Object.values(data as unknown as Record<string, Shown>)) {
      for (const { costCap } of cards) {
        const { limit, held, posted, remaining } = costCap;
        const cost = held.amount + posted.amount;
        sums.cards += 1;
        sums.cost += cost;
        if (remaining.amount === 0) sums.cardsAtCap += 1;
        if (limit.amount !== capCents || cost + remaining.amount !== capCents) sums.wrong += 1;
      }
    }
  };
  let waiting: string[] = [];
  for await (const { value } of folder.profile.records()) {
    waiting.push(value.id);
    if (waiting.length < MEMBERS_A_QUERY) continue;
    await ask(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await ask(waiting);
  return sums;
}
