// Every variable has a default or a demand, and a faulty environment hears about all of its faults at once.
import { type Config, ConfigError, readConfig } from './config';

function faultsOf(env: Record<string, string>): ConfigError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the environment was accepted');
}

const production = {
  JWT_ISSUER: 'https://login.example.com/',
  JWKS_URL: 'https://login.example.com/jwks.json',
  CODE_KEY: Buffer.alloc(32, 7).toString('base64'),
};

it('runs in demo mode on embedded SQLite when nothing is set', () => {
  const config = readConfig({});
  expect(config).toMatchObject({
    mode: 'demo',
    host: '127.0.0.1',
    port: 4000,
    databaseUrl: 'sqlite:data/perkgate.db',
    logLevel: 'info',
    allowUnsafeDurability: false,
    demoKeyFile: 'data/demo-key.json',
  });
  expect(config.limits).toMatchObject({ bodyBytes: 500_000, tokens: 1_000, depth: 12, aliases: 15 });
  expect(config.jwt).toBeUndefined();
});

it('is frozen, its parts included', () => {
  const config = readConfig(production) as { port: number; limits: { depth: number }; jwt: { issuer: string } };
  expect(() => {
    config.port = 1;
  }).toThrow(TypeError);
  expect(() => {
    config.limits.depth = 99;
  }).toThrow(TypeError);
  expect(() => {
    config.jwt.issuer = 'mine';
  }).toThrow(TypeError);
});

it('treats an empty variable as one that is not set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toEqual(readConfig({}));
});

it.each<[string, Record<string, string>, Partial<Config>]>([
  ['a port', { PORT: '0' }, { port: 0 }],
  ['MySQL', { DATABASE_URL: 'mysql://u:p@db:3306/perkgate' }, { databaseUrl: 'mysql://u:p@db:3306/perkgate' }],
  ['MariaDB', { DATABASE_URL: 'mariadb://u:p@db/perkgate' }, { databaseUrl: 'mysql://u:p@db/perkgate' }],
  ['another file', { DATABASE_URL: 'sqlite:/tmp/x.db' }, { databaseUrl: 'sqlite:/tmp/x.db' }],
  ['proxies', { TRUSTED_PROXIES: '10.0.0.7,fd00::/8' }, { trustedProxies: ['10.0.0.7', 'fd00::/8'] }],
  ['hosts of partners', { PARTNER_HOSTS: 'localhost,[::1]:4010' }, { partnerHosts: ['localhost', '[::1]:4010'] }],
  ['an unsafe database', { ALLOW_UNSAFE_DURABILITY: 'true' }, { allowUnsafeDurability: true }],
  [
    'an issuer',
    production,
    { mode: 'production', jwt: { issuer: production.JWT_ISSUER, jwksUrl: production.JWKS_URL, audience: undefined } },
  ],
  ['demo mode in a production image', { NODE_ENV: 'production', PERKGATE_MODE: 'demo' }, { mode: 'demo' }],
])('takes %s', (_name, env, expected) => {
  expect(readConfig(env)).toMatchObject(expected);
});

it.each([
  ['PORT', 'abc'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '1e3'],
  ['PORT', '80.5'],
  ['PORT', '８０'],
  ['PORT', '99999999999999999999'],
  ['LOG_LEVEL', 'loud'],
  ['PERKGATE_MODE', 'prod'],
  ['DATABASE_POOL_SIZE', '0'],
  ['DATABASE_URL', 'postgres://db/x'],
  ['DATABASE_URL', 'sqlite:'],
  ['DATABASE_URL', 'mysql://db'],
  ['ALLOW_UNSAFE_DURABILITY', 'yes'],
  ['LIMIT_QUERY_DEPTH', '0'],
  ['CODE_KEY', 'c2hvcnQ='],
  ['PARTNER_HOSTS', 'http://localhost'],
  ['TRUSTED_PROXIES', 'true'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', '10.0.0.7, 10.0.0.8'],
])('refuses %s=%s, and says what is allowed', (variable, value) => {
  const { faults, message } = faultsOf({ [variable]: value });
  expect(faults).toEqual([{ variable, given: expect.anything(), allowed: expect.stringMatching(/\S/) }]);
  expect(message).toContain(variable);
  expect(message).not.toContain('\n');
});

it('names all faults at once', () => {
  const { faults } = faultsOf({ PORT: 'x', LOG_LEVEL: 'y', PERKGATE_MODE: 'production' });
  expect(faults.map((fault) => fault.variable)).toEqual(['PORT', 'LOG_LEVEL', 'JWT_ISSUER', 'JWKS_URL', 'CODE_KEY']);
});

it('never falls back to demo keys in production', () => {
  expect(faultsOf({ NODE_ENV: 'production' }).faults).toHaveLength(3);
  expect(faultsOf({ JWT_ISSUER: 'x' }).faults.map(({ variable }) => variable)).toEqual(['JWKS_URL', 'CODE_KEY']);
});

it('refuses an issuer that demo mode would ignore', () => {
  const [fault] = faultsOf({ ...production, PERKGATE_MODE: 'demo' }).faults;
  expect(fault).toMatchObject({ variable: 'JWT_ISSUER', given: production.JWT_ISSUER });
});

it.each(['LIMIT_REQUEST', 'LIMIT_QUERY_DEPHT', 'LIMIT_BODY_BYTE', 'LIMIT_'])(
  'refuses %s, which limits nothing',
  (name) => {
    const { faults, message } = faultsOf({ [name]: '12', LIMIT_QUERY_DEPTH: '8' });
    expect(faults).toEqual([
      { variable: name, given: '12', allowed: expect.stringMatching(/LIMIT_BODY_BYTES.*LIMIT_STREAMS/) },
    ]);
    expect(message).not.toContain('\n');
  },
);

it.each([
  ['another program', { LIMITS: '1', MY_LIMIT_X: '1', RATE_LIMIT_DEPTH: '1', DATABASE_HOST: 'db' }],
  ['the name of the deployment', { PERKGATE_IMAGE: 'perkgate:1', PERKGATE_PORT: 'tcp://10.0.0.1:4000' }],
  ['a service beside it', { LIMIT_SERVICE_HOST: '10.0.0.2', LIMIT_PORT: 'tcp://10.0.0.2:80', LIMIT_PORT_80_TCP: 'x' }],
  ['nobody, being empty', { LIMIT_REQUEST: '' }],
])('lets variables of %s be', (_whose, env) => {
  expect(readConfig(env)).toEqual(readConfig({}));
});

it('masks secrets in what it reports', () => {
  const { message } = faultsOf({ DATABASE_URL: 'mysql://root:hunter2@db?ssl=hunter3', CODE_KEY: 'hunter4' });
  expect(message).toContain('mysql://root:***@db');
  expect(message).not.toMatch(/hunter/);
});
