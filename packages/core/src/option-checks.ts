/** Refuses anything but an object with `known` names: a misspelt option would otherwise be ignored without a word. */
export function checkOptionNames(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw new TypeError(`options must be an object, got ${options}`);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`unknown option ${name}`);
  }
}

/** Refuses what is not a number (`TypeError`), not finite, or less than `least` (`RangeError`). */
export function checkNumber(name: string, value: unknown, least: number): void {
  refuseNonNumber(name, value);
  if (!Number.isFinite(value) || (value as number) < least) {
    throw new RangeError(`${name} must be a finite number of at least ${least}, got ${value}`);
  }
}

/** Refuses what is not a number (`TypeError`) or not an integer of at least 1 (`RangeError`). */
export function checkPositiveInteger(name: string, value: unknown): void {
  refuseNonNumber(name, value);
  if (!Number.isInteger(value) || (value as number) < 1) {
    throw new RangeError(`${name} must be a positive integer, got ${value}`);
  }
}

/** Refuses what is not a number (`TypeError`) or NaN (`RangeError`). Any other number is a time to wait. */
export function checkDelay(ms: unknown): void {
  refuseNonNumber('ms', ms);
  if (Number.isNaN(ms)) throw new RangeError('ms must be a number, got NaN');
}

/** Refuses what cannot be a timer: such a time (`checkDelay`), or nothing to call (`TypeError`). */
export function checkTimer(ms: unknown, fn: unknown): void {
  checkDelay(ms);
  if (typeof fn !== 'function') throw new TypeError(`fn must be a function, got ${typeof fn}`);
}

/** Refuses what is not a number (`TypeError`) or not from 0 to 1 (`RangeError`). */
export function checkRate(name: string, value: unknown): void {
  refuseNonNumber(name, value);
  if (!((value as number) >= 0 && (value as number) <= 1)) {
    throw new RangeError(`${name} must be from 0 to 1, got ${value}`);
  }
}

function refuseNonNumber(name: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value} ${String(value)}`);
}
