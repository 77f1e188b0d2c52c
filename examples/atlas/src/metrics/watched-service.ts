import type { Clock } from '@xc/core';
import { createMetrics, type Metrics, runtimeMetrics } from '@xc/metrics';
import { trackSlo } from '@xc/metrics/rules';
import { answered } from './objectives.ts';

/** The figures of one service: its metrics, its process, and whether it keeps what it promises. */
export interface WatchedService {
  readonly metrics: Metrics;
  /** One request is over. */
  answer(failed: boolean): void;
  stop(): void;
}

const LOOK_EVERY_MS = 1_000;

/** Watches a service from inside; `alert` hears when the objective is in danger, and when it no longer is. */
export function watchService(clock: Clock, alert: (alert: 'none' | 'ticket' | 'page') => void): WatchedService {
  const metrics = createMetrics();
  const runtime = runtimeMetrics(metrics, { clock });
  const counted = { errors: 0, total: 0 };
  const slo = trackSlo(answered, { read: () => counted, everyMs: LOOK_EVERY_MS, clock });
  let told: 'none' | 'ticket' | 'page' = 'none';
  const timer = clock.every(LOOK_EVERY_MS, () => {
    const { alert: now } = slo.status();
    if (now !== told) alert(now);
    told = now;
  });
  return {
    metrics,
    answer(failed) {
      counted.total += 1;
      if (failed) counted.errors += 1;
    },
    stop() {
      timer.cancel();
      slo.stop();
      runtime.stop();
    },
  };
}
