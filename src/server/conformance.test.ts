// The public audit of GraphQL over HTTP, against the server on a real port.
import { auditServer } from 'graphql-http';
import { type SampleServer, startSample } from '../../test/support/sample-server';

let server: SampleServer;
let url: string;
beforeAll(async () => {
  server = await startSample();
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => server.close());

it('passes all that a server must do, and most of what it should', async () => {
  // The audit asks by GET as a browser form could; ours wants a sign that none did.
  const fetchFn = (input: string, init: RequestInit = {}) =>
    fetch(input, {
      ...init,
      headers: { 'apollo-require-preflight': 'true', ...(init.headers as Record<string, string>) },
    });
  const results = await auditServer({ url: `${url}/graphql`, fetchFn });
  const outcome = (level: string) =>
    results.filter(({ name }) => name.startsWith(level)).map(({ status, name }) => `${status} ${name}`);
  const must = outcome('MUST');
  expect(must.filter((line) => !line.startsWith('ok'))).toEqual([]);
  expect(must).toHaveLength(13);
  expect(outcome('SHOULD').filter((line) => line.startsWith('ok')).length).toBeGreaterThanOrEqual(20);
});
