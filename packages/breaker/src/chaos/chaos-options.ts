import {
  callable,
  duration,
  orDefault,
  type PolicyOptions,
  policyOptionNames,
  ratio,
  refuseUnknown,
  shown,
} from '../options.ts';

/** What goes wrong, and how often. Rates are from 0 to 1. */
export interface ChaosOptions extends PolicyOptions {
  /**
   * The share of calls that fail instead of being made.
   * @defaultValue 0
   */
  readonly failRate?: number;
  /** @defaultValue a `ChaosError` */
  readonly error?: () => unknown;
  /**
   * The share of calls that are delayed.
   * @defaultValue 0
   */
  readonly delayRate?: number;
  /** Milliseconds, or the least and the greatest of a delay that differs from call to call. Must be given with `delayRate`. */
  readonly delayMs?: number | readonly [least: number, greatest: number];
  /**
   * The share of calls that give `result` instead of being made.
   * @defaultValue 0
   */
  readonly resultRate?: number;
  /** @defaultValue undefined */
  readonly result?: () => unknown;
  /**
   * Asked on every call: a switch for production. One that throws is logged once and counts as false.
   * @defaultValue always
   */
  readonly enabled?: () => boolean;
}

/** Checked, and with every default filled in. */
export interface ChaosSettings {
  readonly failRate: number;
  readonly error: (() => unknown) | undefined;
  readonly delayRate: number;
  readonly delayMs: readonly [least: number, greatest: number];
  readonly resultRate: number;
  readonly result: () => unknown;
  readonly enabled: (() => boolean) | undefined;
}

/** @throws TypeError or RangeError for an unknown option or a value out of range. */
export function chaosSettings(options: ChaosOptions): ChaosSettings {
  refuseUnknown(options, [
    'failRate',
    'error',
    'delayRate',
    'delayMs',
    'resultRate',
    'result',
    'enabled',
    ...policyOptionNames,
  ]);
  const delayRate = ratio('delayRate', orDefault(options.delayRate, 0), 'allowed');
  if (delayRate > 0 && options.delayMs === undefined) throw new TypeError('delayMs must be given with delayRate');
  return {
    failRate: ratio('failRate', orDefault(options.failRate, 0), 'allowed'),
    error: options.error === undefined ? undefined : callable('error', options.error),
    delayRate,
    delayMs: delayRange(orDefault(options.delayMs, 0)),
    resultRate: ratio('resultRate', orDefault(options.resultRate, 0), 'allowed'),
    result: callable(
      'result',
      orDefault(options.result, () => undefined),
    ),
    enabled: options.enabled === undefined ? undefined : callable('enabled', options.enabled),
  };
}

function delayRange(delayMs: number | readonly [number, number]): readonly [number, number] {
  if (typeof delayMs === 'number') {
    const ms = duration('delayMs', delayMs);
    return [ms, ms];
  }
  if (!Array.isArray(delayMs) || delayMs.length !== 2) {
    throw new TypeError(`delayMs must be milliseconds or [least, greatest], got ${shown(delayMs)}`);
  }
  const [least, greatest] = [duration('delayMs[0]', delayMs[0]), duration('delayMs[1]', delayMs[1])];
  if (least > greatest) throw new RangeError(`delayMs must begin with the least, got ${least} and ${greatest}`);
  return [least, greatest];
}
