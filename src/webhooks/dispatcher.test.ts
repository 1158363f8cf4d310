// Delivery to real servers on loopback: at least once, in order per subject, and nobody held up by somebody else.
import { meeting } from '../../test/support/conflict';
import { must } from '../../test/support/house';
import { eachDatabase } from '../../test/support/lanes';
import { meetBefore, TappedDatabase } from '../../test/support/tapped-database';
import { WebhookPost } from '../../test/support/webhook-post';
import { DAY, HOUR, MINUTE, SECOND } from '../kernel/clock';
import { newId } from '../kernel/id';
import { isRefusal } from '../kernel/refusal';
import { appendEvents } from '../partner-port/event.store';
import { DeliverWebhooksJob } from './deliver-webhooks.job';
import { CLAIM_MS } from './dispatcher';
import { ATTEMPTS_MAX, DISABLE_AFTER_MS, RETRY_SCHEDULE_MS } from './webhook';
import { SECRET_OVERLAP_MS } from './webhook-secrets';

eachDatabase((lane) => {
  let post: WebhookPost;
  beforeEach(() => {
    post = new WebhookPost(lane.database);
  });
  afterEach(async () => {
    await post.close();
    expect(post.errors).toEqual([]);
  });

  const subject = () => newId(post.now);

  test('an event arrives signed, with its subject and its data, and once', async () => {
    const { id, receiver } = await post.partner();
    const about = subject();
    const event = post.event(id, about, 'redemption.issued', { offer: 'latte', faceValue: 3_000 });
    await lane.database.transaction((tx) => appendEvents(tx, [event]));
    await post.deliver();
    await post.after(DAY);
    expect(receiver.told).toMatchObject([
      {
        id: `event_${event.id}`,
        headers: { 'content-type': 'application/json' },
        body: {
          type: 'redemption.issued',
          timestamp: new Date(event.happenedAt).toISOString(),
          subject: `redemption_${about}`,
          data: { offer: 'latte', faceValue: 3_000 },
        },
      },
    ]);
    expect(receiver.forged).toEqual([]);
    expect(await post.all(id)).toMatchObject([{ state: 'DELIVERED', attempts: 1, lastStatus: 204 }]);
  });

  test('only what was asked for is told, and nothing without an endpoint', async () => {
    const [picky, deaf] = [await post.partner(['redemption.used']), newId(post.now)];
    await post.append(picky.id, subject(), 'redemption.issued', 'redemption.used');
    await post.append(deaf, subject(), 'redemption.issued');
    await post.deliver();
    expect(receivedTypes(picky.receiver.told)).toEqual(['redemption.used']);
    expect(await post.all(deaf)).toEqual([]);
  });

  test('events of one millisecond come in the order in which things happen', async () => {
    const { id, receiver } = await post.partner();
    const about = Array.from({ length: 10 }, subject);
    const events = about.flatMap((one) => [
      post.event(id, one, 'redemption.used'),
      post.event(id, one, 'redemption.issued'),
    ]);
    await lane.database.transaction((tx) => appendEvents(tx, events));
    await post.deliver();
    const taken = receiver.taken();
    for (const one of about) expect(taken[`redemption_${one}`]).toEqual(['redemption.issued', 'redemption.used']);
  });

  test('a failing event holds up its subject only, and the order of the subject stays', async () => {
    const { id, receiver } = await post.partner();
    const [bad, good] = [subject(), subject()];
    receiver.behave = ({ body }, before) =>
      body.subject.endsWith(bad) && body.type.endsWith('issued') && before < 2 ? 500 : 200;
    const [first] = await post.append(id, bad, 'redemption.issued', 'redemption.used');
    await post.append(id, good, 'redemption.issued', 'redemption.used');
    await post.deliver();
    expect(receiver.taken()).toEqual({ [`redemption_${good}`]: ['redemption.issued', 'redemption.used'] });
    await post.after(5 * SECOND);
    await post.after(5 * MINUTE);
    expect(receiver.taken()[`redemption_${bad}`]).toEqual(['redemption.issued', 'redemption.used']);
    // The same id each time, and the second event was not tried before the first had arrived.
    const ids = receiver.told.filter(({ body }) => body.subject.endsWith(bad)).map((told) => told.id);
    expect(ids.slice(0, 3)).toEqual(Array(3).fill(`event_${first!.id}`));
    expect(new Set(receiver.told.filter((told) => told.id === ids[0]).map(({ text }) => text)).size).toBe(1);
    expect(receiver.forged).toEqual([]);
  });

  test('an endpoint that hangs holds up neither the job nor other partners', async () => {
    const [slow, quick] = [await post.partner(), await post.partner()];
    slow.receiver.behave = () => 'HANG';
    for (let count = 0; count < 20; count += 1) await post.append(slow.id, subject(), 'redemption.issued');
    for (let count = 0; count < 20; count += 1) await post.append(quick.id, subject(), 'redemption.issued');
    while ((await post.job.run()) > 0);
    await quick.receiver.heard(20);
    await slow.receiver.heard(4);
    // Not more at once than one partner is given.
    expect(slow.receiver.told).toHaveLength(4);
    slow.receiver.behave = () => 200;
    slow.receiver.release();
    await post.dispatcher.settled();
  });

  test('a call that takes too long is ended and tried again', async () => {
    const hasty = new WebhookPost(lane.database, { clock: post.clock, callMs: 50 });
    const { id, receiver } = await hasty.partner();
    receiver.behave = (_message, before) => (before === 0 ? 'HANG' : 200);
    await hasty.append(id, subject(), 'redemption.issued');
    await hasty.deliver();
    expect(await hasty.all(id)).toMatchObject([
      { state: 'PENDING', attempts: 1, lastFault: expect.stringContaining('TIMED_OUT') },
    ]);
    await hasty.after(5 * SECOND);
    expect(await hasty.states(id)).toEqual(['DELIVERED']);
    await hasty.close();
  });

  test('after the last attempt it is dead, the next of the subject goes on, and it can be sent again', async () => {
    const { id, receiver } = await post.partner();
    const about = subject();
    receiver.behave = ({ body }) => (body.type === 'redemption.issued' ? 500 : 200);
    const [first] = await post.append(id, about, 'redemption.issued', 'redemption.used');
    await post.deliver();
    expect(await post.service.resend(id, first!.id)).toMatchObject({ code: 'CONFLICT' });
    for (const wait of RETRY_SCHEDULE_MS) {
      await post.after(wait - 1);
      const told = receiver.told.length;
      await post.after(1);
      expect(receiver.told.length).toBeGreaterThan(told);
    }
    expect(receiver.told.filter((told) => told.id === `event_${first!.id}`)).toHaveLength(ATTEMPTS_MAX);
    expect(await post.states(id)).toEqual(['DEAD', 'DELIVERED']);
    const dead = await post.service.deliveries({ partnerId: id, state: 'DEAD', limit: 10 });
    expect(dead).toMatchObject([{ id: first!.id, lastStatus: 500, lastFault: 'The endpoint answered 500.' }]);
    receiver.behave = () => 200;
    expect(must(await post.service.resend(id, first!.id))).toMatchObject({ state: 'PENDING', attempts: 0 });
    expect(await post.service.resend(id, first!.id)).toMatchObject({ state: 'PENDING', attempts: 0 });
    await post.deliver();
    expect(await post.states(id)).toEqual(['DELIVERED', 'DELIVERED']);
  });

  test('410 disables the endpoint; what comes then is dead, and all of it is sent again when asked for', async () => {
    const { id, receiver } = await post.partner();
    receiver.behave = () => 410;
    await post.append(id, subject(), 'redemption.issued');
    await post.deliver();
    const about = subject();
    await post.append(id, about, 'redemption.issued', 'redemption.used');
    await post.deliver();
    expect(receiver.told).toHaveLength(1);
    expect(await post.service.endpointOf(id)).toMatchObject({
      state: 'DISABLED',
      disabledReason: expect.stringContaining('410'),
    });
    expect(await post.states(id)).toEqual(['DEAD', 'DEAD', 'DEAD']);
    expect(await post.service.resendDead(id, 0)).toMatchObject({ code: 'CONFLICT' });
    receiver.behave = () => 200;
    const { secret } = must(await post.service.setEndpoint(id, { url: receiver.url, eventTypes: [] }));
    expect(secret).toBeUndefined();
    expect(await post.service.resendDead(id, post.now + 1)).toEqual({ resent: 0, more: false });
    expect(await post.service.resendDead(id, 0)).toEqual({ resent: 3, more: false });
    await post.deliver();
    expect(await post.states(id)).toEqual(['DELIVERED', 'DELIVERED', 'DELIVERED']);
    expect(receiver.taken()[`redemption_${about}`]).toEqual(['redemption.issued', 'redemption.used']);
  });

  test('an endpoint that fails for days is disabled, with the reason', async () => {
    const { id, receiver } = await post.partner();
    receiver.behave = () => 503;
    for (let passed = 0; passed <= DISABLE_AFTER_MS; passed += DAY) {
      await post.append(id, subject(), 'redemption.issued');
      await post.after(DAY);
    }
    const endpoint = await post.service.endpointOf(id);
    expect(endpoint).toMatchObject({ state: 'DISABLED', disabledReason: expect.stringMatching(/5 days.*503/) });
  });

  test('and one success in between keeps it', async () => {
    const { id, receiver } = await post.partner();
    receiver.behave = () => 503;
    for (let passed = 0; passed <= DISABLE_AFTER_MS; passed += DAY) {
      receiver.behave = () => (passed === 2 * DAY ? 200 : 503);
      await post.append(id, subject(), 'redemption.issued');
      await post.after(DAY);
    }
    expect(await post.service.endpointOf(id)).toMatchObject({ state: 'ACTIVE' });
  });

  test.each([
    ['seconds', '120', 120 * SECOND],
    ['a date', () => new Date(post.now + 90 * SECOND).toUTCString(), 90 * SECOND],
    ['more than an hour, which is too long', '86400', HOUR],
  ])('Retry-After in %s silences the whole endpoint', async (_what, header, wait) => {
    const { id, receiver } = await post.partner();
    post.clock.set(Math.ceil(post.now / SECOND) * SECOND - 1);
    const text = typeof header === 'string' ? header : undefined;
    await post.append(id, subject(), 'redemption.issued');
    receiver.behave = () => ({ status: 429, headers: { 'retry-after': text ?? (header as () => string)() } });
    await post.deliver();
    receiver.behave = () => 200;
    await post.append(id, subject(), 'redemption.issued');
    await post.after(wait - 2);
    expect(receiver.told).toHaveLength(1);
    await post.after(2);
    expect(await post.states(id)).toEqual(['DELIVERED', 'DELIVERED']);
  });

  test('redirects are not followed', async () => {
    const [from, to] = [await post.partner(), await post.partner()];
    from.receiver.behave = () => ({ status: 307, headers: { location: to.receiver.url } });
    await post.append(from.id, subject(), 'redemption.issued');
    await post.deliver();
    expect(to.receiver.told).toEqual([]);
    expect(await post.all(from.id)).toMatchObject([
      { state: 'PENDING', lastFault: expect.stringContaining('redirects are not followed') },
    ]);
  });

  test('both secrets sign while the change runs, then the new one alone', async () => {
    const { id, receiver } = await post.partner();
    const { secret, previousEndsAt } = must(await post.service.rotateSecret(id, 'OUTGOING'));
    expect(previousEndsAt).toBe(post.now + SECRET_OVERLAP_MS);
    const [old] = receiver.secrets;
    const told = async (secrets: readonly string[]) => {
      receiver.secrets = secrets;
      receiver.forged.length = 0;
      await post.append(id, subject(), 'redemption.issued');
      await post.deliver();
      return receiver.forged.length === 0;
    };
    expect([await told([old!]), await told([secret])]).toEqual([true, true]);
    post.clock.advance(SECRET_OVERLAP_MS);
    expect([await told([old!]), await told([secret])]).toEqual([false, true]);
    // Twice in a row: of three, the oldest ends at once.
    const second = must(await post.service.rotateSecret(id, 'OUTGOING'));
    const third = must(await post.service.rotateSecret(id, 'OUTGOING'));
    expect([await told([secret]), await told([second.secret]), await told([third.secret])]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('a secret of another partner or of the other direction does not open', async () => {
    const [one, two] = [await post.partner(), await post.partner()];
    const rows = `FROM webhook_secret WHERE partner_id = ?`;
    const [sealed] = await lane.database.read.arrays(`SELECT sealed ${rows}`, [Buffer.from(one.id, 'hex')]);
    expect(String(sealed![0])).not.toContain(one.receiver.secrets[0]!.slice(6));
    const move = (partner: string) =>
      lane.database.transaction((tx) =>
        tx.run('UPDATE webhook_secret SET sealed = ? WHERE partner_id = ?', [sealed![0]!, Buffer.from(partner, 'hex')]),
      );
    await move(two.id);
    const good = (direction: 'OUTGOING' | 'INCOMING') =>
      post.secrets.good(lane.database.read, { partnerId: two.id, direction }, post.now);
    await expect(good('OUTGOING')).rejects.toThrow();
  });

  test('a removed endpoint is told no more, and a new one gets a new secret', async () => {
    const { id, receiver } = await post.partner();
    await post.append(id, subject(), 'redemption.issued');
    while ((await moveOnly(post)) > 0);
    must(await post.service.removeEndpoint(id));
    expect(await post.service.removeEndpoint(id)).toMatchObject({ code: 'NOT_FOUND' });
    expect(isRefusal(await post.service.rotateSecret(id, 'OUTGOING'))).toBe(true);
    await post.deliver();
    expect(receiver.told).toEqual([]);
    expect(await post.all(id)).toMatchObject([{ state: 'DEAD', lastFault: 'The endpoint was removed.' }]);
    const again = must(await post.service.setEndpoint(id, { url: receiver.url, eventTypes: [] }));
    expect(again.secret).toMatch(/^whsec_/);
    expect(again.secret).not.toBe(receiver.secrets[0]);
  });

  test('an event that commits late, behind younger ones, is not skipped', async () => {
    if (lane.name === 'sqlite') return; // Its transactions are never open side by side.
    const { id, receiver } = await post.partner();
    const about = subject();
    const late = post.event(id, subject(), 'redemption.issued');
    const [inside, behind] = [meeting(2), meeting(2)];
    // Given an older event whose transaction is still open when younger ones are moved and delivered.
    const writing = lane.database.transaction(async (tx) => {
      await appendEvents(tx, [late]);
      await inside();
      await behind();
    });
    await inside();
    await post.append(id, about, 'redemption.issued', 'redemption.used');
    await post.deliver();
    expect(receiver.told).toHaveLength(2);
    // When it commits at last, then it is delivered as well.
    await behind();
    await writing;
    await post.deliver();
    expect(receiver.told.at(-1)).toMatchObject({ id: `event_${late.id}` });
    expect(receiver.told).toHaveLength(3);
  });

  test('two processes at once send each event once, in order', async () => {
    const doors = [lane.database, lane.name === 'mysql' ? await lane.openAnother() : lane.database];
    const pair = doors.map((door) => new WebhookPost(door, { clock: post.clock }));
    const { id, receiver } = await post.partner();
    const about = Array.from({ length: 30 }, subject);
    for (const one of about) await post.append(id, one, 'redemption.issued', 'redemption.used');
    await Promise.all(pair.map((one) => one.deliver()));
    await Promise.all(pair.map((one) => one.deliver()));
    expect(receiver.told).toHaveLength(60);
    for (const types of Object.values(receiver.taken()))
      expect(types).toEqual(['redemption.issued', 'redemption.used']);
    for (const one of pair) {
      expect(one.errors).toEqual([]);
      await one.close();
    }
  });

  test('two processes that take the same events out of the outbox at once move them once', async () => {
    const another = lane.name === 'mysql' ? await lane.openAnother() : lane.database;
    const meet = meeting(lane.name === 'mysql' ? 2 : 1);
    const doors = [lane.database, another].map(
      (door) => new TappedDatabase(door, meetBefore(/INSERT INTO webhook_delivery/, meet)),
    );
    const { id, receiver } = await post.partner();
    const about = subject();
    await post.append(id, about, 'redemption.issued', 'redemption.used');
    const pair = doors.map((door) => new WebhookPost(lane.database, { clock: post.clock, door }));
    await Promise.all(pair.map((one) => one.job.run()));
    await Promise.all(pair.map((one) => one.dispatcher.settled()));
    await post.deliver();
    expect(receiver.taken()).toEqual({ [`redemption_${about}`]: ['redemption.issued', 'redemption.used'] });
    for (const one of pair) await one.close();
  });

  test('stopping waits for nobody for long, and what hung is sent again by the next process', async () => {
    const leaving = new WebhookPost(lane.database, { clock: post.clock, stopGraceMs: 50 });
    const { id, receiver } = await post.partner();
    receiver.behave = (_message, before) => (before === 0 ? 'HANG' : 200);
    await leaving.append(id, subject(), 'redemption.issued');
    while ((await leaving.job.run()) > 0);
    await receiver.heard(1);
    await leaving.dispatcher.stop();
    // Nothing was written down against the endpoint, and nothing more is begun.
    expect(await post.all(id)).toMatchObject([{ state: 'PENDING', attempts: 1, dueAt: post.now + CLAIM_MS }]);
    expect((await post.service.endpointOf(id))?.failingSince).toBeUndefined();
    await leaving.after(CLAIM_MS);
    expect(receiver.told).toHaveLength(1);
    await post.deliver();
    expect(await post.states(id)).toEqual(['DELIVERED']);
  });

  test('what was sent but not written down is sent again, under the same id', async () => {
    let broken = true;
    const door = new TappedDatabase(lane.database, (statement) => {
      if (broken && /SET state = 'DELIVERED'/.test(statement)) throw new Error('the database went away');
    });
    const forgetful = new WebhookPost(lane.database, { clock: post.clock, door });
    const { id, receiver } = await post.partner();
    const about = subject();
    await forgetful.append(id, about, 'redemption.issued', 'redemption.used');
    await forgetful.deliver();
    expect(forgetful.errors).toHaveLength(1);
    broken = false;
    await forgetful.after(CLAIM_MS - 1);
    expect(receiver.told).toHaveLength(1);
    await forgetful.after(1);
    expect(receivedTypes(receiver.told)).toEqual(['redemption.issued', 'redemption.issued', 'redemption.used']);
    expect(receiver.told[0]!.id).toBe(receiver.told[1]!.id);
    await forgetful.close();
  });
});

function receivedTypes(told: readonly { readonly body: { readonly type: string } }[]): string[] {
  return told.map(({ body }) => body.type);
}

/** A pass that moves events and sends nothing. */
function moveOnly(post: WebhookPost): Promise<number> {
  return new DeliverWebhooksJob(post.database, { wake: () => {} }, post.clock).run();
}
