import { setTimeout as sleep } from 'node:timers/promises';
import CircuitBreaker from 'opossum';
import { type Answer, askUpstream, attemptMs, attempts, type Client, pauseMs } from './client.ts';

/** The same numbers with opossum, retries and the last good answer by hand around it. */
export function opossumClient(upstream: string): Client {
  const lastGood = new Map<string, Answer>();
  const breaker = new CircuitBreaker(
    (article: string) => askUpstream(upstream, article, AbortSignal.timeout(attemptMs)),
    { timeout: attemptMs, errorThresholdPercentage: 50, volumeThreshold: 10, resetTimeout: 1_000 },
  );

  async function fire(article: string): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { review: await breaker.fire(article), stale: false };
      } catch (error) {
        const refused = error instanceof Error && 'code' in error && error.code === 'EOPENBREAKER';
        if (refused || attempt === attempts) throw error;
        await sleep(pauseMs);
      }
    }
  }

  return {
    async review(article) {
      try {
        const answer = await fire(article);
        lastGood.set(article, { ...answer, stale: true });
        return answer;
      } catch (error) {
        const stale = lastGood.get(article);
        if (stale === undefined) throw error;
        return stale;
      }
    },
  };
}
