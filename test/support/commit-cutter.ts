// A wire between gateway and MySQL server that is cut at a COMMIT: just before the server has it, or when the server
// has done it but the gateway does not know yet.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

type Cut = 'before' | 'after';

const HEADER_BYTES = 4;
const COM_QUERY = 0x03;

function isCommit(packet: Buffer): boolean {
  return packet[HEADER_BYTES] === COM_QUERY && packet.subarray(HEADER_BYTES + 1).toString() === 'COMMIT';
}

export class CommitCutter {
  /** How many wires were cut. */
  cuts = 0;
  private armed: Cut | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** Of the same database, over this wire. */
    readonly url: string,
  ) {}

  /** Opens a wire to the server that the URL names. */
  static async open(url: string): Promise<CommitCutter> {
    const target = new URL(url);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the wire has no port');
    const own = Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(address.port) });
    const cutter = new CommitCutter(server, own.href);
    server.on('connection', (client) => cutter.join(client, connect(Number(target.port || 3306), target.hostname)));
    return cutter;
  }

  /** The next COMMIT is cut. */
  arm(cut: Cut): void {
    this.armed = cut;
  }

  private join(client: Socket, upstream: Socket): void {
    let silent = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.on('data', (packet) => {
      const cut = isCommit(packet) ? this.armed : undefined;
      if (cut) {
        this.armed = undefined;
        this.cuts += 1;
      }
      if (cut === 'before') return end();
      silent = cut === 'after';
      upstream.write(packet);
    });
    // The answer to a COMMIT that is cut after it tells us only that the server has done it.
    upstream.on('data', (packet) => (silent ? end() : client.write(packet)));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
