import type { Clock, Logger, Meter, Policy, Random, Tracer } from '@xc/core';
import type { SubjectOf } from '../limits/subject-of.ts';
import type { LimitStore } from '../store/limit-store.ts';
import type { RateLimiterEvents } from './limiter-events.ts';

/** What a node remembers of refusals by a remote store. */
export interface DenyCacheOptions {
  /**
   * Most calls remembered.
   * @defaultValue 10_000
   */
  readonly max?: number;
  /**
   * Milliseconds after which the store is asked again, however long the refusal lasts.
   * @defaultValue 1_000
   */
  readonly maxMs?: number;
}

/** Options of `createRateLimiter`. */
export interface RateLimiterOptions<Limits> {
  /** 1 to 16 limits by name, `/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/`; all are decided in one step. */
  readonly limits: Limits;
  /** @defaultValue `memoryStore({ clock })` */
  readonly store?: LimitStore;
  /**
   * Redis Cluster: puts all keys of a call in one slot.
   * @defaultValue none: a key lives where it falls
   */
  readonly tag?: (subject: SubjectOf<Limits>) => string;
  /**
   * Milliseconds by which a decision on a remote store is there, by the store or by `onStoreError`.
   * @defaultValue 50
   */
  readonly deadlineMs?: number;
  /** Wraps the calls of the store: a circuit breaker, for one. */
  readonly guard?: Policy;
  /**
   * Milliseconds between two tries of a failing store.
   * @defaultValue 500
   */
  readonly probeMs?: number;
  /** @defaultValue on for remote stores */
  readonly denyCache?: DenyCacheOptions | false;
  readonly events?: RateLimiterEvents;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly meter?: Meter;
  readonly logger?: Logger;
  readonly tracer?: Tracer;
}
