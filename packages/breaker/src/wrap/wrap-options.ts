import type { Policy, RunOptions } from '@xc/core';
import { callable, refuseUnknown, shown } from '../options.ts';

/** What the run of one call learns from its arguments. */
export interface WrapOptions<A extends unknown[]> {
  /** Which breaker of a registry the call belongs to. */
  readonly key?: (...args: A) => string;
  /** The signal by which the caller gives up. */
  readonly signal?: (...args: A) => AbortSignal | undefined;
  /** May the call be repeated without harm? */
  readonly idempotent?: boolean;
  /** Higher goes first. */
  readonly priority?: (...args: A) => number;
}

/** @throws TypeError for an unknown option, or one of the wrong type. */
export function checkedWrapOptions<A extends unknown[]>(options: WrapOptions<A>): WrapOptions<A> {
  refuseUnknown(options, ['key', 'signal', 'idempotent', 'priority']);
  for (const name of ['key', 'signal', 'priority'] as const) {
    if (options[name] !== undefined) callable(name, options[name]);
  }
  if (options.idempotent !== undefined && typeof options.idempotent !== 'boolean') {
    throw new TypeError(`idempotent must be true or false, got ${shown(options.idempotent)}`);
  }
  return options;
}

/** @throws TypeError unless `value` has a `run`. */
export function checkedPolicy(value: Policy): Policy {
  if (typeof value?.run !== 'function') {
    throw new TypeError(`policy must be a policy with a run method, got ${shown(value)}`);
  }
  return value;
}

/** The run options of a call with `args`. */
export function runOptionsFor<A extends unknown[]>(options: WrapOptions<A>, args: A): RunOptions {
  const key = options.key?.(...args);
  const signal = options.signal?.(...args);
  const priority = options.priority?.(...args);
  return {
    ...(key === undefined ? {} : { key }),
    ...(signal === undefined ? {} : { signal }),
    ...(options.idempotent === undefined ? {} : { idempotent: options.idempotent }),
    ...(priority === undefined ? {} : { priority }),
  };
}
