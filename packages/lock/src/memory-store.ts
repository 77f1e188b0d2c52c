import type { LockStore } from './store.ts';

/** Keeps the counts in the memory of this process. */
export function memoryLockStore(): LockStore {
  const counts = new Map<string, number>();
  return {
    async increment(key) {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count;
    },
  };
}
