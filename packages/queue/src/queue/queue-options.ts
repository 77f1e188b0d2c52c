import type { Backoff, Clock, Codec, Logger, Meter, Random, Tracer } from '@xc/core';
import type { QueueEngine } from '../engine/queue-engine.ts';
import type { Keep } from './keep.ts';
import type { Rate } from './rate.ts';

/** Options of `createQueue`. Limits, `keep` and `perKey` are the queue's: what is given and different is written for every process. */
export interface QueueOptions {
  /** @defaultValue a memoryEngine() of this queue alone */
  readonly engine?: QueueEngine | undefined;
  /** Weights, or names from first to last for strict order; 1-8 lanes. @defaultValue { high: 8, normal: 4, low: 1 } */
  readonly lanes?: Readonly<Record<string, number>> | readonly string[] | undefined;
  /** @defaultValue 'normal' where it exists, else the first */
  readonly defaultLane?: string | undefined;
  /** Reported failures until a job is dead. @defaultValue 5 */
  readonly maxAttempts?: number | undefined;
  /** @defaultValue exponentialBackoff({ baseMs: 1000, capMs: 300_000, jitter: 'full' }) */
  readonly backoff?: Backoff | undefined;
  /** Leases lost in a row without a report until a job is dead as `poison`. @defaultValue 3 */
  readonly maxLostLeases?: number | undefined;
  /** Per attempt. @defaultValue none */
  readonly timeoutMs?: number | undefined;
  /** 500 to 3,600,000. @defaultValue 15_000 */
  readonly leaseMs?: number | undefined;
  /** @defaultValue done { count: 1000, maxAgeMs: 3_600_000 }, dead { count: 10_000, maxAgeMs: 1_209_600_000 } */
  readonly keep?: { readonly done?: Keep | undefined; readonly dead?: Keep | undefined } | undefined;
  readonly perKey?: PerKeyOptions | undefined;
  /** Leases of the whole queue, all processes. @defaultValue none */
  readonly concurrency?: number | undefined;
  /** Starts of the whole queue. @defaultValue none */
  readonly rate?: Rate | undefined;
  /** Waiting and delayed jobs of the whole queue; above it adds are refused with `XC_QUEUE_FULL`. @defaultValue none */
  readonly maxWaiting?: number | undefined;
  /** Encoded. @defaultValue 1_048_576 */
  readonly maxDataBytes?: number | undefined;
  /** @defaultValue jsonCodec */
  readonly codec?: Codec | undefined;
  /** @defaultValue systemClock */
  readonly clock?: Clock | undefined;
  /** @defaultValue systemRandom */
  readonly random?: Random | undefined;
  /** @defaultValue noopLogger */
  readonly logger?: Logger | undefined;
  /** @defaultValue noopMeter */
  readonly meter?: Meter | undefined;
  /** @defaultValue noopTracer */
  readonly tracer?: Tracer | undefined;
}

/** What holds for the jobs of one key. */
export interface PerKeyOptions {
  /** @defaultValue 1 */
  readonly concurrency?: number | undefined;
  /** @defaultValue none */
  readonly rate?: Rate | undefined;
  /**
   * Whether a failed job holds its key until it is through, or lets the next go. Another value holds from the next failure on: a key that is
   * held stays so until the attempt that it waits for.
   *
   * @defaultValue 'wait'
   */
  readonly onRetry?: 'wait' | 'pass' | undefined;
}
