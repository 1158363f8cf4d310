// Alerts through the whole gateway: raised by the worker, told to the operator and to the partner, seen by both.
import { agreeOn } from '../support/agreement-story';
import { AUDITOR, partnerOf, TestGateway, type Who } from '../support/gateway';
import { offer, plan, programText } from '../support/gateway-program';
import { expectBooksInOrder, Story } from '../support/gateway-story';
import { eachDatabase } from '../support/lanes';
import { BD, PartnerStory } from '../support/partner-story';
import { WebhookReceiver } from '../support/webhook-receiver';

const ADMIN: Who = { role: 'ADMIN', subject: 'adam' };
const BREWER = partnerOf('brewer');
const CINEMA = partnerOf('cinema');
const MINUTE = 60_000;
const PROGRAM = programText({
  plans: [plan('plus')],
  offers: [offer('cup', { funding: 'EXCHANGE', card: 'NONE' }), offer('film', { partner: 'cinema' })],
});

interface Shown {
  readonly kind: string;
  readonly subject: string;
  readonly partner: string | null;
  readonly resolvedAt: string | null;
}

eachDatabase((lane) => {
  let gateway: TestGateway;
  const receivers = { operator: new WebhookReceiver(), partner: new WebhookReceiver() };
  beforeAll(async () => {
    const open = await Promise.all(Object.values(receivers).map((receiver) => receiver.open()));
    const hosts = open.map(({ url }) => new URL(url).host).join(',');
    gateway = await TestGateway.start({ url: lane.url, program: PROGRAM, environment: { PARTNER_HOSTS: hosts } });
  });
  afterAll(async () => {
    await gateway.stop();
    for (const receiver of Object.values(receivers)) await receiver.close();
    await expectBooksInOrder(lane.database);
  });

  const listen = async (as: Who, receiver: WebhookReceiver) => {
    const input = { url: receiver.url, eventTypes: ['alert.raised', 'alert.resolved'] };
    const { secret } = await gateway.run<{ secret: string }>(as, 'set-webhook-endpoint', { input });
    receiver.secrets = [secret];
  };
  const watch = async () => {
    gateway.clock.advance(5 * MINUTE);
    await gateway.settle();
    await gateway.settle();
    await gateway.gateway.dispatcher.settled();
  };
  const alerts = async (as: Who, variables: object = {}) => {
    const { edges } = await gateway.run<{ edges: { node: Shown }[] }>(as, 'alerts', variables);
    return edges.map(({ node }) => node);
  };

  test('a ceiling that is reached is told once to both, and once more when it is over', async () => {
    await listen(ADMIN, receivers.operator);
    await listen(BREWER, receivers.partner);
    expect(await gateway.run(AUDITOR, 'webhook-endpoint')).toMatchObject({ partner: '', url: receivers.operator.url });
    await agreeOn(gateway, 'cup', { ceiling: { per: 'DAY', quantity: 1 } });
    const story = new Story(gateway);
    await story.claim(await story.member(), 'cup');
    await watch();
    await watch();
    for (const receiver of Object.values(receivers)) {
      expect(receiver.forged).toEqual([]);
      const told = receiver.told.map(({ body }) => body);
      expect(told.map(({ type, data }) => `${type} ${String(data.kind)}`).sort()).toEqual([
        'alert.raised CEILING_NEAR',
        'alert.raised CEILING_REACHED',
      ]);
    }
    expect(await alerts(BREWER, { open: true })).toMatchObject([{ partner: 'brewer' }, { partner: 'brewer' }]);
    expect(await alerts(CINEMA)).toEqual([]);
    expect(await alerts(BREWER, { partner: 'cinema' })).toEqual([]);
    expect(await alerts(BD, { partner: 'brewer', kind: 'CEILING_REACHED' })).toMatchObject([{ resolvedAt: null }]);
    gateway.clock.advance(24 * 60 * MINUTE);
    await watch();
    expect((await alerts(BD, { open: true })).map(({ kind }) => kind)).toEqual([]);
    const resolved = receivers.operator.told.map(({ body }) => body.type).slice(2);
    expect(resolved).toEqual(['alert.resolved', 'alert.resolved']);
  });

  test('who may see them, and who sets where the operator listens', async () => {
    const input = { url: 'https://hooks.example.com/operator' };
    for (const who of [BD, AUDITOR])
      await expect(gateway.run(who, 'set-webhook-endpoint', { input })).rejects.toThrow();
    const partners = new PartnerStory(gateway);
    const brand = await partners.approved();
    const key = await partners.createKey(brand.id, ['OFFERS_READ']);
    const { body } = await partners.ask(key.key, '{ alerts { edges { cursor } } }');
    expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});
