import type { HealthProbe, ProbeResult } from '@xc/core';
import { oldestWait } from './engine/oldest-wait.ts';
import type { Pool } from './pool.ts';

const longWaitMs = 1_000;

/**
 * Shows a pool on a health page: up while it can lend, degraded when borrowers have waited for more than a second or it is
 * paused, down when it is closed, or when nothing is open and nothing can be opened.
 */
export function poolProbe(pool: Pool<unknown>): HealthProbe {
  return {
    name: `pool:${pool.name}`,
    async check(signal) {
      signal?.throwIfAborted();
      const { verdict, advice, stats } = pool.diagnose();
      const { state, size, idle, inUse, waiting, max } = stats;
      const status = statusOf(pool, verdict, stats);
      return { status, details: { state, verdict, advice, size, idle, inUse, waiting, max } };
    },
  };
}

function statusOf(
  pool: Pool<unknown> & { readonly [oldestWait]?: number | undefined },
  verdict: string,
  { state, size, waiting }: ReturnType<Pool<unknown>['stats']>,
): ProbeResult['status'] {
  if (state === 'draining' || state === 'closed') return 'down';
  if (verdict === 'factory-down' && size === 0) return 'down';
  if (state === 'paused') return 'degraded';
  // Pools of others do not say since when somebody waits.
  const waitedMs = oldestWait in pool ? (pool[oldestWait] ?? 0) : waiting * Number.MAX_VALUE;
  return waitedMs > longWaitMs ? 'degraded' : 'up';
}
