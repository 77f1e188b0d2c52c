import { exponentialBackoff, harmlessLogger, harmlessMeter, noopLogger, noopMeter, systemClock } from '@xc/core';
import { checkInteger, shown } from '../../keys/shown.ts';
import { checkEnvironment } from '../../telemetry/check-environment.ts';
import type { RebalancerOptions, VerifyOptions } from '../rebalancer-options.ts';

type Defaulted =
  | 'batchRows'
  | 'perShard'
  | 'total'
  | 'catchUpRows'
  | 'fenceMs'
  | 'cutoverAttempts'
  | 'keepSourceMs'
  | 'leaseMs'
  | 'clock'
  | 'meter'
  | 'logger';

/** Options with all defaults filled in. */
export type SettledRebalancerOptions = Omit<RebalancerOptions, 'verify' | 'retry'> &
  Required<Pick<RebalancerOptions, Defaulted>> & {
    readonly verify: Required<VerifyOptions>;
    readonly retry: Required<NonNullable<RebalancerOptions['retry']>>;
  };

const known: readonly string[] = [
  'store',
  'journal',
  'adapter',
  'lock',
  'batchRows',
  'perShard',
  'total',
  'catchUpRows',
  'fenceMs',
  'cutoverAttempts',
  'verify',
  'keepSourceMs',
  'leaseMs',
  'throttle',
  'retry',
  'onProgress',
  'clock',
  'meter',
  'logger',
];

/** Long enough for anything, short enough for a timer. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Fills in and checks.
 * @throws TypeError for what is missing, of the wrong kind or unknown; RangeError for a number out of range.
 */
export function settledRebalancerOptions(options: RebalancerOptions): SettledRebalancerOptions {
  checkNames('options', options, known);
  checkParts(options);
  checkEnvironment(options);
  const {
    batchRows = 500,
    perShard = 1,
    total = 4,
    catchUpRows = 100,
    fenceMs = 5_000,
    cutoverAttempts = 10,
  } = options;
  const { keepSourceMs = 3_600_000, leaseMs = 5_000, verify = {}, retry = {} } = options;
  checkInteger('batchRows', batchRows, 1, 1_000_000);
  checkInteger('perShard', perShard, 1, 65_536);
  checkInteger('total', total, 1, 65_536);
  checkInteger('catchUpRows', catchUpRows, 0, 1_000_000);
  checkInteger('fenceMs', fenceMs, 1, LONGEST_MS);
  checkInteger('cutoverAttempts', cutoverAttempts, 1, 1_000_000);
  checkInteger('leaseMs', leaseMs, 0, LONGEST_MS);
  if (!(typeof keepSourceMs === 'number' && keepSourceMs >= 0)) {
    throw new RangeError(`keepSourceMs must be a number from 0, got ${shown(keepSourceMs)}`);
  }
  checkNames('verify', verify, ['buckets', 'rounds', 'repair']);
  const { buckets = 256, rounds = 5, repair = true } = verify;
  checkInteger('verify.buckets', buckets, 1, 65_536);
  checkInteger('verify.rounds', rounds, 1, 1_000_000);
  if (typeof repair !== 'boolean') throw new TypeError(`verify.repair must be true or false, got ${shown(repair)}`);
  checkNames('retry', retry, ['attempts', 'backoff']);
  const { attempts = 5, backoff = exponentialBackoff({ baseMs: 100, capMs: 5_000, jitter: 'equal' }) } = retry;
  checkInteger('retry.attempts', attempts, 1, 1_000_000);
  if (typeof backoff?.delayMs !== 'function') {
    throw new TypeError(`retry.backoff must have delayMs, got ${shown(backoff)}`);
  }
  const { clock = systemClock, meter = noopMeter, logger = noopLogger } = options;
  const harmless = harmlessLogger(logger);
  return {
    ...options,
    ...{ batchRows, perShard, total, catchUpRows, fenceMs, cutoverAttempts, keepSourceMs, leaseMs },
    verify: { buckets, rounds, repair },
    retry: { attempts, backoff },
    // Whoever is told something never decides about a move.
    ...{ clock, meter: harmlessMeter(meter, harmless), logger: harmless },
  };
}

function checkParts({ store, journal, adapter, lock, throttle, onProgress }: RebalancerOptions): void {
  if (typeof store?.cas !== 'function') throw new TypeError(`store must be a topology store, got ${shown(store)}`);
  if (typeof journal?.append !== 'function') throw new TypeError(`journal must be one, got ${shown(journal)}`);
  if (typeof adapter?.scan !== 'function') throw new TypeError(`adapter must be a data adapter, got ${shown(adapter)}`);
  if (adapter.capture !== 'log' && adapter.capture !== 'mirror') {
    throw new TypeError(`adapter.capture must be 'log' or 'mirror', got ${shown(adapter.capture)}`);
  }
  if (adapter.fencing !== 'data' && adapter.fencing !== 'lease') {
    throw new TypeError(`adapter.fencing must be 'data' or 'lease', got ${shown(adapter.fencing)}`);
  }
  if (lock !== undefined && typeof lock?.acquire !== 'function') {
    throw new TypeError(`lock must be one, got ${shown(lock)}`);
  }
  for (const [name, value] of Object.entries({ throttle, onProgress })) {
    if (value !== undefined && typeof value !== 'function') {
      throw new TypeError(`${name} must be a function, got ${shown(value)}`);
    }
  }
}

function checkNames(name: string, value: object, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${name} must be an object, got ${shown(value)}`);
  for (const own of Object.keys(value)) {
    if (!names.includes(own)) throw new TypeError(`${name} must be of ${names.join(', ')}, got ${shown(own)}`);
  }
}
