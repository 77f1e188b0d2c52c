import { EventEmitter } from 'node:events';
import { type Clock, systemClock, type Timer } from '@xc/core';
import { rollingWindow } from './rolling-window.ts';

const counters = [
  'failures',
  'fallbacks',
  'successes',
  'rejects',
  'fires',
  'timeouts',
  'cacheHits',
  'cacheMisses',
  'coalesceCacheHits',
  'coalesceCacheMisses',
  'semaphoreRejections',
] as const;

/** What a bucket counts. */
export type CounterName = (typeof counters)[number];

const percentiles = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 1] as const;

/** One slice of the window. */
export type BucketStats = { [Name in CounterName]: number } & {
  isCircuitBreakerOpen?: boolean;
  percentiles: Record<string, number>;
  latencyTimes: number[];
};

/** The window summed up. Mean and percentiles are -1 when they are not collected. */
export type Stats = BucketStats & { latencyMean: number };

/** How statistics are collected. */
export interface StatusOptions {
  rollingCountTimeout?: number;
  rollingCountBuckets?: number;
  rollingPercentilesEnabled?: boolean;
  enableSnapshots?: boolean;
  rotateBucketController?: EventEmitter;
  /** Counts to begin with. */
  stats?: Partial<Stats>;
  clock?: Clock;
}

interface Bucket {
  readonly stats: BucketStats;
  // Of the outcomes that the breaker decides by: those since it closed last.
  finished: number;
  failed: number;
}

/**
 * Rolling statistics of a breaker. Buckets turn over when somebody looks; there is a timer only while somebody listens for
 * `snapshot`, and percentiles are worked out only when somebody reads them.
 */
export class Status extends EventEmitter {
  readonly rollingPercentilesEnabled: boolean;
  readonly #clock: Clock;
  readonly #buckets: Bucket[];
  readonly #bucketMs: number;
  readonly #controller: EventEmitter | undefined;
  readonly #beganAt: number;
  #rotations = 0;
  #finished = 0;
  #failed = 0;
  #snapshots: Timer | undefined;

  constructor(options: StatusOptions = {}) {
    super();
    const { rollingCountTimeout, rollingCountBuckets } = rollingWindow(options);
    this.#clock = options.clock ?? systemClock;
    this.#bucketMs = Math.floor(rollingCountTimeout / rollingCountBuckets);
    this.#buckets = Array.from({ length: rollingCountBuckets }, emptyBucket);
    this.#controller = options.rotateBucketController;
    this.#beganAt = this.#clock.monotonic();
    this.rollingPercentilesEnabled = options.rollingPercentilesEnabled !== false;
    this.listen();
    if (options.stats) this.#begin(options.stats);
    if (options.enableSnapshots !== false) this.#emitSnapshots();
  }

  /** Begins a new bucket and drops the oldest, as time or a controller does. */
  readonly rotateBucket = (): void => {
    const oldest = this.#buckets.pop() as Bucket;
    this.#finished -= oldest.finished;
    this.#failed -= oldest.failed;
    this.#buckets.unshift(emptyBucket());
  };

