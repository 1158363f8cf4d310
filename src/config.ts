// The environment as one frozen, typed, checked object. The only reader of `process.env`.
import { isIP } from 'node:net';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

export type Mode = 'demo' | 'production';

export interface Limits {
  readonly bodyBytes: number;
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly operationsPerDocument: number;
  /** Operations executing at once, and how many may wait for their turn before a request is turned away. */
  readonly operationsAtOnce: number;
  readonly operationsWaiting: number;
  /** Subscriptions that are served at once. */
  readonly streamsAtOnce: number;
}

export interface JwtSettings {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience?: string;
}

export interface Config {
  readonly mode: Mode;
  readonly host: string;
  readonly port: number;
  /** Addresses and networks of reverse proxies, whose word counts for where a request came from. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  readonly allowUnsafeDurability: boolean;
  /** Present in production mode. */
  readonly jwt?: JwtSettings;
  /** Where demo mode keeps the key that signs its tokens. */
  readonly demoKeyFile: string;
  /** 32 bytes as base64; when absent (demo mode only), a key is kept in `codeKeyFile`. */
  readonly codeKey?: string;
  readonly codeKeyFile: string;
  /** Hosts of partners that may be called wherever they are, as `host` or `host:port`; for development. */
  readonly partnerHosts: readonly string[];
  /** How long a redemption waits for its partner before it is answered as it stands. */
  readonly redeemWaitMs: number;
  readonly limits: Limits;
}

export interface ConfigFault {
  readonly variable: string;
  /** As given, secrets masked; `undefined` when the variable was not set. */
  readonly given: string | undefined;
  readonly allowed: string;
}

/** Names every faulty variable at once; the message is one line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly faults: readonly ConfigFault[]) {
    const sentences = faults.map(({ variable, given, allowed }) => {
      const state = given === undefined ? 'is not set' : `is ${JSON.stringify(given)}`;
      return `${variable} ${state} (allowed: ${allowed})`;
    });
    super(`The configuration is faulty: ${sentences.join('; ')}`);
  }
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface Variable<Value> {
  readonly schema: z.ZodType<Value, string | undefined>;
  readonly allowed: string;
  readonly secret?: boolean;
}

function wholeNumber(least: number, most: number, byDefault: number): Variable<number> {
  const schema = z
    .string()
    .regex(/^[0-9]{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most));
  return { schema: schema.optional().default(byDefault), allowed: `a whole number from ${least} to ${most}` };
}

function oneOf<const Names extends readonly [string, ...string[]]>(names: Names): Variable<Names[number] | undefined> {
  return { schema: z.enum(names).optional(), allowed: `one of ${names.join(', ')}` };
}

function text(byDefault: string, allowed: string): Variable<string> {
  return { schema: z.string().min(1).max(4096).optional().default(byDefault), allowed };
}

function httpUrl(allowed: string): Variable<string | undefined> {
  return {
    schema: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .optional(),
    allowed,
  };
}

const is32Bytes = (base64: string) => /^[A-Za-z0-9+/]{43}=$/.test(base64);

/** `10.0.0.7`, `10.0.0.0/8`, `::1`, `fd00::/8` */
function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits === undefined ? most > 0 : /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

function parts(list: string): readonly string[] {
  return Object.freeze(list.split(',').filter((part) => part !== ''));
}

function isDatabaseUrl(url: string): boolean {
  if (/^sqlite:./.test(url)) return true;
  return /^(mysql|mariadb):/.test(url) && URL.canParse(url) && /^\/[^/]+$/.test(new URL(url).pathname);
}

