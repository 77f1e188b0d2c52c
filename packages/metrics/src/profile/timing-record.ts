import { QuantileSketch } from './quantile-sketch.ts';
import type { Taken } from './stretch.ts';

/** Everything that is known of one name. */
export class TimingRecord {
  readonly quantiles = new QuantileSketch();
  calls = 0;
  errors = 0;
  totalMs = 0;
  selfMs = 0;

  add({ totalMs, selfMs }: Taken, outcome: 'ok' | 'error'): void {
    this.calls += 1;
    if (outcome === 'error') this.errors += 1;
    this.totalMs += totalMs;
    this.selfMs += selfMs;
    this.quantiles.add(totalMs);
  }
}
