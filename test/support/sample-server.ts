// A small schema with every kind of policy and failure, served by the real server, for the tests of the server room.
import 'reflect-metadata';
import { GraphQLError } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  buildSchemaSync,
  createUnionType,
  Field,
  InputType,
  Int,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  registerEnumType,
} from 'type-graphql';
import { TokenRefusedError } from '../../src/identity/token-refused';
import type { Actor } from '../../src/kernel/actor';
import { ManualClock } from '../../src/kernel/clock';
import { Allow, ANYONE, MEMBERS, SIGNED_IN, STAFF } from '../../src/request/policy';
import { createServer, type GatewayServer, type ServerOptions } from '../../src/server/http';
import { createLogger } from '../../src/server/logger';

/** What the sample's resolvers throw when their imaginary database is away. */
export class AwayError extends Error {}

/** Lets a test hold `Query.slow` open for as long as it likes. */
export class Gate {
  private open: () => void = () => undefined;
  private entered: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
  readonly reached = new Promise<void>((resolve) => {
    this.entered = resolve;
  });
  pass(): Promise<void> {
    this.entered();
    return this.opened;
  }
  release(): void {
    this.open();
  }
}
let gate = new Gate();

export function freshGate(): Gate {
  gate = new Gate();
  return gate;
}

@ObjectType({ simpleResolvers: true })
@Allow(SIGNED_IN)
class Card {
  @Field() id!: string;
  @Field(() => Int) @Allow(STAFF) costCap!: number;
}

@ObjectType({ simpleResolvers: true })
@Allow(SIGNED_IN)
class Person {
  @Field() name!: string;
  @Field(() => [Card]) cards!: Card[];
  @Field(() => Person, { nullable: true }) friend?: unknown;
}

@InterfaceType()
@Allow(ANYONE)
abstract class Named {
  @Field() title!: string;
}

@ObjectType({ implements: Named, simpleResolvers: true })
@Allow(ANYONE)
class OpenThing extends Named {}

@ObjectType({ implements: Named, simpleResolvers: true })
@Allow(STAFF)
class StaffThing extends Named {
  @Field() note!: string;
}

@ObjectType({ simpleResolvers: true })
@Allow(ANYONE)
class Accepted {
  @Field() id!: string;
}

@ObjectType({ simpleResolvers: true })
@Allow(ANYONE)
class Refused {
  @Field() code!: string;
}
const Outcome = createUnionType({ name: 'Outcome', types: () => [Accepted, Refused] as const });
const Stray = createUnionType({
  name: 'Stray',
  types: () => [Accepted, Refused] as const,
  resolveType: () => 'Accepted',
});

/** Its values inside differ from their names outside, which shows whether defaults were coerced. */
enum Kind {
  OLD = 'inner-old',
  NEW = 'inner-new',
}
registerEnumType(Kind, { name: 'Kind' });

@InputType()
class Terms {
  @Field(() => Int, { nullable: true }) count?: number;
  @Field(() => Int, { nullable: true }) @Allow(STAFF) discount?: number;
  @Field(() => Terms, { nullable: true }) inner?: Terms;
}

@ArgsType()
class ListArgs {
  @Field(() => Int, { nullable: true }) first?: number;
  @Field(() => String, { nullable: true }) @Allow(STAFF) tenant?: string;
}

const person = (): Person => {
  const cards = [
    { id: 'c1', costCap: 9083 },
    { id: 'c2', costCap: 1 },
  ];
  return { name: 'Ada', cards, friend: { name: 'Bob', cards: [], friend: null } };
};

