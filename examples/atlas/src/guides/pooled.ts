import { instrumentPool } from '@xc/metrics';
import { createPool } from '@xc/pool';
import { pgFactory } from '@xc/pool/pg';
import { createQueryMonitor } from '@xc/pool/query';
import { fromLeases } from '../database/connections.ts';
import { withForgottenLoans } from '../database/forgotten-loans.ts';
import { createPlaceStore } from '../database/place-store.ts';
import type { OpenGuide } from '../service/city-guide.ts';

const LEAK_AFTER_MS = 1_000;

/**
 * The guide with the same bug as the leaky one, on a pool that notices: a connection that is out for a second is taken back,
 * and the report names the line that took it. The monitor says what the database spends its time on.
 */
export const openGuide: OpenGuide = async ({ service, databaseUrl, clock, meter, stateChanged }) => {
  const monitor = createQueryMonitor({ slowMs: 100, pool: service, clock, meter });
  let culprit: string | undefined;
  let shown: ReturnType<typeof instrumentPool> | undefined;
  const pool = createPool(pgFactory({ connectionString: databaseUrl }, { monitor }), {
    name: service,
    max: 10,
    acquireTimeoutMs: 2_000,
    leak: { afterMs: LEAK_AFTER_MS, stack: 'always', action: 'reclaim' },
    onEvent(event) {
      if (event.type === 'acquired') shown?.acquired(event.waitedMs);
      if (event.type !== 'leak') return;
      culprit = `"${event.label}" in ${firstFrame(event.stack)}`;
      stateChanged('pool', 'leak');
    },
    clock,
    meter,
  });
  shown = instrumentPool(meter, { pool: service, read: () => pool.stats() });
  const borrow = fromLeases(pool);
  const store = withForgottenLoans(createPlaceStore(borrow, { service, meter }), borrow, meter);
  return {
    place: async (id, signal) => ({ value: await store.place(id, signal), stale: false }),
    near: async (point, signal) => ({ value: await store.near(point, signal), stale: false }),
    search: async (beginning, signal) => ({ value: await store.search(beginning, signal), stale: false }),
    async book(trip, signal) {
      await store.enqueueConfirmation(trip, signal);
      return { value: trip, stale: false };
    },
    health() {
      const { verdict, advice, stats } = pool.diagnose();
      const queries = monitor.top('total', 5).map(({ shape, count, meanMs, totalMs }, index) => {
        return [
          `query ${index + 1} by total time`,
          `${brief(shape)}: ${count} x ${meanMs.toFixed(1)} ms = ${totalMs.toFixed(0)} ms`,
        ];
      });
      return {
        status: verdict === 'ok' ? 'up' : 'degraded',
        facts: {
          connections: `${stats.inUse} in use, ${stats.idle} idle, of ${stats.max}`,
          waiting: `${stats.waiting}`,
          'pool says': verdict === 'ok' ? verdict : `${verdict}: ${advice}`,
          'leaks taken back': `${stats.leaks}`,
          ...(culprit === undefined ? {} : { 'the last one by': culprit }),
          'slowest query': brief(monitor.top('mean', 1)[0]?.shape ?? 'none yet'),
          ...Object.fromEntries(queries),
        },
      };
    },
    async [Symbol.asyncDispose]() {
      shown?.stop();
      await pool.drain({ deadlineMs: 1_000 });
    },
  };
};

/** The function and the line that took the connection; all of them take it through one file, which says nothing. */
function firstFrame(stack = ''): string {
  const frames = stack.match(/^\s*at .*$/gm) ?? [];
  const frame = frames.find((line) => !line.includes('/connections.ts')) ?? 'an unknown place';
  return frame
    .trim()
    .replace(/^at (?:async )?/, '')
    .replace(/\(?(?:file:\/\/)?\/\S*\/([^/]+?)\)?$/, '$1');
}

/** What is asked and of which table; the columns between say little. */
function brief(shape: string): string {
  return shape
    .replace(/^select .*? from /s, 'select ... from ')
    .replace(/\s+/g, ' ')
    .slice(0, 60);
}
