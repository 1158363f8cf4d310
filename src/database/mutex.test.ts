// The one writer of the embedded database takes its turns in order, and a failure does not stop the queue.
import { Mutex } from './mutex';

test('works run one at a time in the order of arrival', async () => {
  const mutex = new Mutex();
  const events: string[] = [];
  const work = (name: string) =>
    mutex.run(async () => {
      events.push(`${name} begins`);
      await Promise.resolve();
      events.push(`${name} ends`);
      return name;
    });
  expect(await Promise.all([work('first'), work('second')])).toEqual(['first', 'second']);
  expect(events).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

test('a failure reaches its own caller only', async () => {
  const mutex = new Mutex();
  const failing = mutex.run(() => Promise.reject(new Error('mine')));
  const following = mutex.run(() => Promise.resolve('fine'));
  await expect(failing).rejects.toThrow('mine');
  await expect(following).resolves.toBe('fine');
});
