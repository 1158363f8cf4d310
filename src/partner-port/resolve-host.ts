// Turns the name of a host into its addresses, without letting one partner's dead name server hold up anything else.
import { lookup, Resolver } from 'node:dns/promises';

export type ResolveHost = (host: string) => Promise<readonly string[]>;

/**
 * Asks the name servers of the system directly. The system's own look-up would occupy one of the few threads that
 * files and the embedded database wait for as well. Each name server has `timeoutMs` to answer, once. `servers`: others
 * than the system's, as `address:port`.
 */
export function resolvePublicHost(timeoutMs: number, servers?: readonly string[]): ResolveHost {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  if (servers) resolver.setServers(servers);
  return async (host) => {
    const families = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = families.flatMap((family) => (family.status === 'fulfilled' ? family.value : []));
    const [first] = families;
    if (addresses.length === 0 && first.status === 'rejected') throw first.reason;
    return addresses;
  };
}

/** The system's look-up, which knows the names of this machine; for hosts of the allow-list. */
export const resolveBySystem: ResolveHost = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};
