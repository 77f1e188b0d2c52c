import {
  type Clock,
  type Logger,
  type Meter,
  noopLogger,
  noopMeter,
  type Random,
  systemClock,
  systemRandom,
} from '@xc/core';
import { duration, oneOf } from '../engine/option-rules.ts';
import { type PoolSettings, poolSettings } from '../engine/settings.ts';

/** The options of generic-pool, by its names and with its defaults, and a few of ours. */
export interface GenericPoolOptions {
  /** @defaultValue 1 */
  readonly max?: number;
  /** Kept open, at most `max`. @defaultValue 0 */
  readonly min?: number;
  /** How many may wait when nothing is ready and nothing more may be opened. @defaultValue any number */
  readonly maxWaitingClients?: number;
  /** Validates before each loan. @defaultValue false */
  readonly testOnBorrow?: boolean;
  /** Validates after each loan. @defaultValue false */
  readonly testOnReturn?: boolean;
  /** How long a borrower waits, in milliseconds. @defaultValue for ever */
  readonly acquireTimeoutMillis?: number;
  /** How long closing may take before `factoryDestroyError` tells of it, in milliseconds. @defaultValue 5_000, without an event */
  readonly destroyTimeoutMillis?: number;
  /** Lends the one that is idle the longest first; otherwise the one that came back last. @defaultValue true */
  readonly fifo?: boolean;
  /** How many priorities there are. @defaultValue 1 */
  readonly priorityRange?: number;
  /** Starts with its construction. @defaultValue true */
  readonly autostart?: boolean;
  /** How often idle resources are looked at, in milliseconds. @defaultValue 0: never */
  readonly evictionRunIntervalMillis?: number;
  /** How many are looked at each time. @defaultValue 3 */
  readonly numTestsPerEvictionRun?: number;
  /** Closes what is idle for longer, as long as more than `min` are idle. @defaultValue -1: does not */
  readonly softIdleTimeoutMillis?: number;
  /** Closes what is idle for longer, as long as more than `min` are open. @defaultValue 30_000 */
  readonly idleTimeoutMillis?: number;
  /** Accepted and not used: promises are those of the platform. */
  readonly Promise?: unknown;
  /**
   * What becomes of those who wait when nothing can be opened and nothing is open: `reject` tells them at once, `retry` lets
   * them wait and tries again with back-off.
   * @defaultValue 'reject'
   */
  readonly createErrors?: 'reject' | 'retry';
  /** How long opening may take, in milliseconds. @defaultValue 30_000 */
  readonly createTimeoutMillis?: number;
  /** Label of metrics, logs and errors. @defaultValue 'default' */
  readonly name?: string;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue systemRandom */
  readonly random?: Random;
  /** @defaultValue noopMeter */
  readonly meter?: Meter;
  /** @defaultValue noopLogger */
  readonly logger?: Logger;
}

/** When the evictor runs and what it closes. */
export interface EvictionSettings {
  readonly everyMs: number;
  readonly tests: number;
  readonly softIdleMs: number;
  readonly idleMs: number;
}

/** The options, read as generic-pool reads them. */
export interface FacadeSettings {
  readonly pool: PoolSettings;
  readonly maxWaiting: number;
  readonly tests: boolean;
  /** After this long `factoryDestroyError` tells of a close; undefined when nobody asked for that. */
  readonly destroyTimeoutMs: number | undefined;
  readonly autostart: boolean;
  readonly eviction: EvictionSettings;
}

const forever = Number.POSITIVE_INFINITY;

/**
 * Reads numbers as leniently as generic-pool does: digits in a string are a number, and what is none is the default.
 *
 * @throws RangeError or TypeError for a time that is none, and for options of ours that are wrong.
 */
export function facadeSettings(options: GenericPoolOptions): FacadeSettings {
  const max = Math.max(integer(options.max, 1), 1);
  const destroyTimeoutMs = timeLimit('destroyTimeoutMillis', options.destroyTimeoutMillis);
  const { testOnBorrow, testOnReturn, autostart } = options;
  const pool = poolSettings({
    name: options.name ?? 'default',
    max,
    min: Math.max(Math.min(integer(options.min, 0), max), 0),
    acquireTimeoutMs: timeLimit('acquireTimeoutMillis', options.acquireTimeoutMillis) ?? forever,
    createTimeoutMs: timeLimit('createTimeoutMillis', options.createTimeoutMillis) ?? 30_000,
    destroyTimeoutMs: destroyTimeoutMs ?? 5_000,
    idleTimeoutMs: forever,
    maxLifetimeMs: forever,
    idleOrder: options.fifo === false ? 'lifo' : 'fifo',
    validateOnBorrow: testOnBorrow === true,
    recheckAfterMs: 0,
    validateOnReturn: testOnReturn === true,
    createErrors:
      oneOf('createErrors', options.createErrors ?? 'reject', ['reject', 'retry']) === 'retry' ? 'keep' : 'reject',
    leak: false,
    warmup: 'lazy',
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    meter: options.meter ?? noopMeter,
    logger: options.logger ?? noopLogger,
  });
  return {
    // As many levels as anybody likes: generic-pool knows no limit.
    pool: { ...pool, priorities: Math.max(integer(options.priorityRange, 1), 1) },
    maxWaiting: options.maxWaitingClients === undefined ? forever : integer(options.maxWaitingClients, forever),
    tests: testOnBorrow === true || testOnReturn === true,
    destroyTimeoutMs,
    autostart: autostart !== false,
    eviction: {
      everyMs: options.evictionRunIntervalMillis || 0,
      tests: options.numTestsPerEvictionRun || 3,
      softIdleMs: options.softIdleTimeoutMillis || -1,
      idleMs: options.idleTimeoutMillis || 30_000,
    },
  };
}

function integer(value: unknown, otherwise: number): number {
  const read = Number.parseInt(String(value), 10);
  return Number.isNaN(read) ? otherwise : read;
}

/** Undefined, null and 0 mean that there is none. */
function timeLimit(option: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === 0) return undefined;
  return duration(option, typeof value === 'string' ? integer(value, Number.NaN) : value);
}
