/** As much of the rival as the benchmarks use: its own types are not where the sources of this package are checked. */
declare module 'async-cache-dedupe' {
  interface DedupeCache {
    define(
      name: 'read',
      options: { readonly references?: (args: unknown, key: string, result: unknown) => readonly string[] },
      load: (key: string) => Promise<unknown>,
    ): DedupeCache & { read(key: string): Promise<unknown> };
    define(
      name: 'read',
      load: (key: string) => Promise<unknown>,
    ): DedupeCache & { read(key: string): Promise<unknown> };
    clear(name?: string, key?: string): Promise<void>;
    invalidateAll(reference: string): Promise<void>;
  }

  export function createCache(options: {
    /** Seconds. */
    readonly ttl: number;
    readonly storage: {
      readonly type: 'memory';
      readonly options?: { readonly size?: number; readonly invalidation?: boolean };
    };
  }): DedupeCache;
}
