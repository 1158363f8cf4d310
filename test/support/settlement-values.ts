// Deliveries and statements of two partners, for the test of tenancy.
import type { TestGateway } from './gateway';
import { deliveredUnder, disputedUnder, issuedUnder, type Settled, settledWith } from './settlement-story';

const NEVER = 'f'.repeat(32);

/** What A gives of B's, of nobody's, of another kind, and of its own. */
export async function settlementValues(gateway: TestGateway, partners: { readonly A: string; readonly B: string }) {
  const [ofA, ofB] = [await settledWith(gateway, partners.A), await settledWith(gateway, partners.B)];
  const id = (global: string) => global.split('_')[1]!;
  const cursor = (scope: string, key: string) => Buffer.from(`${scope}:${key}`).toString('base64url');
  const beside = (of: string) => of.slice(0, 18) + 'f'.repeat(12) + of.slice(30);
  const delivery = await deliveredUnder(gateway, ofB, true);
  const disputed = await disputedUnder(gateway, ofB, true);
  const statement = await issuedUnder(gateway, ofB);
  const own = await issuedUnder(gateway, ofA);
  const lineCursor = (of: string) => cursor('statement-line', `0 ${of} 1`);
  const listed = (scope: string, of: string) => ({
    foreign: cursor(scope, id(of)),
    unknown: cursor(scope, beside(id(of))),
    wrong: [cursor('redemption', id(of)), of],
    own: () => cursor(scope, NEVER),
  });
  const named = (type: string, foreign: string, make: () => Promise<string> | string) => ({
    foreign,
    unknown: `${type}_${NEVER}`,
    wrong: [`redemption_${id(foreign)}`, `offer_${id(foreign)}`, id(foreign)],
    own: make,
  });
  const inForce = (settled: Settled) => settled.agreement;
  return {
    AGREEMENT_IN_FORCE: named('agreement', inForce(ofB), () => inForce(ofA)),
    DELIVERY: named('delivery', delivery, () => deliveredUnder(gateway, ofA, true)),
    DISPUTED_DELIVERY: named('delivery', disputed, () => disputedUnder(gateway, ofA, true)),
    STATEMENT: named('statement', statement.id, () => own.id),
    DELIVERY_CURSOR: listed('delivery', delivery),
    ADJUSTMENT_CURSOR: listed('adjustment', delivery),
    STATEMENT_CURSOR: listed('statement', statement.id),
    LINE_CURSOR: {
      foreign: lineCursor(id(statement.id)),
      unknown: lineCursor(NEVER),
      wrong: [cursor('statement', id(statement.id)), statement.id],
      own: () => lineCursor('0'.repeat(32)),
    },
  };
}
