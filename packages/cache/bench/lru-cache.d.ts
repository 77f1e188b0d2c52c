/** As much of the rival as the benchmarks use: its own types are not where the sources of this package are checked. */
declare module 'lru-cache' {
  export class LRUCache<Key, Value> {
    constructor(options: { readonly max: number; readonly ttl?: number });
    get(key: Key): Value | undefined;
    set(key: Key, value: Value): this;
    clear(): void;
  }
}
