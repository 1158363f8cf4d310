// Forgetting: what was delivered sooner than what is dead, never what is pending, and so much a pass.
import { eachDatabase } from '../../test/support/lanes';
import { WebhookPost } from '../../test/support/webhook-post';
import { DAY } from '../kernel/clock';
import { newId } from '../kernel/id';
import { appendEvents } from '../partner-port/event.store';
import { DeliverWebhooksJob } from './deliver-webhooks.job';
import { PruneWebhooksJob } from './prune-webhooks.job';

eachDatabase((lane) => {
  let post: WebhookPost;
  beforeEach(() => {
    post = new WebhookPost(lane.database);
  });
  afterEach(() => post.close());

  test('a pass is bounded', async () => {
    const job = new PruneWebhooksJob(lane.database, post.clock);
    const { id } = await post.partner();
    const subject = newId(post.now);
    const events = Array.from({ length: 700 }, () => post.event(id, subject, 'redemption.issued'));
    await lane.database.transaction((tx) => appendEvents(tx, events));
    // Moved while it listens, dead because it does so no more.
    while ((await movedBy(post)) > 0);
    await post.service.removeEndpoint(id);
    await post.deliver();
    post.clock.advance(31 * DAY);
    expect([await job.run(), await job.run(), await job.run()]).toEqual([500, 200, 0]);
  });

  test('delivered ones go after a week, dead ones after a month, pending ones never', async () => {
    const job = new PruneWebhooksJob(lane.database, post.clock);
    const { id, receiver } = await post.partner();
    await post.append(id, newId(post.now), 'redemption.issued');
    await post.deliver();
    receiver.behave = () => 410;
    await post.append(id, newId(post.now), 'redemption.issued');
    await post.deliver();
    await post.service.setEndpoint(id, { url: receiver.url, eventTypes: [] });
    receiver.behave = () => 500;
    await post.append(id, newId(post.now), 'redemption.issued');
    await post.deliver();
    const left = async (days: number) => {
      post.clock.advance(days * DAY);
      return [await job.run(), await post.states(id)];
    };
    expect(await left(6)).toEqual([0, ['DELIVERED', 'DEAD', 'PENDING']]);
    expect(await left(2)).toEqual([1, ['DEAD', 'PENDING']]);
    expect(await left(21)).toEqual([0, ['DEAD', 'PENDING']]);
    expect(await left(2)).toEqual([1, ['PENDING']]);
    expect(await left(400)).toEqual([0, ['PENDING']]);
  });
});

function movedBy(post: WebhookPost): Promise<number> {
  return new DeliverWebhooksJob(post.database, { wake: () => {} }, post.clock).run();
}
