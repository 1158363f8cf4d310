// Partners are told once that a stock is low, and again only after there was enough in between.
import { StockLowJob } from '../../src/marketplace/stock-low.job';
import { NOON, TestGateway } from '../support/gateway';
import { offer, programText } from '../support/gateway-program';
import { Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';

const programWith = (stock: number) =>
  programText({ offers: [offer('latte', { stock, card: 'NONE', unitCost: 0 }), offer('endless')] });

eachDatabase((lane) => {
  test('once each time that it falls under twenty', async () => {
    const gateway = await TestGateway.start({ url: lane.url, program: programWith(20) });
    const story = new Story(gateway);
    const { stock, catalogue } = gateway.gateway;
    // By itself, since the worker's other jobs would deliver the events and forget them.
    const job = new StockLowJob(lane.database, stock, () => catalogue.current(), gateway.clock);
    const events = async () => {
      await stock.look(catalogue.current());
      await job.run();
      const rows = await lane.database.read.arrays(
        "SELECT partner_id, data, happened_at FROM partner_event WHERE type = 'offer.stock_low' ORDER BY id",
      );
      return rows.map(([partnerId, data, at]) => [(partnerId as Buffer).toString('hex'), data, Number(at)]);
    };
    try {
      const { id: partnerId } = catalogue.current().partnerByCode('brewer')!;
      const told = (left: number, at: number) => [partnerId, JSON.stringify({ offer: 'latte', left }), at];
      // Given twenty, when one is taken, then it is told, and the next one is not.
      expect(await events()).toEqual([]);
      await story.claim(await story.member(), 'latte');
      expect(await events()).toEqual([told(19, NOON)]);
      await story.claim(await story.member(), 'latte');
      expect(await events()).toHaveLength(1);
      // Given more, when they go as well, then it is told once more.
      await story.apply(programWith(22));
      expect(await events()).toHaveLength(1);
      gateway.clock.advance(1_000);
      await story.claim(await story.member(), 'latte');
      expect(await events()).toEqual([told(19, NOON), told(19, NOON + 1_000)]);
    } finally {
      await gateway.stop();
    }
  });
});
