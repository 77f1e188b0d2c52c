/** @throws TypeError or RangeError unless an integer of at least 1; `Infinity` only with `infinite: 'allowed'`. */
export function positiveInteger(option: string, value: unknown, infinite?: 'allowed'): number {
  const rule = 'a positive integer';
  const number = numeric(option, value, rule);
  const whole = Number.isInteger(number) || (infinite !== undefined && number === Number.POSITIVE_INFINITY);
  if (!whole || number < 1) throw outOfRange(option, rule, number);
  return number;
}

/** @throws TypeError or RangeError unless an integer of at least 0; `Infinity` only with `infinite: 'allowed'`. */
export function nonNegativeInteger(option: string, value: unknown, infinite?: 'allowed'): number {
  const rule = 'a non-negative integer';
  const number = numeric(option, value, rule);
  const whole = Number.isInteger(number) || (infinite !== undefined && number === Number.POSITIVE_INFINITY);
  if (!whole || number < 0) throw outOfRange(option, rule, number);
  return number;
}

/** @throws TypeError or RangeError unless milliseconds from 0; `Infinity` only with `infinite: 'allowed'`. */
export function duration(option: string, value: unknown, infinite?: 'allowed'): number {
  const rule = 'a positive number';
  const number = numeric(option, value, rule);
  if (!(number >= 0) || (infinite === undefined && number === Number.POSITIVE_INFINITY)) {
    throw outOfRange(option, rule, number);
  }
  return number;
}

/** @throws TypeError or RangeError unless a finite number above `floor`. */
export function above(option: string, value: unknown, floor: number): number {
  const rule = floor === 0 ? 'a positive number' : `a number above ${floor}`;
  const number = numeric(option, value, rule);
  if (!(number > floor) || number === Number.POSITIVE_INFINITY) throw outOfRange(option, rule, number);
  return number;
}

/** @throws TypeError or RangeError unless at least 0 and less than 1. */
export function share(option: string, value: unknown): number {
  const rule = 'at least 0 and less than 1';
  const number = numeric(option, value, rule);
  if (!(number >= 0 && number < 1)) throw outOfRange(option, rule, number);
  return number;
}

/** @throws TypeError that lists what is allowed. */
export function oneOf<const Choice extends string>(option: string, value: unknown, allowed: readonly Choice[]): Choice {
  if (allowed.includes(value as Choice)) return value as Choice;
  throw new TypeError(`${option} must be one of ${allowed.map(shown).join(', ')}, got ${shown(value)}`);
}

/** @throws TypeError unless a boolean. */
export function flag(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${option} must be a boolean, got ${shown(value)}`);
}

/** @throws TypeError unless a function. */
export function callable(option: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${option} must be a function, got ${shown(value)}`);
}

/** @throws TypeError unless an AbortSignal, or something like one. */
export function abortSignal(option: string, value: unknown): void {
  if (typeof (value as AbortSignal | null)?.addEventListener === 'function') return;
  throw new TypeError(`${option} must be an AbortSignal, got ${shown(value)}`);
}

/** @throws TypeError unless a string of at most 100 characters, none of them a control character. */
export function poolName(value: unknown): string {
  const rule = 'name must be a string of at most 100 characters without control characters';
  if (typeof value !== 'string') throw new TypeError(`${rule}, got ${shown(value)}`);
  if (value.length > 100) throw new TypeError(`${rule}, got ${value.length} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value)) throw new TypeError(`${rule}, got one with a control character`);
  return value;
}

/** @throws TypeError `unknown option <name>` for the first name that is not in `known`, or when `options` is no object. */
export function refuseUnknown(options: unknown, known: readonly string[], what = 'options'): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${what} must be an object, got ${shown(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`unknown option ${name}`);
  }
}

/** A value as an error message shows it: strings in quotes, nothing that could be long or secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

function numeric(option: string, value: unknown, rule: string): number {
  if (typeof value !== 'number') throw new TypeError(`${option} must be ${rule}, got ${shown(value)}`);
  return value;
}

function outOfRange(option: string, rule: string, value: number): RangeError {
  return new RangeError(`${option} must be ${rule}, got ${value}`);
}
