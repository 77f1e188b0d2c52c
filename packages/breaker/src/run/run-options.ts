import type { RunOptions } from '@xc/core';
import { shown } from '../options.ts';
import { hearOut } from './hook.ts';

/**
 * Refuses run options that would be misunderstood or ignored. Names are not looked at: a context of somebody's policy may
 * have more of them. Takes the values one by one, as read already: it is asked on every call that has options.
 *
 * @throws TypeError for one of the wrong type; RangeError for a deadline or a priority that is NaN.
 */
export function checkRunOptions(
  signal: RunOptions['signal'],
  deadline: RunOptions['deadline'],
  key: RunOptions['key'],
  idempotent: RunOptions['idempotent'],
  priority: RunOptions['priority'],
): void {
  if (signal !== undefined && !isSignal(signal)) throw misfit('signal', 'an AbortSignal', signal);
  if (deadline !== undefined) checkNumber('deadline', 'monotonic milliseconds', deadline);
  if (key !== undefined && typeof key !== 'string') throw misfit('key', 'a string', key);
  if (idempotent !== undefined && typeof idempotent !== 'boolean') {
    throw misfit('idempotent', 'true or false', idempotent);
  }
  if (priority !== undefined) checkNumber('priority', 'a number', priority);
}

function isSignal(value: unknown): boolean {
  return value instanceof AbortSignal || looksLikeSignal(value);
}

// A signal may come from another realm, or be somebody's own.
function looksLikeSignal(value: unknown): boolean {
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