const VARIABLES = {
  PERKGATE_MODE: oneOf(['demo', 'production']),
  NODE_ENV: oneOf(['development', 'test', 'production']),
  HOST: text('127.0.0.1', 'an address or host name to listen on'),
  PORT: wholeNumber(0, 65_535, 4000),
  TRUSTED_PROXIES: {
    schema: z
      .string()
      .max(4096)
      .refine((list) => list.split(',').every(isNetwork))
      .optional(),
    allowed: 'addresses or networks of reverse proxies, such as 10.0.0.7 or 10.0.0.0/8, with commas between',
  },
  LOG_LEVEL: oneOf(LOG_LEVELS),
  DATABASE_URL: {
    schema: z.string().refine(isDatabaseUrl).optional().default('sqlite:data/perkgate.db'),
    allowed: 'sqlite:PATH, mysql://USER:PASSWORD@HOST:PORT/NAME or mariadb://USER:PASSWORD@HOST:PORT/NAME',
    secret: true,
  },
  DATABASE_POOL_SIZE: wholeNumber(1, 200, 10),
  ALLOW_UNSAFE_DURABILITY: oneOf(['true', 'false']),
  JWT_ISSUER: { schema: z.string().min(1).max(2048).optional(), allowed: 'the `iss` claim of the tokens to accept' },
  JWKS_URL: httpUrl("the http(s) URL of the issuer's JSON Web Key Set"),
  JWT_AUDIENCE: { schema: z.string().min(1).max(2048).optional(), allowed: 'the `aud` claim to ask for, or nothing' },
  DEMO_KEY_FILE: text('data/demo-key.json', 'a file name'),
  CODE_KEY: {
    schema: z.string().refine(is32Bytes).optional(),
    allowed: '32 random bytes in base64 (44 characters), as `openssl rand -base64 32` prints them',
    secret: true,
  },
  CODE_KEY_FILE: text('data/code-key.txt', 'a file name'),
  PARTNER_HOSTS: {
    schema: z
      .string()
      .regex(/^[a-z0-9.:[\]_-]+(,[a-z0-9.:[\]_-]+)*$/)
      .max(4096)
      .optional()
      .default(''),
    allowed: 'hosts that partners may have inside the network, as host or host:port in lower case, with commas between',
  },
  REDEEM_WAIT_MS: wholeNumber(0, 10_000, 2_000),
  LIMIT_BODY_BYTES: wholeNumber(1_000, 10_000_000, 500_000),
  LIMIT_QUERY_TOKENS: wholeNumber(100, 100_000, 1_000),
  LIMIT_QUERY_DEPTH: wholeNumber(1, 50, 12),
  LIMIT_QUERY_ALIASES: wholeNumber(0, 1_000, 15),
  LIMIT_OPERATIONS_AT_ONCE: wholeNumber(1, 10_000, 256),
  LIMIT_OPERATIONS_WAITING: wholeNumber(0, 100_000, 1_024),
  LIMIT_STREAMS_AT_ONCE: wholeNumber(0, 10_000, 500),
} satisfies Record<string, Variable<unknown>>;

type Name = keyof typeof VARIABLES;
type Values = { [Key in Name]: z.output<(typeof VARIABLES)[Key]['schema']> };

/** `mysql://user:***@host/name`, and nothing at all of what does not look like a URL. */
function masked(value: string): string {
  if (!URL.canParse(value) || value.startsWith('sqlite:')) return value.startsWith('sqlite:') ? value : '***';
  const url = new URL(value);
  if (url.password !== '') url.password = '***';
  url.search = '';
  return url.toString();
}

// An empty variable is an unset one: compose files and shells cannot easily tell the two apart.
function givenValue(env: Environment, name: Name): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function faultOf(env: Environment, name: Name, allowed: string): ConfigFault {
  const given = givenValue(env, name);
  const variable: Variable<unknown> = VARIABLES[name];
  return { variable: name, given: given !== undefined && variable.secret ? masked(given) : given, allowed };
}

function readValues(env: Environment): { values: Values; faults: ConfigFault[] } {
  const values: Partial<Record<Name, unknown>> = {};
  const faults: ConfigFault[] = [];
  for (const name of Object.keys(VARIABLES) as Name[]) {
    const outcome = VARIABLES[name].schema.safeParse(givenValue(env, name));
    if (outcome.success) values[name] = outcome.data;
    else faults.push(faultOf(env, name, VARIABLES[name].allowed));
  }
  return { values: values as Values, faults };
}

const LIMITS = Object.keys(VARIABLES).filter((name) => name.startsWith('LIMIT_'));
/** What Kubernetes sets in every container for a service whose name happens to begin with `limit`. */
const OF_A_SERVICE = /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?$/;

