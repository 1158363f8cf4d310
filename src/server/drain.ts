// The first half of an end: nobody new gets in, and who is connected is served and told to go, so nothing is cut off.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export class Drain {
  private emptied: Promise<unknown> | undefined;

  constructor(private readonly server: Server) {}

  get hasBegun(): boolean {
    return this.emptied !== undefined;
  }

  /**
   * Stops listening, and waits until all connections are gone, but no longer than told. A connection that is closed
   * while it is idle may have the next request on its way, which its sender would see fail; so each is closed by an
   * answer that says so, and only those that ask for nothing meanwhile are cut off later.
   */
  async run(milliseconds: number): Promise<void> {
    if (this.hasBegun || !this.server.listening) return;
    this.emptied = once(this.server, 'close');
    // Not the HTTP server's own `close`, which closes idle connections at once.
    NetServer.prototype.close.call(this.server);
    await Promise.race([this.emptied, pause(milliseconds, undefined, { ref: false })]);
  }

  /** Cuts off who is idle, and waits for those whose answers are on their way. */
  async end(): Promise<void> {
    if (!this.hasBegun) return;
    this.server.closeIdleConnections();
    await this.emptied;
  }
}
