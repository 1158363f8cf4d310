// The document of the standard protocol: its examples fit its own schemas, and what does not fit is told in one line.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { DECLINE_REASONS } from '../connector';
import { PARTNER_EVENT_TYPES } from '../event.store';
import { checkAgainst, isInstant, type ProtocolSchemas, protocolPath } from './protocol';

interface Node {
  readonly example?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Record<string, Node>;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: object;
  readonly webhooks: object;
  readonly components: Record<'schemas' | 'responses' | 'parameters' | 'securitySchemes', Record<string, Node>>;
}

const document = parse(readFileSync(protocolPath(), 'utf8')) as OpenApi;
const { schemas } = document.components;

describe('the document', () => {
  test('is OpenAPI 3.1 whose references all lead somewhere', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(50);
    for (const [, kind, name] of references) {
      expect(Object.keys(document.components[kind as keyof OpenApi['components']])).toContain(name);
    }
  });

  test('names the operations of a connector', () => {
    const names = [...JSON.stringify(document.paths).matchAll(/"operationId":"(\w+)"/g)].map(([, name]) => name);
    const wanted = ['availability', 'issue', 'status', 'cancel', 'catalogue', 'cardStatus'];
    expect(names).toEqual(expect.arrayContaining(wanted));
  });

  test('knows the decline reasons and the events of the gateway, no more and no less', () => {
    expect(schemas.DeclineReason?.enum).toEqual(DECLINE_REASONS);
    const documented = ['RedemptionEvent', 'OfferEvent', 'AlertEvent'];
    const events = documented.flatMap((name) => schemas[name]?.properties?.type?.enum ?? []);
    expect(events).toEqual(PARTNER_EVENT_TYPES);
  });

  test.each(Object.keys(schemas).filter((name) => schemas[name]?.example !== undefined))(
    'has an example of %s that fits it',
    (name) => {
      expect(checkAgainst(name as keyof ProtocolSchemas, schemas[name]?.example)).not.toHaveProperty('fault');
    },
  );
});

describe('a message that does not fit is told with its place', () => {
  const redemption = { redemptionId: '0'.repeat(32), state: 'ISSUED', partnerRef: 'a' };
  test.each<[keyof ProtocolSchemas, unknown, RegExp]>([
    ['Redemption', '<html>', /^the message must be object/],
    ['Redemption', { ...redemption, partnerRef: undefined }, /required property 'partnerRef'/],
    ['Redemption', { ...redemption, state: 'DONE' }, /^state must be .*\(PENDING, DECLINED, ISSUED/],
    ['Redemption', { ...redemption, state: 'DECLINED' }, /required property 'reason'/],
    ['Redemption', { ...redemption, code: ' padded ' }, /^code must match pattern/],
    ['Redemption', { ...redemption, link: 'http://insecure.example' }, /^link must match pattern/],
    ['Redemption', { ...redemption, link: 'https://shop.example@evil.example/' }, /^link must match pattern/],
    ['Redemption', { ...redemption, link: 'https://shop.example\\@evil.example/' }, /^link must match pattern/],
    ['Redemption', { ...redemption, expiresAt: '2026-02-30T00:00:00Z' }, /^expiresAt must match format/],
    ['AvailabilityAnswer', { availability: [{ offerRef: 'a', available: 'yes' }] }, /^availability\/0\/available/],
    ['AvailabilityRequest', { type: 'issue', offerRefs: ['a'] }, /^type must be equal to constant \(availability\)/],
    ['AvailabilityRequest', { type: 'availability', offerRefs: Array(101).fill('a') }, /^offerRefs must NOT have/],
  ])('%s: %j', (name, value, fault) => {
    // As it would arrive: properties that are undefined are not there.
    expect(checkAgainst(name, JSON.parse(JSON.stringify(value)))).toEqual({ fault: expect.stringMatching(fault) });
  });

  test.each(['https://shop.example', 'https://shop.example/c?id=1&who=a@b#top'])('the link %s fits', (link) => {
    expect(checkAgainst('Redemption', { ...redemption, link })).toHaveProperty('value');
  });

  test('properties of tomorrow are let be', () => {
    expect(checkAgainst('Redemption', { ...redemption, colour: 'red' })).toHaveProperty('value');
  });
});

test.each([
  ['2026-11-24T08:00:00Z', true],
  ['2026-11-24T08:00:00.123+08:00', true],
  ['2024-02-29T00:00:00Z', true],
  ['2026-02-29T00:00:00Z', false],
  ['2026-11-24 08:00:00Z', false],
  ['2026-11-24T08:00:00', false],
  ['2026-13-01T00:00:00Z', false],
])('%s is an instant: %s', (text, is) => {
  expect(isInstant(text)).toBe(is);
});
