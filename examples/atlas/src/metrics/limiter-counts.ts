import { readMetric } from './read-metric.ts';

/** What the limiter of clients has counted so far, of its metrics. */
export interface LimiterCounts {
  readonly denyCache: number;
  readonly redisCalls: number;
  readonly degraded: number;
  readonly shed: number;
}

export function limiterCounts(page: string): LimiterCounts {
  const decisions = (outcome: string, source: string) =>
    readMetric(page, 'xc_ratelimit_decisions_total', `limit="client",outcome="${outcome}",source="${source}"`);
  return {
    denyCache: decisions('rejected', 'deny-cache'),
    redisCalls: readMetric(page, 'xc_ratelimit_store_seconds_count'),
    degraded: decisions('allowed', 'local') + decisions('rejected', 'local'),
    shed: readMetric(page, 'xc_ratelimit_shed_total'),
  };
}

/** What came after. */
export function countedSince(before: LimiterCounts, after: LimiterCounts): LimiterCounts {
  const names = Object.keys(after) as (keyof LimiterCounts)[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as unknown as LimiterCounts;
}
