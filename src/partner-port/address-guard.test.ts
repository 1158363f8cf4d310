// What may be called and connected to: public hosts in one plain notation, and nothing inside the network.
import fc from 'fast-check';
import { type AddressPolicy, addressFault, urlFault } from './address-guard';

const POLICY: AddressPolicy = { allowHttp: false, allow: new Set() };
const DEMO: AddressPolicy = { allowHttp: true, allow: new Set(['localhost:4010', '127.0.0.1', '[::1]:4010', 'shop']) };

describe('a URL', () => {
  test.each([
    'https://api.example.com',
    'https://api.example.com/v1/offers?x=1#part',
    'https://API.Example.com/',
    'https://api.example.com:443/',
    'https://api.example.com:8443/v1',
    'https://xn--fsq.com/',
    'https://a_b.example.com/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://api.example.com/a@b',
  ])('may be %s', (url) => {
    expect(urlFault(url, POLICY)).toBeUndefined();
  });

  test.each([
    ['http://api.example.com', 'scheme http; only https is'],
    ['ftp://api.example.com', 'scheme ftp'],
    ['file:///etc/passwd', 'scheme file'],
    ['javascript:alert(1)', 'scheme javascript'],
    ['api.example.com/v1', 'cannot be read'],
    ['https://', 'cannot be read'],
    ['https:api.example.com', 'odd way'],
    ['https:///api.example.com', 'odd way'],
    ['https://user:secret@api.example.com', 'credentials'],
    ['https://@api.example.com', 'credentials'],
    ['https://api.example.com:22/', 'port 22'],
    ['https://api.example.com:0/', 'port 0'],
    ['https://api.example.com:1023/', 'port 1023'],
    ['https://api.example.com:08443/', 'odd way'],
    ['https://api.example.com:/', 'odd way'],
    [`https://api.example.com/${'x'.repeat(2_000)}`, 'at most 2000'],
    [`https://${'a.'.repeat(140)}com/`, 'longer than 253'],
  ])('may not be %s', (url, words) => {
    expect(urlFault(url, POLICY)).toContain(words);
  });

  test.each([
    ['https://2130706433/', 'one decimal number'],
    ['https://0x7f000001/', 'one hexadecimal number'],
    ['https://017700000001/', 'one octal number'],
    ['https://127.1/', 'fewer parts'],
    ['https://0x7f.0.0.1/', 'a hexadecimal part'],
    ['https://0177.0.0.1/', 'an octal part'],
    ['https://127.0.0.1./', 'an address with a dot at its end'],
    ['https://8.8.2056/', 'fewer parts of a public address'],
    ['https://010.8.8.8/', 'an octal part of a public address'],
    ['https://[::ffff:127.0.0.1]/', 'IPv4-mapped'],
    ['https://[::ffff:7f00:1]/', 'IPv4-mapped in hexadecimal'],
    ['https://[::ffff:8.8.8.8]/', 'a public one, IPv4-mapped'],
    ['https://[::127.0.0.1]/', 'IPv4-compatible'],
    ['https://[64:ff9b::7f00:1]/', 'NAT64 of a private address'],
    ['https://[64:ff9b:1::808:808]/', 'local NAT64'],
    ['https://[2002:7f00:1::]/', '6to4'],
    ['https://[2001::1]/', 'Teredo'],
    ['https://[fe80::1%25eth0]/', 'a zone'],
    ['https://[0:0:0:0:0:0:0:1]/', 'loopback in full'],
    ['https://[2606:4700:0:0::1111]/', 'zeros that could be shorter'],
    ['https://api.example.com./', 'a name with a dot at its end'],
    ['https://api%2eexample.com/', 'an encoded dot'],
    ['https://ⓔxample.com/', 'a letter in a circle'],
    ['https://example。com/', 'an ideographic dot'],
    ['https://１２７.0.0.1/', 'wide digits'],
    ['https://пример.example/', 'other letters'],
    ['https://exam\tple.com/', 'a tab'],
    [' https://example.com/', 'a space in front'],
    ['https:\\\\example.com/', 'backslashes'],
    ['https://example.com\\@127.0.0.1/', 'a backslash before the at sign'],
    ['https://exa­mple.com/', 'a soft hyphen'],
    ['https://1.2.3.4.5/', 'five numbers'],
  ])('is refused in the odd notation %s: %s', (url) => {
    expect(urlFault(url, POLICY)).toEqual(expect.any(String));
  });

  test.each([
    'https://localhost/',
    'https://app.localhost/',
    'https://printer.local/',
    'https://metadata.google.internal/',
    'https://router.lan/',
    'https://nas.home.arpa/',
    'https://gateway/',
    'https://127.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
  ])('may not lead inside: %s', (url) => {
    expect(urlFault(url, POLICY)).toEqual(expect.any(String));
  });

  test('may be on the allow-list, with or without its port', () => {
    const urls = ['http://localhost:4010/', 'http://127.0.0.1:99/', 'http://[::1]:4010/', 'https://shop/a'];
    expect(urls.map((url) => urlFault(url, DEMO))).toEqual(urls.map(() => undefined));
    expect(urlFault('http://localhost:4011/', DEMO)).toContain('no public name');
    expect(urlFault('http://[::1]:4011/', DEMO)).toContain('loopback');
    expect(urlFault('http://2130706433:4010/', DEMO)).toContain('odd way');
    expect(urlFault('http://shop/', { ...DEMO, allowHttp: false })).toContain('scheme http');
  });

  test('is refused in words that do not repeat its secrets', () => {
    const urls = ['https://u:hunter2@example.com/', 'https://10.0.0.1/?key=hunter2', 'http://a.example/#hunter2'];
    for (const url of urls) expect(urlFault(url, POLICY)).not.toContain('hunter2');
  });

  test('of any text at all gets an answer', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.webUrl(), fc.ipV4Extended()), (text) => {
        expect(() => urlFault(`https://${text}`, POLICY)).not.toThrow();
      }),
    );
  });

  test('that passes says its host as it is connected to', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4Extended(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.webAuthority(),
    );
    fc.assert(
      fc.property(host, (written) => {
        const url = `https://${written}/`;
        if (urlFault(url, POLICY) !== undefined) return;
        expect(url.toLowerCase().replace(/:443\/$/, '/')).toBe(new URL(url).href);
      }),
      { numRuns: 1_000 },
    );
  });
});

