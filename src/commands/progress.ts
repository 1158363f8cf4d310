// Progress of long work on standard error: a bar for people, nothing when nobody looks.
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  update(step: string, done: number, total: number): void;
  stop(): void;
}

export function progressBar(what: string): Progress {
  if (!process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const format = `${what} {bar} {percentage}% {value}/{total} {step} {eta_formatted}`;
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.shades_classic);
  let started = false;
  return {
    update(step, done, total) {
      if (!started) bar.start(total, done, { step });
      started = true;
      bar.setTotal(total);
      bar.update(done, { step });
    },
    stop: () => bar.stop(),
  };
}
