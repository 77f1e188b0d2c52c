import { duration, orDefault, positiveInteger, ratio, refuseUnknown, shown } from '../options.ts';
import { LatencyQuantile } from './latency-quantile.ts';

/**
 * After which share of the latencies a call counts as slow. Learned from answers, within 2 %; an attempt that lost or was
 * given up counts as one that would have taken longer than it was waited for.
 */
export interface QuantileDelay {
  /** Above 0 and at most 1; 0.95 hedges about every twentieth call. */
  readonly quantile: number;
  /** @defaultValue 1 */
  readonly minMs?: number;
  /** Also the delay while there are too few samples. */
  readonly maxMs: number;
  /**
   * Answers seen before the quantile is believed.
   * @defaultValue 20
   */
  readonly minimumSamples?: number;
}

/** How long a call may take before it is hedged. */
export interface HedgeDelay {
  /** Milliseconds. */
  next(): number;
  /** An attempt answered after so long. */
  answered(ms: number): void;
  /** An attempt was given up after so long, without an answer. */
  outlasted(ms: number): void;
}

/** @throws TypeError or RangeError for an unknown option or a value out of range. */
export function hedgeDelay(afterMs: number | QuantileDelay): HedgeDelay {
  if (typeof afterMs === 'number') {
    const delayMs = duration('afterMs', afterMs);
    return { next: () => delayMs, answered() {}, outlasted() {} };
  }
  if (typeof afterMs !== 'object' || afterMs === null) {
    throw new TypeError(`afterMs must be milliseconds or { quantile, maxMs }, got ${shown(afterMs)}`);
  }
  refuseUnknown(afterMs, ['quantile', 'minMs', 'maxMs', 'minimumSamples']);
  const latencies = new LatencyQuantile(ratio('quantile', afterMs.quantile));
  const minMs = duration('minMs', orDefault(afterMs.minMs, 1));
  const maxMs = duration('maxMs', afterMs.maxMs);
  if (minMs > maxMs) throw new RangeError(`minMs must be at most maxMs, got ${minMs} and ${maxMs}`);
  const minimumSamples = positiveInteger('minimumSamples', orDefault(afterMs.minimumSamples, 20));
  return {
    next: () => (latencies.samples < minimumSamples ? maxMs : Math.min(maxMs, Math.max(minMs, latencies.value()))),
    answered: (ms) => latencies.answered(ms),
    outlasted: (ms) => latencies.outlasted(ms),
  };
}