// The registries of special addresses, written down once more and compared number by number.
const IPV4_RANGES = [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24',
  '203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
]
  .join(' ')
  .split(' ')
  .map((range) => {
    const [address, bits] = range.split('/') as [string, string];
    return { first: ipv4Number(address.split('.').map(Number)), size: 2 ** (32 - Number(bits)) };
  });
const IPV6_RANGES: readonly (readonly [bigint, number])[] = [
  [0x2001_0000n << 96n, 23],
  [0x2001_0db8n << 96n, 32],
  [0x2002n << 112n, 16],
  [0x2620_004f_8000n << 80n, 48],
  [0x3fffn << 112n, 20],
];

function ipv4Number(octets: readonly number[]): number {
  return octets.reduce((number, octet) => number * 256 + octet, 0);
}

function isPublic4(octets: readonly number[]): boolean {
  const number = ipv4Number(octets);
  return IPV4_RANGES.every(({ first, size }) => number < first || number >= first + size);
}

function isPublic6(groups: readonly number[]): boolean {
  const number = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
  if (number >> 32n === 0x64_ff9bn << 64n) {
    return isPublic4([24n, 16n, 8n, 0n].map((shift) => Number((number >> shift) & 255n)));
  }
  if (number >> 125n !== 1n) return false;
  return IPV6_RANGES.every(([first, bits]) => number >> BigInt(128 - bits) !== first >> BigInt(128 - bits));
}

describe('an address', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const nearRange = fc
    .tuple(fc.constantFrom(...IPV4_RANGES), fc.constantFrom('first', 'last'), fc.integer({ min: -2, max: 2 }))
    .map(([{ first, size }, edge, by]) => (edge === 'first' ? first : first + size - 1) + by)
    .filter((number) => number >= 0 && number < 2 ** 32)
    .map((number) => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256));

  test('of IPv4 is public as the registry says', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(octet, { minLength: 4, maxLength: 4 }), nearRange), (octets) => {
        expect(addressFault(octets.join('.'), POLICY) === undefined).toBe(isPublic4(octets));
      }),
      { numRuns: 5_000 },
    );
  });

  test('of IPv6 is public as the registry says, whatever it embeds', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const rest = fc.oneof(group, fc.constantFrom(0, 1, 0x7f00, 0x0a00, 0xffff));
    const head = fc.oneof(
      fc.tuple(group, group, group),
      fc.constantFrom([0, 0, 0], [0x64, 0xff9b, 0], [0x64, 0xff9b, 1], [0x2001, 0, 0], [0x2001, 0xdb8, 0]),
      fc.constantFrom([0x2002, 0x7f00, 1], [0x2001, 0x1ff, 9], [0x2001, 0x200, 9], [0x2620, 0x4f, 0x8000]),
      fc.constantFrom([0x3fff, 0xfff, 1], [0x3fff, 0x1000, 1], [0xfe80, 0, 0], [0xfc00, 0, 0], [0xff02, 0, 0]),
    );
    const zeros = fc.constant([0, 0, 0]);
    const middle = fc.oneof(zeros, fc.constant([0, 0, 0xffff]), fc.tuple(rest, rest, rest));
    fc.assert(
      fc.property(head, middle, rest, rest, (first, second, seventh, eighth) => {
        const groups = [...first, ...second, seventh, eighth];
        const text = groups.map((part) => part.toString(16)).join(':');
        expect(addressFault(text, POLICY) === undefined).toBe(isPublic6(groups));
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    'fe80::1%eth0',
    '2606:4700::1111%1',
    '010.8.8.8',
    '8.8',
    '0x8.8.8.8',
    '134744072',
    '',
    'example.com',
    '::g',
  ])('in another notation is refused: %j', (address) => {
    expect(addressFault(address, POLICY)).toContain('in no notation');
  });

  test('is named with its range', () => {
    expect(addressFault('169.254.169.254', POLICY)).toBe('The address 169.254.169.254 is not public: it is linkLocal.');
  });

  test('may be on the allow-list', () => {
    expect(addressFault('127.0.0.1', DEMO)).toBeUndefined();
    expect(addressFault('127.0.0.2', DEMO)).toContain('loopback');
  });
});