@Resolver()
class SampleResolver {
  @Query(() => String) @Allow(ANYONE) hello(): string {
    return 'world';
  }
  @Query(() => Person) @Allow(SIGNED_IN) me(): Person {
    return person();
  }
  @Query(() => String) @Allow(MEMBERS) membersOnly(): string {
    return 'yes';
  }
  @Query(() => String) unpoliced(): string {
    return 'never seen';
  }
  @Query(() => Int) @Allow(ANYONE) offer(@Arg('terms', () => Terms) terms: Terms): number {
    return terms.count ?? terms.inner?.count ?? 0;
  }
  @Query(() => Int) @Allow(ANYONE) list(@Args(() => ListArgs) { first }: ListArgs): number {
    return first ?? 0;
  }
  @Query(() => Int) @Allow(ANYONE) twice(@Arg('number', () => Int) number: number): number {
    return number * 2;
  }
  @Query(() => [String]) @Allow(ANYONE) kinds(@Arg('kinds', () => [Kind]) kinds: Kind[]): string[] {
    return kinds;
  }
  @Query(() => [Named]) @Allow(ANYONE) things(): object[] {
    return [
      { __typename: 'OpenThing', title: 'open' },
      { __typename: 'StaffThing', title: 'closed', note: 'hush' },
    ];
  }
  @Query(() => [Outcome]) @Allow(ANYONE) outcomes(): object[] {
    return [Object.assign(new Accepted(), { id: 'a' }), { __typename: 'Refused', code: 'OUT_OF_STOCK' }];
  }
  @Query(() => Stray, { nullable: true }) @Allow(ANYONE) stray(): object {
    return { id: 'a' };
  }
  @Query(() => String, { nullable: true }) @Allow(ANYONE) crash(): string {
    throw new Error('SELECT password FROM members failed at 10.0.0.7');
  }
  @Query(() => String) @Allow(ANYONE) async crashLater(): Promise<string> {
    await Promise.resolve();
    throw Object.assign(new Error('deep secret'), { parameters: ['4111-1111'] });
  }
  @Query(() => String, { nullable: true }) @Allow(ANYONE) expected(): string {
    throw new GraphQLError('No such thing.', { extensions: { code: 'NOT_FOUND', hint: 'look elsewhere' } });
  }
  @Query(() => String, { nullable: true }) @Allow(ANYONE) away(): string {
    throw new AwayError('connect ECONNREFUSED 10.0.0.7:3306');
  }
  @Query(() => String) @Allow(ANYONE) awayEntirely(): string {
    throw new AwayError('connect ECONNREFUSED 10.0.0.7:3306');
  }
  @Query(() => String) @Allow(ANYONE) missing(): unknown {
    return null;
  }
  @Query(() => Int, { nullable: true }) @Allow(ANYONE) badLeaf(): unknown {
    return 'seven';
  }
  @Query(() => String) @Allow(ANYONE) async slow(): Promise<string> {
    await gate.pass();
    return 'done';
  }
  @Mutation(() => Int) @Allow(ANYONE) add(@Arg('a', () => Int) a: number, @Arg('b', () => Int) b: number): number {
    return a + b;
  }
}

export const sampleSchema = buildSchemaSync({
  resolvers: [SampleResolver],
  orphanedTypes: [OpenThing, StaffThing],
  validate: false,
});

export const SAMPLE_LIMITS = {
  bodyBytes: 100_000,
  tokens: 1_000,
  depth: 12,
  aliases: 15,
  operationsPerDocument: 5,
  operationsAtOnce: 64,
  operationsWaiting: 64,
};

/** Tokens of the sample are the names of roles; `away` fails as an issuer that cannot be reached. */
async function authenticate(token: string): Promise<Actor> {
  if (token === 'member') return { role: 'MEMBER', subject: 'ada', memberId: '0'.repeat(31).concat('1') };
  if (token === 'operations') return { role: 'OPERATIONS', subject: 'olga' };
  if (token === 'away') throw new AwayError('the members are away');
  throw new TokenRefusedError('no token of the sample');
}

export interface SampleServer extends GatewayServer {
  /** Every line that was logged, parsed. */
  readonly log: Array<Record<string, unknown>>;
  post(body: unknown, headers?: Record<string, string>): Promise<SampleAnswer>;
  query(query: string, token?: string, variables?: object): Promise<SampleAnswer>;
}

export interface SampleAnswer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: {
    data?: unknown;
    errors?: Array<{ message: string; path?: unknown; locations?: unknown; extensions: Record<string, unknown> }>;
  };
}

export async function startSample(changes: Partial<ServerOptions> = {}): Promise<SampleServer> {
  const log: Array<Record<string, unknown>> = [];
  const clock = new ManualClock(1_700_000_000_000);
  const server = await createServer({
    schema: sampleSchema,
    limits: SAMPLE_LIMITS,
    production: false,
    logger: createLogger('debug', { write: (line) => log.push(JSON.parse(line)) }),
    authenticate,
    contextFor: (actor, requestId) => ({ actor, requestId, now: clock.now(), clock }),
    readiness: {},
    isUnavailable: (error) => error instanceof AwayError,
    ...changes,
  });
  const post = async (body: unknown, headers: Record<string, string> = {}): Promise<SampleAnswer> => {
    const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const answer = await server.fastify.inject({
      method: 'POST',
      url: '/graphql',
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
  };
  const query = (text: string, token?: string, variables?: object): Promise<SampleAnswer> =>
    post({ query: text, variables }, token === undefined ? {} : { authorization: `Bearer ${token}` });
  return { ...server, log, post, query };
}
