import { shown } from '../keys/shown.ts';

/** @throws TypeError for what cannot be run on a shard. */
export function checkFn(fn: unknown): void {
  if (typeof fn !== 'function') throw new TypeError(`fn must be a function, got ${shown(fn)}`);
}
