// One transport for each patience with connections: partners say how long theirs may take, and most say the same.
import type { AddressPolicy } from '../../partner-port/address-guard';
import { GuardedTransport } from '../../partner-port/guarded-transport';
import type { PartnerTransport } from '../../partner-port/transport';

/** Patience is rounded up to this, so that there are few transports however many partners there are. */
const STEP_MS = 500;

export class TransportPool {
  private readonly transports = new Map<number, GuardedTransport>();

  constructor(private readonly policy: AddressPolicy) {}

  /** The transport that gives up on a connection after `connectMs`, or up to half a second later. */
  of(connectMs: number): PartnerTransport {
    const rounded = Math.ceil(connectMs / STEP_MS) * STEP_MS;
    const known = this.transports.get(rounded);
    if (known) return known;
    const made = new GuardedTransport({ policy: this.policy, connectMs: rounded });
    this.transports.set(rounded, made);
    return made;
  }

  /** Breaks off what is in flight. */
  async close(): Promise<void> {
    await Promise.all([...this.transports.values()].map((transport) => transport.close()));
  }
}
