import { isSignal, kindOf } from './call-options.ts';
import type { RedisLike } from './client.ts';

/** Kinds of options that are told by what they can do. */
const shapes = {
  logger: ['debug', 'info', 'warn', 'error'],
  clock: ['now', 'monotonic', 'sleep', 'after', 'every'],
  random: ['next'],
} as const;

type Kind = 'boolean' | 'text' | 'object' | 'positive' | 'positive integer' | 'signal' | keyof typeof shapes;

/**
 * Refuses options that are no object, that nobody knows, or that are not of their kind; `undefined` stands for a default.
 * @throws TypeError, or RangeError for a number out of range, that names the option and the value.
 */
export function checkOptions(options: unknown, kinds: Readonly<Record<string, Kind | 'any'>>): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${kindOf(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) throw new TypeError(`unknown option ${name}`);
    if (value !== undefined && kind !== 'any') checkKind(name, value, kind);
  }
}

/** Refuses what is no client, by what it can do. */
export function checkClient(client: unknown): void {
  const { status, options, on } = (client ?? {}) as Partial<RedisLike>;
  if (typeof status === 'string' && typeof options === 'object' && typeof on === 'function') return;
  // Not what it is: a URL has a password in it.
  throw new TypeError(`client must be a client of ioredis, got ${client === null ? 'null' : typeof client}`);
}

function checkKind(name: string, value: unknown, kind: Kind): void {
  switch (kind) {
    case 'boolean':
      demand(typeof value === 'boolean', name, 'true or false', value);
      break;
    case 'text':
      demand(typeof value === 'string', name, 'a text', value);
      break;
    case 'object':
      demand(typeof value === 'object' && value !== null, name, 'an object', value);
      break;
    case 'signal':
      demand(isSignal(value), name, 'an AbortSignal', value);
      break;
    case 'positive':
      if (Number.isFinite(value) && (value as number) > 0) break;
      throw new RangeError(`${name} must be a positive number, got ${kindOf(value)}`);
    case 'positive integer':
      if (Number.isInteger(value) && (value as number) > 0) break;
      throw new RangeError(`${name} must be a positive integer, got ${kindOf(value)}`);
    default: {
      const able = value as Record<string, unknown> | null;
      const fits = shapes[kind].every((method) => typeof able?.[method] === 'function');
      demand(fits, name, `a ${kind} (${shapes[kind].join(', ')})`, value);
      break;
    }
  }
}

function demand(fits: boolean, name: string, what: string, value: unknown): void {
  if (!fits) throw new TypeError(`${name} must be ${what}, got ${kindOf(value)}`);
}
