import {
  type Clock,
  type Logger,
  type Meter,
  noopLogger,
  noopMeter,
  type Random,
  systemClock,
  systemRandom,
} from '@xc/core';

/** What every policy takes besides its own options. */
export interface PolicyOptions {
  /**
   * Metric label, 1 to 200 characters.
   * @defaultValue the kind of the policy
   */
  readonly name?: string;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue systemRandom */
  readonly random?: Random;
  /** @defaultValue noopMeter */
  readonly meter?: Meter;
  /** @defaultValue noopLogger */
  readonly logger?: Logger;
}

/** The part of `PolicyOptions` with every default filled in. */
export type PolicyEnvironment = Required<PolicyOptions>;

/** The option names of `PolicyOptions`, for `refuseUnknown`. */
export const policyOptionNames = ['name', 'clock', 'random', 'meter', 'logger'] as const;

/** The longest duration and the greatest count an option takes: what a 32-bit timer and counter can hold. */
export const maxInteger = 2 ** 31 - 1;

/**
 * Fills in the shared options of a policy of this `kind`.
 *
 * @throws TypeError for one that lacks the methods of its interface; RangeError for a name that is empty or too long.
 */
export function policyEnvironment(options: PolicyOptions, kind: string): PolicyEnvironment {
  return {
    name: policyName('name', orDefault(options.name, kind)),
    clock: withMethods('clock', orDefault(options.clock, systemClock), 'now', 'monotonic', 'sleep', 'after'),
    random: withMethods('random', orDefault(options.random, systemRandom), 'next'),
    meter: withMethods('meter', orDefault(options.meter, noopMeter), 'counter', 'gauge', 'histogram'),
    logger: withMethods('logger', orDefault(options.logger, noopLogger), 'warn', 'error'),
  };
}

/** `value`, or `otherwise` where it was left out. `null` is not left out: it goes on to the check, which refuses it. */
export function orDefault<Value, Otherwise>(value: Value | undefined, otherwise: Otherwise): Value | Otherwise {
  return value === undefined ? otherwise : value;
}

/** @throws TypeError `unknown option <name>` for the first name that is not in `known`, or when `options` is no object. */
export function refuseUnknown(options: object, known: readonly string[], what = 'options'): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${what} must be an object, got ${shown(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`unknown option ${name}`);
  }
}

/** @throws RangeError unless above 0 (or 0, with `zero: 'allowed'`) and at most 1; TypeError when not a number. */
export function ratio(option: string, value: unknown, zero?: 'allowed'): number {
  const rule = zero ? 'a ratio from 0 to 1' : 'a ratio above 0 and at most 1';
  const number = numeric(option, value, rule);
  if (!(number >= 0 && number <= 1) || (number === 0 && !zero)) throw outOfRange(option, rule, number);
  return number;
}

/** @throws RangeError unless an integer from 1 to 2^31-1; TypeError when not a number. */
export function positiveInteger(option: string, value: unknown): number {
  return integer(option, value, 1, 'a positive integer');
}

/** @throws RangeError unless an integer from 0 to 2^31-1; TypeError when not a number. */
export function nonNegativeInteger(option: string, value: unknown): number {
  return integer(option, value, 0, 'a non-negative integer');
}

/** @throws RangeError unless from 0 to 2^31-1 milliseconds; TypeError when not a number. */
export function duration(option: string, value: unknown): number {
  const rule = `milliseconds from 0 to ${maxInteger}`;
  const number = numeric(option, value, rule);
  if (!(number >= 0 && number <= maxInteger)) throw outOfRange(option, rule, number);
  return number;
}

/** @throws RangeError unless above 0, up to 2^31-1 milliseconds; TypeError when not a number. */
export function positiveDuration(option: string, value: unknown): number {
  const number = duration(option, value);
  if (number === 0) throw new RangeError(`${option} must be above 0, got 0`);
  return number;
}

/** @throws RangeError unless a finite number of at least 0, or above 0 with `zero: 'refused'`; TypeError when not a number. */
export function amount(option: string, value: unknown, zero?: 'refused'): number {
  const rule = zero ? 'a finite number above 0' : 'a finite number of at least 0';
  const number = numeric(option, value, rule);
  if (!Number.isFinite(number) || number < 0 || (number === 0 && zero)) throw outOfRange(option, rule, number);
  return number;
}

/** @throws TypeError that lists what is allowed. */
export function oneOf<Choice extends string>(option: string, value: unknown, allowed: readonly Choice[]): Choice {
  if (allowed.includes(value as Choice)) return value as Choice;
  throw new TypeError(`${option} must be one of ${allowed.map(shown).join(', ')}, got ${shown(value)}`);
}

/** @throws TypeError unless a function. */
export function callable<F>(option: string, value: F): F {
  if (typeof value === 'function') return value;
  throw new TypeError(`${option} must be a function, got ${shown(value)}`);
}

/** @throws TypeError unless an object with these methods; a logger may be a function that has them. */
export function withMethods<T extends object>(option: string, value: T, ...methods: readonly (keyof T & string)[]): T {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  if (isObject && methods.every((method) => typeof value[method] === 'function')) return value;
  throw new TypeError(`${option} must be an object with ${methods.join(', ')}, got ${shown(value)}`);
}

/** @throws RangeError when empty or longer than 200 characters; TypeError when not a string. */
export function policyName(option: string, value: unknown): string {
  const rule = 'a string of 1 to 200 characters';
  if (typeof value !== 'string') throw new TypeError(`${option} must be ${rule}, got ${shown(value)}`);
  if (value.length === 0 || value.length > 200) {
    throw new RangeError(`${option} must be ${rule}, got ${value.length} characters`);
  }
  return value;
}

/** A value as an error message shows it: strings in quotes, nothing that could be long or secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return Object.is(value, -0) ? '-0' : String(value);
}

function integer(option: string, value: unknown, least: number, rule: string): number {
  const number = numeric(option, value, rule);
  if (number > maxInteger) throw outOfRange(option, `${rule} up to ${maxInteger}`, number);
  if (!Number.isInteger(number) || number < least) throw outOfRange(option, rule, number);
  return number;
}

function numeric(option: string, value: unknown, rule: string): number {
  if (typeof value !== 'number') throw new TypeError(`${option} must be ${rule}, got ${shown(value)}`);
  return value;
}

function outOfRange(option: string, rule: string, value: number): RangeError {
  return new RangeError(`${option} must be ${rule}, got ${shown(value)}`);
}
