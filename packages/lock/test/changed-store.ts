import type { LockStore } from '../src/index.ts';

/** The same store, but for some of its methods. */
export function changed(store: LockStore, changes: Partial<LockStore>): LockStore {
  return {
    acquire: (claim) => store.acquire(claim),
    renew: (claim, fence) => store.renew(claim, fence),
    release: (claim) => store.release(claim),
    busyMs: (claim) => store.busyMs(claim),
    inspect: (name) => store.inspect(name),
    forceRelease: (name) => store.forceRelease(name),
    watch: (name, wake) => store.watch(name, wake),
    ...changes,
  };
}
