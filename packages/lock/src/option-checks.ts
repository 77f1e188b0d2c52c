/** Kinds of options that are told by what they can do. */
const shapes = {
  clock: ['now', 'monotonic', 'sleep', 'after', 'every'],
  random: ['next'],
  meter: ['counter', 'gauge', 'histogram'],
  logger: ['debug', 'info', 'warn', 'error'],
  tracer: ['span'],
  store: ['acquire', 'renew', 'release', 'busyMs', 'inspect', 'forceRelease', 'watch'],
  signal: ['addEventListener', 'removeEventListener'],
} as const;

/** What an option must be; `'any'` is looked at elsewhere. */
export type OptionKind = 'any' | 'boolean' | 'text' | keyof typeof shapes;

/**
 * Refuses options that are no object, that nobody knows, or that are not of their kind; `undefined` stands for a default.
 * @throws TypeError that names the option.
 */
export function checkOptions(options: unknown, kinds: Readonly<Record<string, OptionKind>>, what = 'options'): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${what} must be an object, got ${Array.isArray(options) ? 'an array' : kindOf(options)}`);
  }
  for (const name in options) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) throw new TypeError(`unknown option ${name}`);
    if (kind === 'any') continue;
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined) checkKind(name, value, kind);
  }
}

/** Refuses what is not of its kind, `undefined` as well. @throws TypeError that names it. */
export function checkKind(name: string, value: unknown, kind: Exclude<OptionKind, 'any'>): void {
  if (!fits(value, kind)) throw new TypeError(`${name} must be a ${kind}, got ${kindOf(value)}`);
}

/**
 * Refuses what is no number (TypeError), or less than `least` or not finite (RangeError).
 * @param endless - whether `Infinity` will do.
 */
export function checkMs(name: string, value: unknown, least: number, endless = false): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${kindOf(value)}`);
  if (endless && value === Number.POSITIVE_INFINITY) return;
  if (Number.isFinite(value) && value >= least) return;
  throw new RangeError(`${name} must be a finite number of at least ${least}, got ${value}`);
}

/** What may be told of a value that is not what it should be: an object or a function is not printed. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `text ${value}`;
  return typeof value === 'object' || typeof value === 'function' ? typeof value : String(value);
}

function fits(value: unknown, kind: Exclude<OptionKind, 'any'>): boolean {
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'text') return typeof value === 'string';
  const able = value as Record<string, unknown> | null;
  return shapes[kind].every((method) => typeof able?.[method] === 'function');
}
