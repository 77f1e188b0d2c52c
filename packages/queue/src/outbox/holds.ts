import type { Clock } from '@xc/core';

/** Things that failed, each left alone for a while: rows that were refused, queues that are away. */
export interface Holds {
  has(name: string): boolean;
  /** Leaves it alone, longer with each time. */
  add(name: string): void;
  /** Forgets it: it went well. */
  delete(name: string): void;
}

/** Remembers what failed in one relay; another one asks again for itself. */
export function holds(clock: Clock, delayMs: (failures: number) => number): Holds {
  const held = new Map<string, { readonly failures: number; readonly until: number }>();
  return {
    has: (name) => clock.monotonic() < (held.get(name)?.until ?? Number.NEGATIVE_INFINITY),
    add(name) {
      const failures = (held.get(name)?.failures ?? 0) + 1;
      held.set(name, { failures, until: clock.monotonic() + delayMs(failures) });
    },
    delete: (name) => {
      held.delete(name);
    },
  };
}
