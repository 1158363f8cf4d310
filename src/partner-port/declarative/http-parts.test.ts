// No value can change where a request goes or what it is.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { headersOf, linkBelow, urlBelow } from './http-parts';
import { MappingError } from './mapping-error';
import { compilePath } from './template';

const BASE = 'https://tea.example/api';

async function urlWith(value: unknown, template = '/coupons/{value}/use', base = BASE): Promise<string | undefined> {
  try {
    return urlBelow(base, await compilePath(template).evaluate({ value }, 0), {});
  } catch (error) {
    if (error instanceof MappingError) return undefined;
    throw error;
  }
}

describe('a path', () => {
  test.each<[string, string]>([
    ['plain', 'plain'],
    ['//evil.example', '%2F%2Fevil.example'],
    ['@evil.example', '%40evil.example'],
    ['../../admin', '..%2F..%2Fadmin'],
    ['a?b=c#d', 'a%3Fb%3Dc%23d'],
    ['%2e%2e', '%252e%252e'],
    ['..\\..', '..%5C..'],
    ['券', '%E5%88%B8'],
  ])('holds %p as one segment', async (value, written) => {
    expect(await urlWith(value)).toBe(`${BASE}/coupons/${written}/use`);
  });

  test.each([
    ['.'],
    ['..'],
    [''],
    ['a\r\nX-Evil: 1'],
    ['a\u0000'],
    ['\ud800'],
    [{}],
    [['a']],
    [null],
    [true],
    ['x'.repeat(501)],
  ])('cannot hold %j', async (value) => {
    expect(await urlWith(value)).toBeUndefined();
  });

  test.each(['/{value}', '/a{value}b', '/{value}/{value}', '/x/{value}.json'])(
    'of the template %s never leaves the base URL',
    async (template) => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (value) => {
          const url = await urlWith(value, template);
          if (url === undefined) return;
          const { origin, pathname, search, hash, username } = new URL(url);
          expect([origin, search, hash, username]).toEqual(['https://tea.example', '', '', '']);
          expect(pathname.startsWith('/api/')).toBe(true);
          expect(pathname.split('/')).toHaveLength(template.split('/').length + 1);
        }),
        { numRuns: 300 },
      );
    },
  );

  test.each(['/../admin', '/./x', '/a/..'])('cannot climb by itself: %s', (path) => {
    expect(() => urlBelow(BASE, path, {})).toThrow(MappingError);
  });

  test('cannot become a part of the host when the base URL ends without a slash', () => {
    expect(() => urlBelow('https://tea.example', '.evil.example/x', {})).toThrow(MappingError);
    expect(() => urlBelow('https://tea.example', '@evil.example/x', {})).toThrow(MappingError);
    expect(() => urlBelow('https://tea.example', ':8443/x', {})).toThrow(MappingError);
  });
});

describe('a query and headers', () => {
  test('are encoded', () => {
    expect(urlBelow(BASE, '/x', { a: '1&b=2#c', d: ['x', 7, true, null] })).toBe(
      `${BASE}/x?a=1%26b%3D2%23c&d=x&d=7&d=true`,
    );
  });

  test.each(['a\r\nHost: evil.example', 'a\nb', 'a\u0000b', '券', 'x'.repeat(8_001)])(
    'refuse a header of %j',
    (value) => {
      expect(() => headersOf({ 'X-Shop': value })).toThrow(MappingError);
    },
  );

  test('refuse what is no single value', () => {
    expect(() => urlBelow(BASE, '/x', { a: { b: 1 } })).toThrow(MappingError);
    expect(() => headersOf({ a: ['b'] })).toThrow(MappingError);
  });
});

describe("a partner's link", () => {
  test.each([
    ['https://tea.example/api/offers?page=2#top', `${BASE}/offers?page=2`],
    ['/api/offers?page=2', `${BASE}/offers?page=2`],
    ['?page=2', `${BASE}?page=2`],
  ])('is followed below the base URL: %s', (link, url) => {
    expect(linkBelow(BASE, link)).toBe(url);
  });

  test.each([
    'https://evil.example/api/offers',
    '//evil.example/api/',
    'http://tea.example/api/offers',
    'https://tea.example/apix',
    'https://tea.example/api/../admin',
    'https://tea.example/api/%2e%2e/admin',
    'https://tea.example/api/..%2fadmin',
    'https://user@tea.example/api/offers',
    'javascript:alert(1)',
    'https://',
  ])('is refused elsewhere: %s', (link) => {
    expect(() => linkBelow(BASE, link)).toThrow(MappingError);
  });
});
