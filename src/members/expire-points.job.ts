// One bounded pass over points whose day has come: what is left of their lots is taken away.
import type { PointsService } from './points.service';

const LOTS_A_PASS = 200;

export class ExpirePointsJob {
  readonly name = 'expire-points';

  constructor(private readonly points: PointsService) {}

  /** Answers how many lots it emptied. */
  run(): Promise<number> {
    return this.points.expireDue(LOTS_A_PASS);
  }
}
