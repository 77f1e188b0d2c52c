import type { Clock } from '@xc/core';
import { percentile } from '../statistics/percentile.ts';

export interface Finished {
  readonly latencyMs: number;
  readonly status: number;
  readonly stale: boolean;
}

/** What the status page says about the last seconds. */
export interface RecentFigures {
  readonly perSecond: number;
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly errorRate: number;
  readonly staleRate: number;
}

/** Remembers the requests of the last ten seconds. */
export class RecentRequests {
  static readonly windowMs = 10_000;
  readonly #clock: Clock;
  #requests: (Finished & { at: number })[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(request: Finished): void {
    this.#requests.push({ ...request, at: this.#clock.monotonic() });
    // Cleaned now and then only: what is too old is filtered again before it is counted.
    if (this.#requests.length % 1_000 === 0) this.#requests = this.#live();
  }

  figures(): RecentFigures {
    const live = this.#live();
    const latencies = live.map(({ latencyMs }) => latencyMs);
    const share = (of: (request: Finished) => boolean) => live.filter(of).length / Math.max(1, live.length);
    return {
      perSecond: live.length / (RecentRequests.windowMs / 1_000),
      p50Ms: percentile(latencies, 0.5),
      p95Ms: percentile(latencies, 0.95),
      errorRate: share(({ status }) => status >= 500),
      staleRate: share(({ stale }) => stale),
    };
  }

  #live(): (Finished & { at: number })[] {
    const since = this.#clock.monotonic() - RecentRequests.windowMs;
    return this.#requests.filter(({ at }) => at >= since);
  }
}
