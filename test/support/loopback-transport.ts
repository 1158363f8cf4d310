// The gateway's own transport, allowed to call servers of the tests on this machine.
import { GuardedTransport } from '../../src/partner-port/guarded-transport';

/** Keeps nothing open once the server that it spoke with is closed. */
export const loopbackTransport = new GuardedTransport({
  policy: { allowHttp: true, allow: new Set(['127.0.0.1']) },
});
