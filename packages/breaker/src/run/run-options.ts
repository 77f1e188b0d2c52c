import type { RunOptions } from '@xc/core';
import { shown } from '../options.ts';
import { hearOut } from './hook.ts';

/**
 * Refuses run options that would be misunderstood or ignored. A few comparisons and no allocation: they are checked on
 * every call. Names are not: a context of somebody's policy may have more of them.
 *
 * @throws TypeError for one of the wrong type; RangeError for a deadline or a priority that is NaN.
 */
export function checkRunOptions({ signal, deadline, key, idempotent, priority }: RunOptions): void {
  if (signal !== undefined && !isSignal(signal)) throw misfit('signal', 'an AbortSignal', signal);
  if (deadline !== undefined) checkNumber('deadline', 'monotonic milliseconds', deadline);
  if (key !== undefined && typeof key !== 'string') throw misfit('key', 'a string', key);
  if (idempotent !== undefined && typeof idempotent !== 'boolean')
    throw misfit('idempotent', 'true or false', idempotent);
  if (priority !== undefined) checkNumber('priority', 'a number', priority);
}

// By its shape: a signal may come from another realm, or be somebody's own.
function isSignal(value: unknown): boolean {
  const signal = value as Partial<AbortSignal> | null;
  return (
    typeof signal === 'object' && typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function'
  );
}

function checkNumber(option: string, rule: string, value: unknown): void {
  if (typeof value !== 'number') throw misfit(option, rule, value);
  if (Number.isNaN(value)) throw new RangeError(`${option} must be ${rule}, got NaN`);
}

function misfit(option: string, rule: string, value: unknown): TypeError {
  // What an async function gave in its place may reject, and nobody else would listen.
  hearOut(value, () => {});
  return new TypeError(`${option} must be ${rule}, got ${shown(value)}`);
}
