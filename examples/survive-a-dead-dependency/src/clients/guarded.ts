import { createBreaker, fallback, pipeline, retry, retryBudget, timeout } from '@xc/breaker';
import { constantBackoff } from '@xc/core';
import { type Answer, askUpstream, attemptMs, attempts, type Client, pauseMs } from './client.ts';

export interface GuardedClient extends Client {
  /** What there is to see from outside, for the live line. */
  facts(): readonly string[];
}

/** Fallback, retry within a budget, breaker, timeout: the service lives on, and the upstream is left in peace. */
export function guardedClient(upstream: string): GuardedClient {
  const lastGood = new Map<string, Answer>();
  let refused = 0;
  let retries = 0;

  // #region policy
  const breaker = createBreaker({
    name: 'reviews',
    minimumCalls: 10,
    failureRate: 0.5,
    consecutive: 5,
    openForMs: 1_000,
    halfOpen: { permits: 1 },
  });
  const budget = retryBudget({ ratio: 0.1, minPerSecond: 0 });
  const policy = pipeline([
    fallback((error, { key = '' }) => {
      const stale = lastGood.get(key);
      if (stale === undefined) throw error;
      return stale;
    }),
    retry({ attempts, backoff: constantBackoff(pauseMs), budget }),
    breaker,
    timeout(attemptMs),
  ]);
  // #endregion
  breaker.on('rejected', () => {
    refused += 1;
  });

  return {
    review: (article) =>
      policy.run(
        async ({ signal, attempt }) => {
          if (attempt > 1) retries += 1;
          const answer = { review: await askUpstream(upstream, article, signal), stale: false };
          lastGood.set(article, { ...answer, stale: true });
          return answer;
        },
        { key: article, idempotent: true },
      ),
    facts: () => [
      `breaker ${breaker.state}`,
      `${refused} refused`,
      `${retries} retried, ${Math.floor(budget.balance)} left in the budget`,
    ],
  };
}
