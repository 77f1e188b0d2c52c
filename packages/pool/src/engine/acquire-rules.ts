import type { AcquireOptions } from '../acquire-options.ts';
import { abortSignal, duration, shown } from './option-rules.ts';

/** @throws TypeError or RangeError that names the first option of a borrower that is wrong. */
export function checkAcquire(options: AcquireOptions, levels: number): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${shown(options)}`);
  }
  const { signal, timeoutMs, priority, label } = options;
  if (timeoutMs !== undefined) duration('timeoutMs', timeoutMs, 'allowed');
  if (label !== undefined && typeof label !== 'string') {
    throw new TypeError(`label must be a string, got ${shown(label)}`);
  }
  if (signal !== undefined) abortSignal('signal', signal);
  if (priority === undefined) return;
  if (typeof priority !== 'number') throw new TypeError(`priority must be a level, got ${shown(priority)}`);
  if (!Number.isInteger(priority) || priority < 0 || priority >= levels) {
    throw new RangeError(`priority must be a level from 0 to ${levels - 1}, got ${priority}`);
  }
}
