// The first half of an end: nobody new gets in, and who is connected is served and told to go, so nothing is cut off.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';

/** More than the system lets wait at the door (511), so that a stream of newcomers cannot keep it open for ever. */
const LET_IN_MOST = 1_024;

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
    await this.letIn();
    // Not the HTTP server's own `close`, which closes idle connections at once.
    NetServer.prototype.close.call(this.server);
    await Promise.race([this.emptied, pause(milliseconds, undefined, { ref: false })]);
  }

  /**
   * The system connects callers by itself, and Node takes in one of them at each turn of its loop. Those who still wait
   * when the server stops listening would be reset, and could not know whether their request was done; so it listens
   * until a turn brings nobody.
   */
  private async letIn(): Promise<void> {
    let came = 0;
    const count = () => {
      came += 1;
    };
    this.server.on('connection', count);
    // The first turn may end without a look at the door: it is the one in which the end was asked for.
    await turn();
    for (let before = -1; before < came && came < LET_IN_MOST; await turn()) before = came;
    this.server.off('connection', count);
  }

  /** Cuts off who is idle, and waits for those whose answers are on their way. */
  async end(): Promise<void> {
    if (!this.hasBegun) return;
    this.server.closeIdleConnections();
    await this.emptied;
  }
}