/**
 * A limit with a slip in its name would limit nothing. Only this prefix is looked at: `PERKGATE_…` is also what people
 * call variables of their deployment, and whatever else stands in the environment belongs to somebody else.
 */
function unknownLimits(env: Environment): ConfigFault[] {
  const allowed = `nothing; the limits are ${LIMITS.join(', ')}`;
  return Object.keys(env)
    .filter((name) => name.startsWith('LIMIT_') && !LIMITS.includes(name) && !OF_A_SERVICE.test(name))
    .map((variable) => ({ variable, given: env[variable]?.trim(), allowed }))
    .filter(({ given }) => given !== undefined && given !== '');
}

/** A process that says it is in production never falls back to demo keys because a variable was forgotten. */
function modeOf(values: Values): Mode {
  if (values.PERKGATE_MODE) return values.PERKGATE_MODE;
  return values.NODE_ENV === 'production' || values.JWT_ISSUER || values.JWKS_URL ? 'production' : 'demo';
}

function crossFaults(env: Environment, mode: Mode): ConfigFault[] {
  const given = (name: Name) => givenValue(env, name) !== undefined;
  if (mode === 'demo') {
    return (['JWT_ISSUER', 'JWKS_URL', 'JWT_AUDIENCE'] as const)
      .filter(given)
      .map((name) =>
        faultOf(
          env,
          name,
          'nothing in demo mode, which signs its own tokens; unset it or set PERKGATE_MODE=production',
        ),
      );
  }
  return (['JWT_ISSUER', 'JWKS_URL', 'CODE_KEY'] as const)
    .filter((name) => !given(name))
    .map((name) =>
      faultOf(env, name, `${VARIABLES[name].allowed}; required in production mode (PERKGATE_MODE=demo does without)`),
    );
}

function limitsOf(values: Values): Limits {
  return Object.freeze({
    bodyBytes: values.LIMIT_BODY_BYTES,
    tokens: values.LIMIT_QUERY_TOKENS,
    depth: values.LIMIT_QUERY_DEPTH,
    aliases: values.LIMIT_QUERY_ALIASES,
    operationsPerDocument: 5,
    operationsAtOnce: values.LIMIT_OPERATIONS_AT_ONCE,
    operationsWaiting: values.LIMIT_OPERATIONS_WAITING,
    streamsAtOnce: values.LIMIT_STREAMS_AT_ONCE,
  });
}

function jwtOf(values: Values, mode: Mode): JwtSettings | undefined {
  if (mode === 'demo' || !values.JWT_ISSUER || !values.JWKS_URL) return undefined;
  return Object.freeze({ issuer: values.JWT_ISSUER, jwksUrl: values.JWKS_URL, audience: values.JWT_AUDIENCE });
}

/** Throws ConfigError naming every variable at fault. */
export function readConfig(env: Environment): Config {
  const { values, faults } = readValues(env);
  const mode = modeOf(values);
  const all = [...faults, ...unknownLimits(env), ...crossFaults(env, mode)];
  if (all.length > 0) throw new ConfigError(all);
  return Object.freeze({
    mode,
    host: values.HOST,
    port: values.PORT,
    trustedProxies: parts(values.TRUSTED_PROXIES ?? ''),
    logLevel: values.LOG_LEVEL ?? 'info',
    databaseUrl: values.DATABASE_URL.replace(/^mariadb:/, 'mysql:'),
    databasePoolSize: values.DATABASE_POOL_SIZE,
    allowUnsafeDurability: values.ALLOW_UNSAFE_DURABILITY === 'true',
    jwt: jwtOf(values, mode),
    demoKeyFile: values.DEMO_KEY_FILE,
    codeKey: values.CODE_KEY,
    codeKeyFile: values.CODE_KEY_FILE,
    partnerHosts: parts(values.PARTNER_HOSTS),
    redeemWaitMs: values.REDEEM_WAIT_MS,
    limits: limitsOf(values),
  });
}

/** The configuration of this process. */
export function loadConfig(): Config {
  return readConfig(process.env);
}
