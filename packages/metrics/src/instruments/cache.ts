import type { Metrics } from '../metrics.ts';

/** How a cache has answered. */
export type CacheOutcome = 'hit' | 'miss' | 'stale' | 'coalesced' | 'error';

/** Options of {@link instrumentCache}. */
export interface CacheOptions {
  /** The label `cache`. */
  readonly cache: string;
  /** Read before each scrape; what a cache does not know it leaves out. */
  read?(): { readonly entries?: number; readonly bytes?: number };
}

/** Hears what happens in a cache. */
export interface CacheInstrument {
  /** A request was answered, after so many milliseconds when that is known. */
  request(outcome: CacheOutcome, ms?: number): void;
  /**
   * Entries have gone.
   * @param count - how many
   * @defaultValue 1
   */
  evicted(reason: string, count?: number): void;
  /** Reads no more. */
  stop(): void;
}

/** Measures a cache: its size before each scrape, and requests and evictions as they happen. */
export function instrumentCache(metrics: Metrics, options: CacheOptions): CacheInstrument {
  const { cache } = options;
  const requests = metrics.counter({
    name: 'cache_requests_total',
    help: 'Requests by how the cache has answered.',
    labels: ['cache', 'outcome'],
  });
  const durations = metrics.histogram({
    name: 'cache_request_duration_seconds',
    help: 'Time to an answer, by how the cache has answered.',
    labels: ['cache', 'outcome'],
  });
  const evictions = metrics.counter({
    name: 'cache_evictions_total',
    help: 'Entries that have gone, by the reason.',
    labels: ['cache', 'reason'],
  });
  const entries = metrics.gauge({ name: 'cache_entries', help: 'Entries that are held.', labels: ['cache'] });
  const bytes = metrics.gauge({ name: 'cache_size_bytes', help: 'Bytes that are held.', labels: ['cache'] });
  const collector = metrics.collect(`cache ${cache}`, () => {
    const facts = options.read?.() ?? {};
    if (facts.entries !== undefined) entries.at(cache).set(facts.entries);
    if (facts.bytes !== undefined) bytes.at(cache).set(facts.bytes);
  });
  return {
    request(outcome, ms) {
      requests.at(cache, outcome).inc();
      if (ms !== undefined) durations.at(cache, outcome).record(ms / 1_000);
    },
    evicted: (reason, count = 1) => evictions.at(cache, reason).inc(count),
    stop: () => collector.cancel(),
  };
}
