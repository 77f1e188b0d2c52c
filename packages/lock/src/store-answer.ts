import { kindOf } from './option-checks.ts';
import type { LockAnswer } from './store.ts';

/**
 * What a store said to a claim that was made once. One of somebody's own may be wrong, and whoever waits for it is to hear of that.
 *
 * @throws TypeError for what is no answer.
 */
export function checkedAnswer(answer: unknown): LockAnswer {
  type Parts = Partial<Record<'granted' | 'fence' | 'retryMs' | 'already', unknown>>;
  const { granted, fence, retryMs, already } = (answer ?? {}) as Parts;
  if (granted === true && typeof fence === 'bigint') return answer as LockAnswer;
  if (granted === false && typeof already === 'bigint') return { granted: true, fence: already };
  if (granted === false && isMs(retryMs)) return answer as LockAnswer;
  if (granted === true) throw new TypeError(`the fence of a store must be a bigint, got ${kindOf(fence)}`);
  if (granted === false) throw new TypeError(`retryMs of a store must be a number, got ${kindOf(retryMs)}`);
  throw new TypeError(`acquire of a store must say whether it granted, got ${kindOf(answer)}`);
}

/** How long a store said that there is nothing to be had. @throws TypeError for what is no number. */
export function checkedBusyMs(busyMs: unknown): number {
  if (isMs(busyMs)) return busyMs;
  throw new TypeError(`busyMs of a store must be a number, got ${kindOf(busyMs)}`);
}

/** Whether it comes later. */
export function isLater<T>(answer: T | PromiseLike<T>): answer is PromiseLike<T> {
  return typeof (answer as Partial<PromiseLike<T>> | null | undefined)?.then === 'function';
}

function isMs(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}
