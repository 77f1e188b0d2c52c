import type { QueueStore } from './store.ts';

/** Keeps the counts in the memory of this process. */
export function memoryQueueStore(): QueueStore {
  const counts = new Map<string, number>();
  return {
    async increment(key) {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    },
  };
}
