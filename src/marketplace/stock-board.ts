// Keeps the board of stocks fresh; unlike other jobs it is every process's own, so it runs without a lease.
import type { CatalogueService } from '../program/catalogue.service';
import type { StockService } from './stock.service';

const LOOK_MS = 1_000;

export class StockBoardPoller {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private running = false;

  constructor(
    private readonly stock: Pick<StockService, 'look'>,
    private readonly catalogue: Pick<CatalogueService, 'current'>,
    private readonly log: { error(details: object, message: string): void },
  ) {}

  start(): void {
    this.running = true;
    this.schedule();
  }

  async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    await this.looking;
  }

  private schedule(): void {
    if (!this.running) return;
    this.timer = setTimeout(() => {
      this.looking = this.look().then(() => this.schedule());
    }, LOOK_MS);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    // A failed look leaves the board as it is; `asOf` then tells its age.
    await this.stock.look(this.catalogue.current()).catch((error: unknown) => {
      this.log.error({ err: error }, 'the board of stocks could not be read again');
    });
  }
}
