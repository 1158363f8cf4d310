// Work that may wait leaves most of the time to requests: after each pass it rests several times as long as that took.
interface Job {
  readonly name: string;
  run(): Promise<number>;
}

/** A fifth of the time at most. */
const RESTS = 4;

export class PacedJob implements Job {
  private restsUntil = 0;

  constructor(
    private readonly job: Job,
    private readonly ticks: () => number = () => performance.now(),
  ) {}

  get name(): string {
    return this.job.name;
  }

  /** 0 while it rests, as if there were nothing to do. */
  async run(): Promise<number> {
    const begun = this.ticks();
    if (begun < this.restsUntil) return 0;
    const found = await this.job.run();
    const ended = this.ticks();
    this.restsUntil = ended + RESTS * (ended - begun);
    return found;
  }
}
