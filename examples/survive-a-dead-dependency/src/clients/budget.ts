import { pipeline, retry, retryBudget, timeout } from '@xc/breaker';
import { constantBackoff } from '@xc/core';
import { askUpstream, attemptMs, attempts, type Client, pauseMs } from './client.ts';

/** The same three attempts, but retries may be no more than a tenth of the calls: what the budget does by itself. */
export function budgetClient(upstream: string): Client {
  const budget = retryBudget({ ratio: 0.1, minPerSecond: 0 });
  const policy = pipeline([retry({ attempts, backoff: constantBackoff(pauseMs), budget }), timeout(attemptMs)]);
  return {
    review: (article) =>
      policy.run(async ({ signal }) => ({ review: await askUpstream(upstream, article, signal), stale: false })),
  };
}