  /** The window summed up. */
  get stats(): Stats {
    this.#turn(this.#clock.monotonic());
    const totals: Stats = { ...emptyBucket().stats, latencyMean: -1 };
    for (const { stats } of this.#buckets) for (const name of counters) totals[name] += stats[name];
    if (this.rollingPercentilesEnabled) summarize(totals, this.#buckets);
    else for (const percentile of percentiles) totals.percentiles[percentile] = -1;
    return totals;
  }

  /** The buckets, the newest first. */
  get window(): BucketStats[] {
    this.#turn(this.#clock.monotonic());
    return this.#buckets.map(({ stats }) => stats);
  }

  /** Counts now. */
  increment(name: CounterName, latencyMs?: number): void {
    this.count(name, this.#clock.monotonic(), latencyMs);
  }

  /** Counts at a time that the caller has just read, monotonic. */
  count(name: CounterName, now: number, latencyMs?: number): void {
    this.#turn(now);
    const { stats } = this.#newest;
    stats[name]++;
    if (latencyMs !== undefined && this.rollingPercentilesEnabled) stats.latencyTimes.push(latencyMs);
  }

  /** Counts an outcome that the breaker decides by. */
  decideBy(failed: boolean, now: number): void {
    this.#turn(now);
    this.#finished++;
    this.#newest.finished++;
    if (!failed) return;
    this.#failed++;
    this.#newest.failed++;
  }

  /** Are there enough outcomes, and do more of them than this percentage say that it failed? */
  exceeds(percentage: number, volumeThreshold: number): boolean {
    return this.#finished >= volumeThreshold && (this.#failed / this.#finished) * 100 > percentage;
  }

  /** Marks the present bucket: the breaker is open. */
  open(): void {
    this.#newest.stats.isCircuitBreakerOpen = true;
  }

  /** What was decided by is forgotten: one failure after a recovery is one failure. */
  close(): void {
    this.#newest.stats.isCircuitBreakerOpen = false;
    this.#finished = 0;
    this.#failed = 0;
    for (const bucket of this.#buckets) {
      bucket.finished = 0;
      bucket.failed = 0;
    }
  }

  /** Turns the buckets with the controller, if there is one. */
  listen(): void {
    this.mute();
    this.#controller?.on('rotate', this.rotateBucket);
  }

  /** Lets the controller go. */
  mute(): void {
    this.#controller?.removeListener('rotate', this.rotateBucket);
  }

  /** Ends timers and listeners. */
  shutdown(): void {
    this.removeAllListeners();
    this.mute();
    this.#snapshots?.cancel();
    this.#snapshots = undefined;
  }

  get #newest(): Bucket {
    return this.#buckets[0] as Bucket;
  }

  #begin(stats: Partial<Stats>): void {
    const newest = this.#newest;
    Object.assign(newest.stats, stats, { latencyTimes: [...(stats.latencyTimes ?? [])] });
    newest.failed = stats.failures ?? 0;
    newest.finished = newest.failed + (stats.successes ?? 0);
    this.#failed = newest.failed;
    this.#finished = newest.finished;
  }

  #turn(now: number): void {
    if (this.#controller !== undefined) return;
    const rotations = Math.floor((now - this.#beganAt) / this.#bucketMs);
    const due = Math.min(rotations - this.#rotations, this.#buckets.length);
    this.#rotations = Math.max(rotations, this.#rotations);
    for (let turned = 0; turned < due; turned++) this.rotateBucket();
  }

  #emitSnapshots(): void {
    this.on('newListener', (event) => {
      if (event !== 'snapshot' || this.#snapshots !== undefined) return;
      this.#snapshots = this.#clock.every(this.#bucketMs, () => this.emit('snapshot', this.stats));
    });
    this.on('removeListener', (event) => {
      if (event !== 'snapshot' || this.listenerCount('snapshot') > 0) return;
      this.#snapshots?.cancel();
      this.#snapshots = undefined;
    });
  }
}

function summarize(totals: Stats, buckets: readonly Bucket[]): void {
  const times = buckets.flatMap(({ stats }) => stats.latencyTimes).sort((one, other) => one - other);
  totals.latencyTimes = times;
  totals.latencyMean = times.length === 0 ? 0 : times.reduce((sum, time) => sum + time, 0) / times.length;
  for (const percentile of percentiles) {
    const at = percentile === 0 ? 0 : Math.ceil(percentile * times.length) - 1;
    totals.percentiles[percentile] = times[at] ?? 0;
  }
}

function emptyBucket(): Bucket {
  return {
    stats: {
      failures: 0,
      fallbacks: 0,
      successes: 0,
      rejects: 0,
      fires: 0,
      timeouts: 0,
      cacheHits: 0,
      cacheMisses: 0,
      coalesceCacheHits: 0,
      coalesceCacheMisses: 0,
      semaphoreRejections: 0,
      percentiles: {},
      latencyTimes: [],
    },
    finished: 0,
    failed: 0,
  };
}
