import { createBreaker, fallback, pipeline, retry, retryBudget, timeout } from '@xc/breaker';
import { exponentialBackoff } from '@xc/core';
import { instrumentBreaker, instrumentPool } from '@xc/metrics';
import { createPool } from '@xc/pool';
import { pgFactory } from '@xc/pool/pg';
import { createQueryMonitor } from '@xc/pool/query';
import type { NearbyPlace, Place } from '../data/place.ts';
import { fromLeases } from '../database/connections.ts';
import { createPlaceStore } from '../database/place-store.ts';
import { BoundedMap } from '../memory/bounded-map.ts';
import { createHeldTrips } from '../memory/held-trips.ts';
import { RememberedPlaces } from '../memory/remembered-places.ts';
import type { Answer, OpenGuide } from '../service/city-guide.ts';

const ANSWER_IN_MS = 1_000;
const WARM_PLACES = 20_000;

/**
 * The same guide behind a breaker. Every question may take a second and one retry; after five failures in a row nobody
 * waits any more: the answer comes from memory at once, while a few probes every two seconds look whether the database
 * is back.
 */
export const openGuide: OpenGuide = async ({ service, databaseUrl, clock, meter, stateChanged }) => {
  const monitor = createQueryMonitor({ slowMs: ANSWER_IN_MS, pool: service, clock, meter });
  const pool = createPool(pgFactory({ connectionString: databaseUrl }, { monitor }), {
    name: service,
    max: 10,
    acquireTimeoutMs: ANSWER_IN_MS,
    createTimeoutMs: ANSWER_IN_MS,
    validateTimeoutMs: ANSWER_IN_MS / 2,
    createBackoff: exponentialBackoff({ baseMs: 20, capMs: 500 }),
    clock,
    meter,
  });
  const shownPool = instrumentPool(meter, { pool: service, read: () => pool.stats() });
  const store = createPlaceStore(fromLeases(pool), { service, meter });

  const breaker = createBreaker({
    name: 'postgres',
    consecutive: 5,
    openForMs: 2_000,
    halfOpen: { permits: 3, maxWaitMs: 5_000 },
    clock,
    meter,
  });
  const shownBreaker = instrumentBreaker(meter, { breaker: 'postgres' });
  breaker.on('transition', ({ to }) => {
    stateChanged('postgres', to);
    if (to === 'open' || to === 'half-open' || to === 'closed') shownBreaker.state(to);
  });
  const budget = retryBudget({ ratio: 0.2, minPerSecond: 1, clock });
  const again = retry({ attempts: 2, backoff: exponentialBackoff({ baseMs: 20, capMs: 200 }), budget, clock, meter });
  const inTime = timeout(ANSWER_IN_MS, { clock, meter });
  const read = <T>(recall: (question: string) => T | undefined) =>
    pipeline([fallback((error, { key = '' }) => stale(recall(key), error), { clock, meter }), again, breaker, inTime]);

  const places = new RememberedPlaces(30_000);
  const lists = new BoundedMap<string, readonly NearbyPlace[]>(2_000);
  const largest = 'SELECT * FROM places ORDER BY population DESC LIMIT $1';
  const { rows } = await pool.use((client) => client.query<Place>(largest, [WARM_PLACES]));
  places.remember(rows);

  const placeReads = read((id) => places.place(Number(id)));
  const nearReads = read((at) => lists.get(at) ?? places.near(pointOf(at)));
  const searchReads = read((beginning) => places.search(beginning));

  // Booking twice books once, so a write whose fate is unknown may be repeated too: it is held and sent again.
  const write = pipeline([breaker, inTime]);
  const held = createHeldTrips((trip) => write.run(({ signal }) => store.enqueueConfirmation(trip, signal)), { clock });

  return {
    place: (id, signal) =>
      placeReads.run(
        async (call) => {
          const place = await store.place(id, call.signal);
          if (place !== undefined) places.remember([place]);
          return fresh(place);
        },
        { key: String(id), signal },
      ),
    near: (point, signal) =>
      nearReads.run(
        async (call) => {
          const nearby = await store.near(point, call.signal);
          lists.set(keyOf(point), nearby);
          places.remember(nearby);
          return fresh(nearby);
        },
        { key: keyOf(point), signal },
      ),
    search: (beginning, signal) =>
      searchReads.run(
        async (call) => {
          const found = await store.search(beginning, call.signal);
          places.remember(found);
          return fresh(found);
        },
        { key: beginning, signal },
      ),
    async book(trip, signal) {
      try {
        await write.run((call) => store.enqueueConfirmation(trip, call.signal), { signal });
        return fresh(trip);
      } catch (error) {
        if (signal.aborted) throw error;
        held.hold(trip, error);
        return { value: trip, stale: true };
      }
    },
    health() {
      const { state, retryAfterMs, openings, rejected } = breaker.snapshot();
      return {
        status: state === 'closed' ? 'up' : 'degraded',
        facts: {
          'breaker postgres': retryAfterMs === undefined ? state : `${state}, probe in ${Math.ceil(retryAfterMs)} ms`,
          'openings in a row': `${openings}`,
          'refused since then': `${rejected}`,
          'retries left in budget': budget.balance.toFixed(1),
          'places remembered': `${places.size}`,
          'trips held': `${held.size}`,
          connections: `${pool.stats().size} of 10`,
          'pool says': pool.diagnose().verdict,
          ...Object.fromEntries(
            monitor.top('total', 5).map(({ shape, count, meanMs }, index) => {
              return [
                `query ${index + 1} by total time`,
                `${shape.slice(0, 40)}...: ${count} x ${meanMs.toFixed(1)} ms`,
              ];
            }),
          ),
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await held[Symbol.asyncDispose]();
      shownPool.stop();
      await pool.drain({ deadlineMs: 1_000 });
    },
  };
};

function fresh<T>(value: T): Answer<T> {
  return { value, stale: false };
}

/** What memory holds, or else the failure it was asked to hide. */
function stale<T>(value: T | undefined, error: unknown): Answer<T> {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) throw error;
  return { value, stale: true };
}

function keyOf({ lat, lon }: { lat: number; lon: number }): string {
  return `${lat},${lon}`;
}

function pointOf(key: string): { lat: number; lon: number } {
  const [lat = 0, lon = 0] = key.split(',').map(Number);
  return { lat, lon };
}
