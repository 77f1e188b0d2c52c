import type { Metrics } from '../metrics.ts';
import { showLevels } from './read-levels.ts';

/** What a pool knows of itself. */
export interface PoolFacts {
  readonly inUse: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  readonly max: number;
}

/** Options of {@link instrumentPool}. */
export interface PoolOptions {
  /** The label `pool`. */
  readonly pool: string;
  /** Read before each scrape. */
  read(): PoolFacts;
}

/** Hears what happens in a pool. */
export interface PoolInstrument {
  /** Somebody has a connection, after waiting. */
  acquired(waitMs: number): void;
  /** Somebody has waited for too long. */
  timedOut(): void;
  /** A connection was thrown away. */
  discarded(): void;
  /** Reads no more. */
  stop(): void;
}

/** Measures a pool: its connections and callers before each scrape, and waits, time-outs and discards as they happen. */
export function instrumentPool(metrics: Metrics, options: PoolOptions): PoolInstrument {
  const { pool } = options;
  const labels = ['pool'] as const;
  const connections = metrics.gauge({
    name: 'pool_connections',
    help: 'Connections by what they do.',
    labels: ['pool', 'state'],
  });
  const max = metrics.gauge({ name: 'pool_connections_max', help: 'Connections that there may be.', labels }).at(pool);
  const waiting = metrics.gauge({ name: 'pool_waiting', help: 'Callers that wait for a connection.', labels }).at(pool);
  const waits = metrics
    .histogram({
      name: 'pool_acquire_duration_seconds',
      help: 'Time that callers have waited for a connection.',
      labels,
    })
    .at(pool);
  const timeouts = metrics
    .counter({ name: 'pool_acquire_timeouts_total', help: 'Callers that have waited for too long.', labels })
    .at(pool);
  const discards = metrics
    .counter({ name: 'pool_discarded_total', help: 'Connections that were thrown away.', labels })
    .at(pool);
  const collector = metrics.collect(`pool ${pool}`, () => {
    const facts = options.read();
    showLevels(connections, pool, { in_use: facts.inUse, idle: facts.idle });
    waiting.set(facts.waiting);
    max.set(facts.max);
  });
  return {
    acquired: (waitMs) => waits.record(waitMs / 1_000),
    timedOut: () => timeouts.inc(),
    discarded: () => discards.inc(),
    stop: () => collector.cancel(),
  };
}
