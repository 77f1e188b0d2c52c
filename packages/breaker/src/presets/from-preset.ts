import type { Policy } from '@xc/core';
import { type Bulkhead, bulkhead } from '../bulkhead/bulkhead.ts';
import type { Breaker } from '../circuit/breaker.ts';
import type { BreakerOptions } from '../circuit/breaker-options.ts';
import { breakerOptionNames } from '../circuit/breaker-settings.ts';
import { createBreaker } from '../circuit/create-breaker.ts';
import { fallback } from '../fallback/fallback.ts';
import {
  callable,
  oneOf,
  orDefault,
  type PolicyEnvironment,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  positiveDuration,
  refuseUnknown,
  shown,
} from '../options.ts';
import { type Pipeline, pipeline } from '../pipeline/pipeline.ts';
import { retry } from '../retry/retry.ts';
import { type RetryBudget, retryBudget } from '../retry/retry-budget.ts';
import type { RetryOptions } from '../retry/retry-options.ts';
import { timeout } from '../timeout/timeout.ts';
import { checkedPreset } from './checked-preset.ts';
import { budgetRatioOf, type Preset, type PresetName, presets } from './presets.ts';

/** What one dependency has of its own, over its preset. */
export interface FromPresetOptions extends PolicyOptions {
  /**
   * Metric label of every part.
   * @defaultValue the name of the preset
   */
  readonly name?: string;
  /** Answers for every call that failed or was refused. @defaultValue none */
  readonly fallback?: (error: unknown) => unknown;
  /** Over the breaker options of the preset, one by one. */
  readonly breaker?: BreakerOptions;
  /** Milliseconds for one attempt. */
  readonly timeoutMs?: number;
  /** Over the retry options of the preset, one by one; `false` for no retry. */
  readonly retry?: RetryOptions | false;
}

/** A pipeline of a preset, and the parts that one wants to look at. */
export interface PresetPolicy extends Pipeline {
  readonly breaker: Breaker;
  readonly bulkhead: Bulkhead;
  readonly budget: RetryBudget | undefined;
}

/**
 * `pipeline([fallback?, retry?, breaker, bulkhead, timeout])` with the numbers of a preset. Each call makes parts of its
 * own: one for each dependency.
 *
 * @throws TypeError for a preset that is not there; TypeError or RangeError that names an option and its value.
 * @example
 * ```ts
 * const users = fromPreset('external-api', { name: 'users', fallback: () => guest });
 * const user = await users.run(({ signal }) => fetch(url, { signal }), { idempotent: true });
 * ```
 */
export function fromPreset(preset: PresetName | Preset, options: FromPresetOptions = {}): PresetPolicy {
  refuseUnknown(options, ['fallback', 'breaker', 'timeoutMs', 'retry', ...policyOptionNames]);
  const numbers = typeof preset === 'string' ? presets[knownName(preset)] : checkedPreset(preset);
  const environment = policyEnvironment(options, typeof preset === 'string' ? preset : 'preset');
  const again = retryOptions(numbers, options.retry, environment);
  const breaker = createBreaker(breakerOptions(numbers, options.breaker, environment));
  const { limit, ...queue } = numbers.bulkhead;
  const slots = bulkhead(limit, { ...environment, ...queue });
  const timeoutMs = positiveDuration('timeoutMs', orDefault(options.timeoutMs, numbers.timeoutMs));
  const policies: Policy[] = [breaker, slots, timeout(timeoutMs, environment)];
  if (again !== undefined) policies.unshift(retry(again));
  if (options.fallback !== undefined) policies.unshift(fallback(callable('fallback', options.fallback), environment));
  return { ...pipeline(policies, environment), breaker, bulkhead: slots, budget: again?.budget };
}

function knownName(preset: string): PresetName {
  return oneOf('preset', preset, Object.keys(presets) as PresetName[]);
}

function breakerOptions(
  numbers: Preset,
  own: BreakerOptions | undefined,
  environment: PolicyEnvironment,
): BreakerOptions {
  if (own === undefined) return { ...environment, ...numbers.breaker };
  refuseUnknown(own, breakerOptionNames, 'breaker');
  // Asked for, half-open must be an object: that of the preset would hide what was given.
  const halfOpen =
    own.halfOpen === undefined || isObject(own.halfOpen)
      ? { ...numbers.breaker.halfOpen, ...given(own.halfOpen) }
      : own.halfOpen;
  return { ...environment, ...numbers.breaker, ...given(own), halfOpen };
}

function retryOptions(
  numbers: Preset,
  own: RetryOptions | false | undefined,
  environment: PolicyEnvironment,
): RetryOptions | undefined {
  if (own === false || (own === undefined && numbers.retry === undefined)) return undefined;
  if (own !== undefined && !isObject(own)) throw new TypeError(`retry must be an object or false, got ${shown(own)}`);
  const ratio = budgetRatioOf(numbers.retry);
  const budget = ratio === undefined ? {} : { budget: retryBudget({ ratio, clock: environment.clock }) };
  return { ...environment, ...numbers.retry, ...budget, ...given(own) };
}

/** Without what was left out as `undefined`: that must not hide what the preset says. */
function given<T extends object>(options: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
