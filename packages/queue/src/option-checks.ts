/** The longest time an option takes: ten years, in milliseconds. */
const longestMs = 10 * 365 * 86_400_000;

/** @throws TypeError `unknown option <name>` for the first name that is not in `known`, or when `options` is no object. */
export function refuseUnknown(options: unknown, known: readonly string[], what = 'options'): void {
  plainObject(what, options);
  for (const name of Object.keys(options as object)) {
    if (!known.includes(name)) throw new TypeError(`unknown option ${name}`);
  }
}

/** @throws TypeError unless an object that is not an array. */
export function plainObject(what: string, value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`${what} must be an object, got ${shown(value)}`);
}

/** @throws RangeError unless an integer from `least` to `most`; TypeError when not a number. */
export function integer(what: string, value: unknown, least: number, most: number): number {
  const unbounded = least === 1 ? 'a positive integer' : `an integer of at least ${least}`;
  const rule = most === Number.MAX_SAFE_INTEGER ? unbounded : `an integer from ${least} to ${most}`;
  const number = numeric(what, value, rule);
  if (!Number.isInteger(number) || number < least || number > most) throw outOfRange(what, rule, number);
  return number;
}

/** @throws RangeError unless an integer of at least 1 that a double can hold; TypeError when not a number. */
export function positiveInteger(what: string, value: unknown): number {
  return integer(what, value, 1, Number.MAX_SAFE_INTEGER);
}

/** @throws RangeError unless milliseconds from `least` to ten years; TypeError when not a number. */
export function duration(what: string, value: unknown, least = 0): number {
  const rule = `milliseconds from ${least} to ${longestMs}`;
  const number = numeric(what, value, rule);
  if (!(number >= least && number <= longestMs)) throw outOfRange(what, rule, number);
  return number;
}

/** @throws RangeError unless epoch milliseconds; TypeError when not a number, a Date included. */
export function instant(what: string, value: unknown): number {
  const rule = 'epoch milliseconds, a number';
  const number = numeric(what, value, rule);
  if (!(number >= 0 && number <= 8.64e15)) throw outOfRange(what, rule, number);
  return number;
}

/** @throws RangeError unless epoch milliseconds at most ten years after `now`; TypeError when not a number, a Date included. */
export function dueInstant(what: string, value: unknown, now: number): number {
  const number = instant(what, value);
  if (number - now <= longestMs) return number;
  throw outOfRange(what, `epoch milliseconds at most ${longestMs} ms from now`, number);
}

/** @throws RangeError for a cursor that is not of the kind that pages have. */
export function pageCursor(cursor: string, kind: RegExp): string {
  if (kind.test(cursor)) return cursor;
  throw new RangeError(`cursor must be one that the page before gave, got ${shown(cursor)}`);
}

/** @throws RangeError when empty or longer than `most` bytes of UTF-8; TypeError when not a string. */
export function text(what: string, value: unknown, most = 200): string {
  const rule = `a string of 1 to ${most} bytes`;
  if (typeof value !== 'string') throw new TypeError(`${what} must be ${rule}, got ${shown(value)}`);
  // No character takes more than three bytes for each of its UTF-16 units.
  const bytes = value.length * 3 <= most ? value.length : Buffer.byteLength(value);
  if (bytes === 0 || bytes > most) throw new RangeError(`${what} must be ${rule}, got ${bytes} bytes`);
  return value;
}

/** @throws what `text` throws; RangeError when it has control characters. */
export function printable(what: string, value: unknown, most = 200): string {
  const string = text(what, value, most);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(string)) {
    throw new RangeError(`${what} must be a string without control characters, got ${shown(string)}`);
  }
  return string;
}

/** @throws RangeError that lists what is allowed for another string; TypeError for anything else. */
export function oneOf<Choice extends string>(what: string, value: unknown, allowed: readonly Choice[]): Choice {
  if (allowed.includes(value as Choice)) return value as Choice;
  const message = `${what} must be one of ${allowed.map(shown).join(', ')}, got ${shown(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

/** @throws TypeError unless true or false. */
export function flag(what: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${what} must be true or false, got ${shown(value)}`);
}

/** @throws TypeError unless a function. */
export function callable<F>(what: string, value: F): F {
  if (typeof value === 'function') return value;
  throw new TypeError(`${what} must be a function, got ${shown(value)}`);
}

/** @throws TypeError unless an object with these methods; a logger may be a function that has them. */
export function withMethods<T extends object>(what: string, value: T, ...methods: readonly (keyof T & string)[]): T {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  if (isObject && methods.every((method) => typeof value[method] === 'function')) return value;
  throw new TypeError(`${what} must be an object with ${methods.join(', ')}, got ${shown(value)}`);
}

/** @throws TypeError unless an AbortSignal or left out. */
export function abortSignal(value: AbortSignal | undefined): AbortSignal | undefined {
  if (value === undefined || typeof value?.addEventListener === 'function') return value;
  throw new TypeError(`signal must be an AbortSignal, got ${shown(value)}`);
}

/** A value as an error message shows it: strings in quotes, nothing that could be long or secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}...` : value}'`;
  if (typeof value === 'function') return 'a function';
  if (value instanceof Date) return 'a Date';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return Object.is(value, -0) ? '-0' : String(value);
}

function numeric(what: string, value: unknown, rule: string): number {
  if (typeof value !== 'number') throw new TypeError(`${what} must be ${rule}, got ${shown(value)}`);
  return value;
}

function outOfRange(what: string, rule: string, value: number): RangeError {
  return new RangeError(`${what} must be ${rule}, got ${shown(value)}`);
}
