// The schema as committed: it is what the code makes, all of it has a policy, and the sample operations fit it.
import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { RESOLVERS } from '../src/compose/schema';
import { readConfig } from '../src/config';
import { PolicyCheck } from '../src/identity/policy-check';
import { fieldsWithoutPolicy, visitorsOf } from '../src/identity/policy-map';
import { ANYONE, scopeOf } from '../src/request/policy';
import { limitRules } from '../src/server/limits';
import { schemaOf, schemaText } from '../src/server/schema';

const ROOT = join(__dirname, '..', 'schema');
const OPERATIONS = join(ROOT, 'operations');
const schema: GraphQLSchema = schemaOf(RESOLVERS, new Map());

const HOME = `query MemberHome($perks: Int = 20, $coupons: Int = 5) {
  me {
    id externalId nickname
    level { name rank }
    growth { value nextLevel { name threshold } toNextLevel }
    points { balance }
    cards { id kind status plan { name } term { startsAt endsAt }
      benefits { benefit { name class } quota { period limit used held remaining resetsAt }
        usability { usable reasons { code message } } } }
    perks(first: $perks) { edges { cursor node { id title kind partner { name } faceValue { amount currency }
        pointsPrice remainingForMe validUntil availability { source asOf }
        usability { usable reasons { code message } } } }
        pageInfo { hasNextPage endCursor } }
    coupons(first: $coupons) { edges { node { id title status code expiresAt } } pageInfo { hasNextPage endCursor } }
    savings { thisMonth { amount currency } total { amount currency } cardPrice { amount currency } brokeEvenOn }
  }
}`;

const folded = (text: string) => text.replace(/\s+/g, ' ').trim();

function objectTypes(): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !isIntrospectionType(type)) as never;
}

function eachField(look: (type: GraphQLObjectType, field: GraphQLField<unknown, unknown>) => void): void {
  for (const type of objectTypes()) for (const field of Object.values(type.getFields())) look(type, field);
}

describe('the schema', () => {
  it('is committed as the code makes it', () => {
    expect(readFileSync(join(ROOT, 'schema.graphql'), 'utf8')).toBe(schemaText(schema));
  });

  it('has no field, query or mutation without a policy', () => {
    expect(fieldsWithoutPolicy(schema)).toEqual([]);
  });

  it('lets nobody without a token name anything but the plain types that carry no data of their own', () => {
    const open = new Set<string>();
    eachField((type, field) => {
      if (visitorsOf(type, field)?.some((visitor) => visitor === 'ANONYMOUS')) open.add(type.name);
    });
    // Whoever registers as a partner has no token yet; it sees its application by the secret it was given.
    const registration = ['PartnerApplication', 'PartnerRegistration'];
    expect([...open].sort()).toEqual(['Money', 'Mutation', 'PageInfo', ...registration, 'Query', 'Refusal']);
    const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.values(type?.getFields() ?? {}).map((field) => visitorsOf(type!, field)),
    );
    expect(roots.filter((visitors) => visitors === undefined || visitors.length === ANYONE.length)).toEqual([]);
  });

  it('lets nobody without a token ask for more than to register as a partner', () => {
    const open = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
      Object.values(type.getFields()).filter((field) => visitorsOf(type, field)?.includes('ANONYMOUS')),
    );
    expect(open.map(({ name }) => name).sort()).toEqual(['partnerApplication', 'registerPartner']);
  });

  it('says of each query and mutation that partners may name which scope a key needs for it', () => {
    const unsaid = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
      Object.values(type.getFields()).filter(
        (field) => visitorsOf(type, field)?.includes('PARTNER') && scopeOf(field.extensions) === undefined,
      ),
    );
    expect(unsaid.map(({ name }) => name)).toEqual([]);
  });

  it('shows no member what the operator bears', () => {
    const forMembers: string[] = [];
    eachField((type, field) => {
      if (!/cost|cap\b|budget/i.test(field.name)) return;
      if (visitorsOf(type, field)?.includes('MEMBER')) forMembers.push(`${type.name}.${field.name}`);
    });
    expect(forMembers).toEqual([]);
    expect(visitorsOf(schema.getType('Card') as never, fieldOf('Card', 'costCap'))).not.toContain('PARTNER');
  });

  it('asks for an idempotency key, or an order, in whatever moves something of value', () => {
    const keyless = Object.values(schema.getMutationType()!.getFields()).filter((mutation) => {
      const keys = mutation.args.flatMap(({ name, type }) => {
        const input = schema.getType(String(type).replace(/[[\]!]/g, ''));
        return isInputObjectType(input) ? Object.keys(input.getFields()) : [name];
      });
      return !keys.some((key) => ['idempotencyKey', 'orderId'].includes(key));
    });
    // The same however often they are asked: by the external id, the card, the code, the whole text, the partner, the
    // event, the number of the line or the day; a delivery by its source and id, a statement by the end of its period.
    // A key or secret made twice, because its answer was lost, is harmless: it is seen and revoked.
    expect(keyless.map(({ name }) => name).sort()).toEqual([
      'acceptReferral',
      'answerReconciliationItem',
      'applyProgram',
      'cancelStoredValuePayment',
      'checkIn',
      'claimLevelGift',
      'clearManualLevel',
      'closeAgreement',
      'closeCard',
      'closeFeed',
      'confirmAgreement',
      'createAgreement',
      'createOffer',
      'createPartnerCredential',
      'decideReconciliationItem',
      'disputeDelivery',
      'endOffer',
      'issueStatement',
      'makeUpCheckIn',
      'openFeed',
      'pauseOffer',
      'reconcileFeed',
      'recordDeliveries',
      'recordFeedLines',
      'registerMembers',
      'registerPartner',
      'removePartnerConnector',
      'removeWebhookEndpoint',
      'resendDeadWebhooks',
      'resendWebhook',
      'resolveDispute',
      'resumeOffer',
      'resumePartner',
      'reviewOffer',
      'reviewPartner',
      'reviewPlanApplication',
      'reviseAgreement',
      'reviseOffer',
      'revokePartnerCredential',
      'rotatePartnerCredential',
      'rotateWebhookSecret',
      'setManualLevel',
      'setPartnerConnector',
      'setWebhookEndpoint',
      'signStatement',
      'submitOffer',
      'suspendPartner',
      'testPartnerConnector',
      'withdrawOffer',
    ]);
  });
});

function fieldOf(type: string, field: string) {
  return (schema.getType(type) as GraphQLObjectType).getFields()[field]!;
}

describe('the sample operations', () => {
  const files = readdirSync(OPERATIONS);
  const { limits } = readConfig({});

  it.each(files)('%s is one valid operation within the limits, and some role may run it', (file) => {
    const document = parse(readFileSync(join(OPERATIONS, file), 'utf8'), { maxTokens: limits.tokens });
    expect(
      validate(schema, document, [...specifiedRules, ...limitRules(limits, ['query', 'mutation', 'subscription'])]),
    ).toEqual([]);
    const [operation, ...others] = document.definitions;
    expect([operation?.kind, others]).toEqual(['OperationDefinition', []]);
    const policies = new PolicyCheck(schema);
    const roles = ANYONE.filter((role) => policies.judge(document, operation as never, role).forbidden.length === 0);
    expect(roles).not.toEqual([]);
  });

  it('keep the home screen as front-ends know it', () => {
    expect(folded(readFileSync(join(OPERATIONS, 'member-home.graphql'), 'utf8'))).toBe(folded(HOME));
  });
});
