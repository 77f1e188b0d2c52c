/** Where a Queue keeps its counts; `@xc/queue/testing` has the contract that every store keeps. */
export interface QueueStore {
  /** Adds one to the count of `key`, atomically, and resolves to the new count. A key never seen counts 0. */
  increment(key: string, signal?: AbortSignal): Promise<number>;
}
