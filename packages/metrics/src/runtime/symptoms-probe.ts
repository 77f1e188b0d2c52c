import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** How the process is. */
export interface Symptoms {
  /** Event loop utilisation since the reading before, 0 to 1. */
  readonly elu: number;
  /** 99th percentile of the event loop's lag since the reading before, ms. */
  readonly loopP99Ms: number;
  /** Used heap. */
  readonly heapBytes: number;
}

const RESOLUTION_MS = 10;

/** Reads this very process. */
export function processSymptoms(): { read(): Symptoms; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let before = performance.eventLoopUtilization();
  return {
    read() {
      const now = performance.eventLoopUtilization();
      const elu = performance.eventLoopUtilization(now, before).utilization;
      before = now;
      // A histogram without an entry says NaN; the resolution itself is no lag.
      const loopP99Ms = Math.max(0, (delay.percentile(99) || 0) / 1e6 - RESOLUTION_MS);
      delay.reset();
      return { elu, loopP99Ms, heapBytes: process.memoryUsage().heapUsed };
    },
    stop: () => void delay.disable(),
  };
}
