import type { CounterCell, Meter } from '@xc/core';

type Requested = 'fresh' | 'stale' | 'negative' | 'miss';

/** The instruments of one cache; cells of what happens often are bound once. */
export class CacheMetrics {
  readonly freshL1: CounterCell;
  readonly negativeL1: CounterCell;
  readonly staleL1: CounterCell;
  readonly miss: CounterCell;
  readonly messagesIn: CounterCell;
  readonly messagesOut: CounterCell;
  readonly gaps: CounterCell;
  readonly backgroundDropped: CounterCell;
  readonly requested: (result: Requested, tier: 'l1' | 'l2' | 'none') => void;
  readonly loaded: (outcome: 'ok' | 'error' | 'timeout' | 'aborted') => void;
  readonly loadTook: (ms: number) => void;
  readonly discarded: (reason: string) => void;
  readonly refreshed: (kind: 'early' | 'stale', outcome: 'ok' | 'error' | 'discarded') => void;
  readonly evicted: (reason: 'size' | 'expired') => void;
  readonly invalidated: (kind: string) => void;
  readonly l2Failed: (operation: string, reason: string) => void;
  readonly l2Took: (operation: string, ms: number) => void;
  readonly leaseWaited: (outcome: 'filled' | 'taken' | 'stale') => void;
  readonly sized: (items: number, bytes: number, windowRatio: number) => void;
  readonly queued: (items: number) => void;
  readonly l2Up: (up: boolean) => void;

  constructor(meter: Meter, cache: string) {
    const counter = (name: string, help: string, ...labels: string[]) =>
      meter.counter({ name, help, labels: ['cache', ...labels] });
    const gauge = (name: string, help: string) => meter.gauge({ name, help, labels: ['cache'] }).at(cache);
    const requests = counter('xc_cache_requests_total', 'Reads, by what they found and where.', 'result', 'tier');
    this.freshL1 = requests.at(cache, 'fresh', 'l1');
    this.negativeL1 = requests.at(cache, 'negative', 'l1');
    this.staleL1 = requests.at(cache, 'stale', 'l1');
    this.miss = requests.at(cache, 'miss', 'none');
    this.requested = (result, tier) => requests.at(cache, result, tier).inc();

    const loads = counter('xc_cache_loads_total', 'Runs of loaders, by how they ended.', 'outcome');
    this.loaded = (outcome) => loads.at(cache, outcome).inc();
    const seconds = meter
      .histogram({ name: 'xc_cache_load_duration_seconds', help: 'Time that loaders took.', labels: ['cache'] })
      .at(cache);
    this.loadTook = (ms) => seconds.record(ms / 1_000);
    const discards = counter('xc_cache_fills_discarded_total', 'Loaded values that were not stored.', 'reason');
    this.discarded = (reason) => discards.at(cache, reason).inc();
    const refreshes = counter('xc_cache_refreshes_total', 'Loads in the background.', 'kind', 'outcome');
    this.refreshed = (kind, outcome) => refreshes.at(cache, kind, outcome).inc();
    const evictions = counter('xc_cache_evictions_total', 'Entries that left memory unasked.', 'reason');
    this.evicted = (reason) => evictions.at(cache, reason).inc();
    const invalidations = counter('xc_cache_invalidations_total', 'Invalidations made here.', 'kind');
    this.invalidated = (kind) => invalidations.at(cache, kind).inc();

    const errors = counter('xc_cache_l2_errors_total', 'Failed operations of the l2.', 'operation', 'reason');
    this.l2Failed = (operation, reason) => errors.at(cache, operation, reason).inc();
    const took = meter.histogram({
      name: 'xc_cache_l2_duration_seconds',
      help: 'Time that operations of the l2 took.',
      labels: ['cache', 'operation'],
    });
    this.l2Took = (operation, ms) => took.at(cache, operation).record(ms / 1_000);
    this.gaps = counter('xc_cache_coherence_gaps_total', 'Times that messages may have been missed.').at(cache);
    const messages = counter('xc_cache_messages_total', 'Messages between nodes.', 'direction');
    this.messagesIn = messages.at(cache, 'in');
    this.messagesOut = messages.at(cache, 'out');
    this.backgroundDropped = counter('xc_cache_background_dropped_total', 'Background loads beyond the bound.').at(
      cache,
    );
    const waits = counter('xc_cache_lease_waits_total', 'Waits for the load of another node.', 'outcome');
    this.leaseWaited = (outcome) => waits.at(cache, outcome).inc();

    const items = gauge('xc_cache_items', 'Entries in memory.');
    const bytes = gauge('xc_cache_bytes', 'Weight of the entries in memory.');
    const window = gauge('xc_cache_window_ratio', 'Share of memory for new entries.');
    this.sized = (count, weight, ratio) => {
      items.set(count);
      bytes.set(weight);
      window.set(ratio);
    };
    const queue = gauge('xc_cache_recovery_queue', 'Invalidations that wait for the l2.');
    this.queued = (count) => queue.set(count);
    const up = gauge('xc_cache_l2_up', '1 while the l2 answers.');
    this.l2Up = (isUp) => up.set(isUp ? 1 : 0);
  }
}
