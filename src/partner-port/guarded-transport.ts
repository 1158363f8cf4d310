// Sends requests to partners: to public addresses only, within bounds of time and size, following no redirects.
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { type AddressPolicy, addressFault, isAllowedHost, portOf, urlFault } from './address-guard';
import { type Answer, Exchange, ForbiddenAddressError } from './exchange';
import { type ResolveHost, resolveBySystem, resolvePublicHost } from './resolve-host';
import type { NoReply, PartnerRequest, PartnerTransport } from './transport';

export interface TransportOptions {
  readonly policy: AddressPolicy;
  /** From the look-up of the name to the end of the TLS handshake. */
  readonly connectMs?: number;
  /** One whole exchange, should the caller's signal not end it sooner. */
  readonly exchangeMs?: number;
  /** The largest body of an answer. */
  readonly maxBytes?: number;
  /** The largest head of an answer. */
  readonly maxHeaderBytes?: number;
  readonly resolve?: ResolveHost;
}

const CONNECT_MS = 1_000;
const EXCHANGE_MS = 30_000;
const MAX_BYTES = 256 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

/** Headers that say how, or to whom, the request is sent; that is not the connector's to say. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export class GuardedTransport implements PartnerTransport {
  private readonly agent: Agent;
  private readonly policy: AddressPolicy;
  private readonly exchangeMs: number;
  private readonly maxBytes: number;

  constructor(options: TransportOptions) {
    const { policy, connectMs = CONNECT_MS, resolve = resolvePublicHost(connectMs / 4) } = options;
    this.policy = policy;
    this.exchangeMs = options.exchangeMs ?? EXCHANGE_MS;
    this.maxBytes = options.maxBytes ?? MAX_BYTES;
    this.agent = new Agent({
      connect: guardedConnector(policy, connectMs, resolve),
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: options.maxHeaderBytes ?? MAX_HEADER_BYTES,
      headersTimeout: this.exchangeMs,
      bodyTimeout: this.exchangeMs,
    });
  }

  async send(request: PartnerRequest): Promise<Answer> {
    const fault = urlFault(request.url, this.policy);
    if (fault !== undefined) return noReply('FORBIDDEN_ADDRESS', fault);
    if (request.signal.aborted) return noReply('NOT_TRIED', 'The call was over before its request was made.');
    const own = Object.keys(request.headers).find((name) => OWN_HEADERS.has(name.toLowerCase()));
    if (own !== undefined) return noReply('NOT_TRIED', `The request sets the header ${own}; leave it out.`);
    return this.exchange(request, new URL(request.url));
  }

  private async exchange(request: PartnerRequest, url: URL): Promise<Answer> {
    const exchange = new Exchange(url.host, this.maxBytes);
    const timeOut = () => exchange.timeOut();
    const timer = setTimeout(timeOut, this.exchangeMs);
    request.signal.addEventListener('abort', timeOut, { once: true });
    try {
      const { method, body } = request;
      const path = `${url.pathname}${url.search}`;
      this.agent.dispatch({ origin: url.origin, path, method, headers: headersOf(request), body }, exchange);
    } catch (error) {
      exchange.onResponseError(undefined, error as Error);
    }
    const answer = await exchange.answer;
    clearTimeout(timer);
    request.signal.removeEventListener('abort', timeOut);
    return answer;
  }

  /** Breaks off what is in flight and closes the connections. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

function noReply(cause: NoReply['cause'], message: string): NoReply {
  return { kind: 'NO_REPLY', cause, message };
}

/** Answers are asked for uncompressed, so that a small one cannot become a large one. */
function headersOf(request: PartnerRequest): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'perkgate' };
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  headers['accept-encoding'] = 'identity';
  return headers;
}

/**
 * Each connection looks its host up itself, and goes to one of the addresses that were checked: between the check and
 * the connection there is no second look-up that could answer otherwise.
 */
function guardedConnector(policy: AddressPolicy, timeout: number, resolve: ResolveHost): buildConnector.connector {
  const toPublic = buildConnector({ timeout, allowH2: false, lookup: lookupOf(checked(resolve, policy)) });
  const toAllowed = buildConnector({ timeout, allowH2: false, lookup: lookupOf(resolveBySystem) });
  return (options, callback) => {
    const url = new URL(`${options.protocol}//${options.host ?? options.hostname}`);
    const inTime = within(timeout, callback);
    // What is an address already is not looked up; it was judged with its URL.
    const connect = isAllowedHost(url.hostname, portOf(url), policy) ? toAllowed : toPublic;
    connect(options, inTime);
  };
}

/** undici's own time limit, which cleans up the socket, is coarse: it may come a second late. */
function within(milliseconds: number, callback: buildConnector.Callback): buildConnector.Callback {
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    callback(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' }), null);
  }, milliseconds);
  return (...[error, socket]: Parameters<buildConnector.Callback>) => {
    clearTimeout(timer);
    if (over) socket?.destroy();
    else if (error) callback(error, null);
    else callback(null, socket);
  };
}

/** One address that is not public among several makes all of them suspect. */
function checked(resolve: ResolveHost, policy: AddressPolicy): ResolveHost {
  return async (host) => {
    const addresses = await resolve(host);
    for (const address of addresses) {
      const fault = addressFault(address, policy);
      if (fault !== undefined) throw new ForbiddenAddressError(`${host} leads into a network: ${fault}`);
    }
    return addresses;
  };
}

/** As sockets want it: all addresses, or one. */
function lookupOf(resolve: ResolveHost): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        const [first] = found;
        if (!first) return callback(new Error(`${host} has no address`), '', 0);
        return options.all ? callback(null, found) : callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}
