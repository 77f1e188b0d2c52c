/** Where a Cache keeps its counts; `@xc/cache/testing` has the contract that every store keeps. */
export interface CacheStore {
  /** Adds one to the count of `key`, atomically, and resolves to the new count. A key never seen counts 0. */
  increment(key: string, signal?: AbortSignal): Promise<number>;
}
