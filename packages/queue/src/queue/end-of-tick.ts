/**
 * Calls `fn` once everything that can run without waiting has run: the rest of this macrotask and all its microtasks. What
 * callers of one tick ask for can then travel together, and no turn of the event loop is lost.
 */
export function atEndOfTick(fn: () => void): void {
  // A next tick goes before the microtasks of a macrotask, but after all of them when it is asked for in one of them.
  queueMicrotask(() => process.nextTick(fn));
}
