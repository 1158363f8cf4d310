// Partners and staff at one offer at once, in two gateways: one decision holds, and no number is given twice.
import { partnerOf, TestGateway, type Who } from '../support/gateway';
import { programText } from '../support/gateway-program';
import { fresh } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const BREWER = partnerOf('brewer');
const BD: Who = { role: 'BD', subject: 'bea' };
const TERMS = { title: 'Race', kind: 'COUPON', unitCost: 0, faceValue: 1, card: 'NONE' };

interface Shown {
  readonly __typename: 'Offer' | 'Refusal';
  readonly id: string;
  readonly state?: string;
  readonly refusal?: string;
  readonly live?: { readonly number: number } | null;
  readonly open?: { readonly number: number; readonly state: string } | null;
}

eachDatabase((lane) => {
  let gateways: TestGateway[];
  beforeAll(async () => {
    const one = await TestGateway.start({ url: lane.url, program: programText({}) });
    gateways = [one, await TestGateway.start({ url: lane.url, clock: one.clock })];
  });
  afterAll(() => Promise.all(gateways.map((gateway) => gateway.stop())));

  const run = (at: number, who: Who, operation: string, variables: object) =>
    gateways[at % 2]!.run<Shown>(who, operation, variables);
  const waiting = async () => {
    const { id } = await run(0, BREWER, 'create-offer', { input: { ...TERMS, code: fresh('offer') } });
    await run(0, BREWER, 'submit-offer', { offer: id });
    return id;
  };
  const review = (at: number, offer: string, decision: string) =>
    run(at, BD, 'review-offer', { input: { offer, revision: 1, decision, reason: 'As it was seen.' } });
  const eventsOf = async (offer: string) => {
    const rows = await lane.database.read.arrays('SELECT type FROM partner_event WHERE subject_id = ?', [
      Buffer.from(offer.split('_')[1]!, 'hex'),
    ]);
    return rows.map(([type]) => String(type)).sort();
  };
  const outcome = ({ __typename, refusal, state }: Shown) => (__typename === 'Offer' ? state : refusal);

  test('of approvals, rejections and a withdrawal at once, one holds', async () => {
    for (let round = 0; round < 12; round += 1) {
      const offer = await waiting();
      const steps = [
        () => review(round, offer, 'APPROVE'),
        () => review(round + 1, offer, 'REJECT'),
        () => run(round, BREWER, 'withdraw-offer', { offer }),
      ];
      const turned = steps.map((_step, at) => steps[(at + round) % steps.length]!);
      const outcomes = (await Promise.all(turned.map((step) => step()))).map(outcome);
      const done = outcomes.filter((one) => one !== 'CONFLICT');
      expect(done).toHaveLength(1);
      const told = { LIVE: ['offer.approved'], REJECTED: ['offer.rejected'], DRAFT: [] }[done[0]!];
      expect(await eventsOf(offer)).toEqual([...told!, 'offer.submitted']);
    }
  });

  test('offers that are approved at once get numbers of their own, and all of them are live', async () => {
    const offers = await Promise.all(Array.from({ length: 12 }, waiting));
    const answers = await Promise.all(offers.map((offer, at) => review(at, offer, 'APPROVE')));
    expect(answers.map(outcome)).toEqual(offers.map(() => 'LIVE'));
    for (const { gateway } of gateways) {
      const { offers: live } = await gateway.catalogue.refresh();
      const found = live.filter(({ globalId }) => offers.includes(globalId));
      expect(new Set(found.map(({ number }) => number)).size).toBe(offers.length);
    }
  });

  test('one code that is registered many times at once is one offer', async () => {
    const input = { ...TERMS, code: fresh('same') };
    const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => run(at, BREWER, 'create-offer', { input })));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  });

  test('changes at once are one revision each, and the last one holds', async () => {
    const offer = await waiting();
    await review(0, offer, 'APPROVE');
    const changes = Array.from({ length: 6 }, (_, at) => ({ title: `Title ${at}` }));
    const answers = await Promise.all(
      changes.map((change, at) => run(at, BREWER, 'revise-offer', { offer, changes: change })),
    );
    expect(answers.map(outcome)).toEqual(changes.map(() => 'LIVE'));
    const rows = await lane.database.read.arrays(
      'SELECT number, state FROM offer_revision WHERE offer_id = ? ORDER BY number',
      [Buffer.from(offer.split('_')[1]!, 'hex')],
    );
    expect(rows.map(([number, state]) => [Number(number), state])).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((number) => [number, 'APPROVED']),
    );
  });
});
