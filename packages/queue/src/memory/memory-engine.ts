import { type Clock, systemClock } from '@xc/core';
import type { QueueEngine } from '../engine/queue-engine.ts';
import { positiveInteger, refuseUnknown, withMethods } from '../option-checks.ts';
import { MemoryEngineQueue } from './memory-engine-queue.ts';
import type { EngineRoom } from './memory-queue.ts';

/** Options of {@link memoryEngine}. */
export interface MemoryEngineOptions {
  /** Read for its monotonic time; jumps of its wall clock change nothing. @defaultValue systemClock */
  readonly clock?: Clock | undefined;
  /** Jobs of all its queues that have not settled. @defaultValue none */
  readonly maxJobs?: number | undefined;
}

/**
 * Keeps queues in the memory of this process. Queues opened on one engine by the same name share state; what is in there when the
 * process ends is gone.
 *
 * @throws TypeError or RangeError when `maxJobs` is not a positive integer, or `clock` no clock.
 * @example
 * ```ts
 * const engine = memoryEngine();
 * const producer = createQueue('mail', { engine });
 * const consumer = createQueue('mail', { engine });
 * ```
 */
export function memoryEngine(options: MemoryEngineOptions = {}): QueueEngine {
  refuseUnknown(options, ['clock', 'maxJobs']);
  const { clock = systemClock, maxJobs } = options;
  withMethods('clock', clock, 'now', 'monotonic', 'after');
  if (maxJobs !== undefined) positiveInteger('maxJobs', maxJobs);
  const time = { clock, epoch: clock.now() - clock.monotonic() };
  const engine: EngineRoom = { time, maxJobs, queues: new Map() };
  return { name: 'memory', open: (queue, policy) => new MemoryEngineQueue(queue, policy, engine) };
}
