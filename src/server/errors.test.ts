// Errors as a caller sees them: expected ones as they are, all others masked, and the log knows the rest.
import { type SampleServer, startSample } from '../../test/support/sample-server';
import { describeError } from './logger';

let server: SampleServer;
beforeEach(async () => {
  server = await startSample();
});
afterEach(() => server.close());

// The second and third use run compiled code, whose errors look different inside.
describe.each([1, 2, 3])('at use %d', (use) => {
  const nth = async (query: string) => {
    for (let done = 1; done < use; done += 1) await server.query(query);
    server.log.length = 0;
    return server.post({ query }, { 'x-request-id': 'req-7' });
  };

  it('masks an unexpected error and logs it under the request id', async () => {
    const answer = await nth('query Home { hello crash }');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: { hello: 'world', crash: null },
      errors: [
        {
          message: 'Internal error. Quote the request id when you report it.',
          locations: [{ line: 1, column: 20 }],
          path: ['crash'],
          extensions: { code: 'INTERNAL', requestId: 'req-7' },
        },
      ],
    });
    expect(server.log).toContainEqual(
      expect.objectContaining({
        requestId: 'req-7',
        operationName: 'Home',
        path: 'crash',
        error: expect.objectContaining({
          message: 'SELECT password FROM members failed at 10.0.0.7',
          stack: expect.stringContaining('sample-server'),
        }),
      }),
    );
  });

  it('keeps what an error carries beside its message out of the log', async () => {
    await nth('{ crashLater }');
    expect(JSON.stringify(server.log)).toContain('deep secret');
    expect(JSON.stringify(server.log)).not.toContain('4111-1111');
  });

  it('leaves an expected error as it is, and logs nothing', async () => {
    const answer = await nth('{ expected }');
    expect(answer.body.errors).toEqual([
      {
        message: 'No such thing.',
        locations: [{ line: 1, column: 3 }],
        path: ['expected'],
        extensions: { code: 'NOT_FOUND', hint: 'look elsewhere' },
      },
    ]);
    expect(server.log.filter((line) => Number(line.level) >= 40)).toEqual([]);
  });

  it('calls a dependency that is away UNAVAILABLE, and the whole answer 503 when nothing else is in it', async () => {
    const partial = await nth('{ hello away }');
    expect(partial.status).toBe(200);
    expect(partial.body).toMatchObject({
      data: { hello: 'world', away: null },
      errors: [{ extensions: { code: 'UNAVAILABLE', retryable: true, requestId: 'req-7' } }],
    });
    expect(JSON.stringify(partial.body)).not.toMatch(/ECONN|10\.0/);
    const whole = await nth('{ hello awayEntirely }');
    expect([whole.status, whole.headers['retry-after'], whole.body.data]).toEqual([503, '1', null]);
  });

  it('tells the caller about variables that do not fit', async () => {
    const answer = await server.query('query ($n: Int!) { twice(number: $n) }', undefined, { n: 1.5 });
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(answer.body.errors?.[0]?.message).toMatch(/Variable "\$n" got invalid value 1\.5/);
  });
});

it('echoes a harmless request id, and makes one in place of others', async () => {
  expect((await server.post({ query: '{ hello }' }, { 'x-request-id': 'app.42:A-b_c' })).headers['x-request-id']).toBe(
    'app.42:A-b_c',
  );
  for (const id of ['', 'a b', 'x'.repeat(65), '<script>', 'ü']) {
    const { headers } = await server.post({ query: '{ hello }' }, { 'x-request-id': id });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
});

it('describes errors with their causes, and whatever was thrown in place of one', () => {
  const error = new Error('outer', { cause: Object.assign(new TypeError('inner'), { code: 'E1', sql: 'SELECT 1' }) });
  expect(describeError(error)).toMatchObject({
    type: 'Error',
    message: 'outer',
    cause: { type: 'TypeError', code: 'E1' },
  });
  expect(JSON.stringify(describeError(error))).not.toContain('SELECT');
  expect(describeError('text')).toEqual({ type: 'string', message: 'text' });
});
