import type { Cache } from '../api/cache.ts';
import type { EntryOptions } from '../api/entry-options.ts';
import { checkFunction } from '../options/entry-plan.ts';
import type { CompatWrapOptions } from './compat-cache.ts';
import type { CompatListeners } from './compat-listeners.ts';

type Load<T> = () => T | Promise<T>;

/** The `wrap` of cache-manager. */
export function compatWrap(
  cache: Cache,
  listeners: CompatListeners,
  expiry: (key: string) => Promise<number | undefined>,
) {
  /** Loads anew in the background where less than the threshold is left. */
  const refresh = async <T>(
    key: string,
    value: T,
    load: Load<T>,
    entryOptions: EntryOptions<T>,
    threshold: number | ((value: T) => number),
  ): Promise<void> => {
    const entry = await cache.entry(key);
    const leastMs = typeof threshold === 'function' ? threshold(value) : threshold;
    if (entry === undefined || entry.ttlLeftMs >= leastMs) return;
    const reload = async (): Promise<T> => {
      try {
        const next = await load();
        listeners.tell('refresh', { key, value: next });
        return next;
      } catch (error) {
        listeners.tell('refresh', { key, value, error });
        throw error;
      }
    };
    await cache.getOrSet(key, reload, { ...entryOptions, earlyRefresh: DUE_AT_ONCE });
  };

  return async <T>(
    key: string,
    load: Load<T>,
    options?: CompatWrapOptions<T> | CompatWrapOptions<T>['ttl'],
    threshold?: CompatWrapOptions<T>['refreshThreshold'],
  ): Promise<unknown> => {
    checkFunction('load', load);
    const given =
      typeof options === 'object' && options !== null
        ? options
        : ({ ttl: options, refreshThreshold: threshold } as CompatWrapOptions<T>);
    const { ttl, refreshThreshold, raw = false } = given;
    const entryOptions: EntryOptions<T> = { ...lifeOf(ttl), isNegative: isUndefined, earlyRefresh: 'off' };
    let ran = false;
    const loading = (): T | Promise<T> => {
      ran = true;
      return load();
    };
    const value = await cache.getOrSet<T>(key, loading, entryOptions);
    if (ran) listeners.tell('set', { key, value });
    if (!ran && refreshThreshold !== undefined) await refresh(key, value, load, entryOptions, refreshThreshold);
    return raw ? { value, expires: await expiry(key) } : value;
  };
}

/** What is asked for is what is got; 0 is forever there. */
export function lifeOf<T>(ttl: number | ((value: T) => number) | undefined): EntryOptions<T> {
  if (ttl === undefined) return {};
  const life = typeof ttl === 'function' ? (value: T) => orForever(ttl(value)) : orForever(ttl);
  return { ttlMs: life, jitter: 0 };
}

const DUE_AT_ONCE = { kind: 'threshold', ratio: Number.MIN_VALUE } as const;

function orForever(ms: number): number {
  return ms === 0 ? Number.POSITIVE_INFINITY : ms;
}

function isUndefined(value: unknown): boolean {
  return value === undefined;
}
