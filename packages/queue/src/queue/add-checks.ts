import { constantBackoff, exponentialBackoff } from '@xc/core';
import { knownLane } from '../lanes/lane-order.ts';
import {
  abortSignal,
  dueInstant,
  duration,
  integer,
  oneOf,
  plainObject,
  printable,
  refuseUnknown,
  text,
} from '../option-checks.ts';
import type { AddOptions, UniqueOptions } from './add-options.ts';
import type { BackoffSpec } from './backoff-spec.ts';

const known = [
  ...['id', 'key', 'lane', 'delayMs', 'dueAt', 'maxAttempts', 'timeoutMs', 'backoff', 'expiresInMs', 'unique', 'trace'],
  'signal',
];

/** @throws TypeError or RangeError for the first option of `add` that is wrong, when it is `now`. */
export function checkAddOptions(options: AddOptions, lanes: readonly string[], now: number): void {
  refuseUnknown(options, known);
  if (options.id !== undefined) checkId(options.id);
  checkDue(options, now);
  if (options.unique !== undefined) checkUnique(options.unique);
  const { dueAt = now } = options;
  checkJobOptions(options, lanes, dueAt - now);
}

/** The options that a job has however it comes about: by `add`, by a flow, by a schedule. */
export function checkJobOptions(options: AddOptions, lanes: readonly string[], dueInMs = 0): void {
  if (options.key !== undefined) text('key', options.key);
  if (options.lane !== undefined) knownLane(lanes, options.lane);
  if (options.maxAttempts !== undefined) integer('maxAttempts', options.maxAttempts, 1, 1_000_000);
  if (options.timeoutMs !== undefined) duration('timeoutMs', options.timeoutMs, 1);
  if (options.backoff !== undefined) checkBackoff(options.backoff);
  if (options.expiresInMs !== undefined) checkExpiry(options.expiresInMs, options.delayMs ?? dueInMs);
  if (options.trace !== undefined) oneOf('trace', options.trace, ['inherit', 'none']);
  abortSignal(options.signal);
}

/** @throws TypeError or RangeError unless a string of 1 to 200 bytes without control characters that does not start with `~`. */
export function checkId(id: unknown, what = 'id'): string {
  const string = printable(what, id);
  if (!string.startsWith('~')) return string;
  throw new RangeError(`${what} must be a string that does not start with '~', got '${string.slice(0, 40)}'`);
}

function checkDue({ delayMs, dueAt }: AddOptions, now: number): void {
  if (delayMs !== undefined) duration('delayMs', delayMs);
  if (dueAt === undefined) return;
  dueInstant('dueAt', dueAt, now);
  if (delayMs !== undefined) throw new TypeError('delayMs must be left out where there is dueAt, got both');
}

function checkExpiry(expiresInMs: number, delayMs: number): void {
  duration('expiresInMs', expiresInMs, 1);
  if (expiresInMs > delayMs) return;
  throw new RangeError(`expiresInMs must be above the delay of ${delayMs} ms, got ${expiresInMs}`);
}

function checkUnique(unique: UniqueOptions): void {
  refuseUnknown(unique, ['key', 'mode', 'ttlMs', 'maxWaitMs'], 'unique');
  text('unique.key', unique.key);
  const { mode = 'drop', ttlMs, maxWaitMs } = unique;
  oneOf('unique.mode', mode, ['drop', 'replace', 'latest', 'throttle', 'debounce']);
  if (ttlMs !== undefined) duration('unique.ttlMs', ttlMs, 1);
  else if (mode === 'throttle' || mode === 'debounce') {
    throw new TypeError(`unique.ttlMs must be given with mode '${mode}', got undefined`);
  }
  if (maxWaitMs !== undefined) duration('unique.maxWaitMs', maxWaitMs, 1);
}

/** @throws TypeError or RangeError unless one of the two kinds of back-off. */
function checkBackoff(backoff: BackoffSpec): void {
  plainObject('backoff', backoff);
  if (oneOf('backoff.kind', backoff.kind, ['constant', 'exponential']) === 'constant') {
    refuseUnknown(backoff, ['kind', 'ms'], 'backoff');
    duration('backoff.ms', (backoff as { readonly ms: number }).ms);
    return;
  }
  refuseUnknown(backoff, ['kind', 'baseMs', 'capMs', 'jitter'], 'backoff');
  const { baseMs, capMs, jitter } = backoff as Extract<BackoffSpec, { readonly kind: 'exponential' }>;
  duration('backoff.baseMs', baseMs);
  duration('backoff.capMs', capMs);
  if (jitter !== undefined) oneOf('backoff.jitter', jitter, ['none', 'full', 'equal']);
}

/** The back-off that a job carries. */
export function backoffOf(spec: BackoffSpec) {
  if (spec.kind === 'constant') return constantBackoff(spec.ms);
  const { baseMs, capMs, jitter = 'full' } = spec;
  return exponentialBackoff({ baseMs, capMs, jitter });
}
