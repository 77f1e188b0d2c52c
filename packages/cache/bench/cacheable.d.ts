/** As much of the rival as the benchmarks use: its own types are not where the sources of this package are checked. */
declare module 'cacheable' {
  export class Cacheable {
    constructor(options?: { readonly ttl?: number });
    getOrSet<T>(key: string, load: () => Promise<T>, options?: { readonly ttl?: number }): Promise<T | undefined>;
    delete(key: string): Promise<boolean>;
  }
}
