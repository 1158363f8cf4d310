// Which URLs partners may give, and which addresses the gateway may connect to: nothing inside its own network.
import { IPv4, IPv6 } from 'ipaddr.js';

export interface AddressPolicy {
  /** Plain http as well as https; for demos and development. */
  readonly allowHttp: boolean;
  /**
   * Hosts that are let be whatever they resolve to and whatever their port: `host` or `host:port`, in lower case as a
   * URL has them, IPv6 in brackets. A plain address allows connections to that address under any name.
   */
  readonly allow: ReadonlySet<string>;
}

const URL_LENGTH_MAX = 2_000;
const HOST_LENGTH_MAX = 253;
const FIRST_FREE_PORT = 1_024;
const LOW_PORTS: readonly number[] = [80, 443];
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
/** Names that mean something inside a network only. */
const INNER_NAMES = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home.arpa', 'onion'];

/** The host of a URL as it is connected to: without the brackets of IPv6. */
function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

export function portOf(url: URL): number {
  return url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port);
}

/** Whether the allow-list names this host, or this port of it. `host` as in a URL. */
export function isAllowedHost(host: string, port: number, policy: AddressPolicy): boolean {
  return policy.allow.has(host) || policy.allow.has(`${host}:${port}`);
}

/**
 * What is wrong with a URL that a partner gives, in words that repeat nothing secret of it; `undefined` when it may be
 * called. What its host resolves to is checked at each connect.
 */
export function urlFault(text: string, policy: AddressPolicy): string | undefined {
  if (text.length > URL_LENGTH_MAX) {
    return `The URL has ${text.length} characters; at most ${URL_LENGTH_MAX} are allowed.`;
  }
  // A URL parser drops tabs and line breaks, and reads other letters and backslashes as something else.
  if (!/^[!-[\]-~]+$/.test(text)) {
    return 'The URL has spaces, backslashes or letters beyond ASCII; encode them, and write the host as xn--….';
  }
  if (!URL.canParse(text)) return 'The URL cannot be read; give one such as https://api.example.com/v1.';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && policy.allowHttp)) {
    const allowed = policy.allowHttp ? 'https and http are' : 'https is';
    return `The URL has the scheme ${url.protocol.slice(0, -1)}; only ${allowed} allowed.`;
  }
  if (url.username !== '' || url.password !== '' || authorityOf(text).includes('@')) {
    return 'The URL holds credentials; leave them out and give them as the authentication of the connector.';
  }
  return (
    notationFault(text, url) ?? (isAllowedHost(url.hostname, portOf(url), policy) ? undefined : hostFault(url, policy))
  );
}

function authorityOf(text: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';
}

/** One host, one notation: what a parser would read as another host than is written is refused. */
function notationFault(text: string, url: URL): string | undefined {
  const written = authorityOf(text).toLowerCase();
  if (written === url.host || written === `${url.hostname}:${portOf(url)}`) return undefined;
  return `The host of the URL is written in an odd way; write it as ${url.host}.`;
}

function hostFault(url: URL, policy: AddressPolicy): string | undefined {
  const host = hostOf(url);
  const port = portOf(url);
  if (port < FIRST_FREE_PORT && !LOW_PORTS.includes(port)) {
    return `The URL has port ${port}; allowed are 443, 80, and ${FIRST_FREE_PORT} and above.`;
  }
  if (isAddress(host)) return addressFault(host, policy);
  if (host.length > HOST_LENGTH_MAX) return `The host of the URL is longer than ${HOST_LENGTH_MAX} characters.`;
  if (!/^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/.test(host)) {
    return `The host ${host} is no public name; give a full one such as api.example.com, without a dot at its end.`;
  }
  if (INNER_NAMES.some((name) => host === name || host.endsWith(`.${name}`))) {
    return `The host ${host} is a name inside of a network; give one that the public can reach.`;
  }
  return undefined;
}

function isAddress(host: string): boolean {
  return IPv4.isValidFourPartDecimal(host) || host.includes(':');
}

/**
 * Why an address must not be connected to; `undefined` when it is public, or allowed by name. Only the usual notations
 * are read: four decimal numbers, or IPv6 without a zone.
 */
export function addressFault(address: string, policy: AddressPolicy): string | undefined {
  if (policy.allow.has(address) || policy.allow.has(`[${address}]`)) return undefined;
  const range = rangeOf(address);
  return range === 'public' ? undefined : `The address ${address} is not public: it is ${range}.`;
}

const GLOBAL_UNICAST = IPv6.parseCIDR('2000::/3');
/** A network without IPv4 of its own reaches public IPv4 hosts under this prefix. */
const NAT64 = IPv6.parseCIDR('64:ff9b::/96');

/** `public`, or the name of the range that it lies in. */
function rangeOf(address: string): string {
  if (IPv4.isValidFourPartDecimal(address)) return wordOf(IPv4.parse(address).range());
  if (address.includes('%') || !IPv6.isValid(address)) return 'in no notation that is accepted';
  const parsed = IPv6.parse(address);
  if (parsed.match(NAT64)) return wordOf(new IPv4(parsed.toByteArray().slice(12)).range());
  const range = parsed.range();
  if (range !== 'unicast') return wordOf(range);
  return parsed.match(GLOBAL_UNICAST) ? 'public' : 'outside of 2000::/3';
}

function wordOf(range: string): string {
  return range === 'unicast' ? 'public' : range;
}
