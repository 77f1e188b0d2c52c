/** One of several to set. */
export interface CompatItem<T> {
  readonly key: string;
  readonly value: T;
  /** Milliseconds; none: as the cache has it. */
  readonly ttl?: number | undefined;
}

/** How `wrap` keeps what it got. */
export interface CompatWrapOptions<T> {
  /** Milliseconds; none: as the cache has it; 0: it does not expire. */
  readonly ttl?: number | ((value: T) => number);
  /** With less than this left, in milliseconds, it is loaded anew in the background. */
  readonly refreshThreshold?: number | ((value: T) => number);
  /** Gives the value with the time when it expires. */
  readonly raw?: boolean;
}

/** What listeners get, as in cache-manager 7. */
export interface CompatEvents {
  get: { readonly key: string; readonly value?: unknown; readonly error?: unknown };
  mget: { readonly keys: readonly string[]; readonly values?: readonly unknown[]; readonly error?: unknown };
  set: { readonly key: string; readonly value: unknown; readonly error?: unknown };
  mset: { readonly list: readonly CompatItem<unknown>[]; readonly error?: unknown };
  del: { readonly key: string; readonly error?: unknown };
  mdel: { readonly keys: readonly string[]; readonly error?: unknown };
  ttl: { readonly key: string; readonly value?: unknown; readonly error?: unknown };
  /** The error, where there was one. */
  clear: unknown;
  refresh: { readonly key: string; readonly value: unknown; readonly error?: unknown };
}

/** A cache in the call shape of cache-manager 7. */
export interface CompatCache {
  /** What there is, fresh; `undefined` where there is nothing. */
  get<T>(key: string): Promise<T | undefined>;
  /** Aligned with the keys. */
  mget<T>(keys: string[]): Promise<(T | undefined)[]>;
  /** When it expires, in milliseconds since 1970; undefined where it does not, or is not there. */
  ttl(key: string): Promise<number | undefined>;
  /**
   * Stores a value, and gives it back.
   * @param ttl - Milliseconds; none: as the cache has it; 0: it does not expire.
   */
  set<T>(key: string, value: T, ttl?: number): Promise<T>;
  /** All of them; what was given comes back. */
  mset<T>(list: CompatItem<T>[]): Promise<CompatItem<T>[]>;
  /** True, whether there was something or not. */
  del(key: string): Promise<boolean>;
  /** All of them, in one step. */
  mdel(keys: string[]): Promise<boolean>;
  /** Everything of the cache. */
  clear(): Promise<boolean>;
  /** The value; where there is none `load` runs, once for all who ask. */
  wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    ttl?: CompatWrapOptions<T>['ttl'],
    refreshThreshold?: CompatWrapOptions<T>['refreshThreshold'],
  ): Promise<T>;
  /** The same, with options. */
  wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    options: CompatWrapOptions<T> & { readonly raw?: false },
  ): Promise<T>;
  /** The same; the value comes with the time when it expires, in milliseconds since 1970. */
  wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    options: CompatWrapOptions<T> & { readonly raw: true },
  ): Promise<{ value: T; expires?: number | undefined }>;
  /** Hears of what is done through this face. */
  on<E extends keyof CompatEvents>(event: E, listener: (fact: CompatEvents[E]) => void): CompatCache;
  /** No longer calls the listener. */
  off<E extends keyof CompatEvents>(event: E, listener: (fact: CompatEvents[E]) => void): CompatCache;
  /** Waits for what is under way. Whoever made the cache closes it. */
  disconnect(): Promise<undefined>;
}
