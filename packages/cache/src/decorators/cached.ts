import { type AnyMethod, type DualMethodDecorator, methodDecorator } from '@xc/core';
import type { EntryOptions } from '../api/entry-options.ts';
import { cacheKey } from '../keys/cache-key.ts';
import { checkObject } from '../options/check-names.ts';
import { checkFunction, planDefaults } from '../options/entry-plan.ts';
import { type CacheSource, cacheOf, checkCacheSource } from './cache-of.ts';

/** A method that `Cached` and `Invalidates` fit on: one that returns a promise. */
export type CachedMethod = AnyMethod & ((this: never, ...args: never[]) => Promise<unknown>);

/** Options of {@link Cached}. */
export interface CachedOptions<T> extends EntryOptions<T> {
  /** The cache, or a function that gives that of an instance. */
  readonly cache: CacheSource;
  /**
   * The key of a call. Give one where two classes have the same name, or where a build shortens names. A method that is called as
   * `super.method()` by the one that overrides it has keys of its own.
   * @defaultValue cacheKey(class name, method name, ...arguments)
   */
  // biome-ignore lint/suspicious/noExplicitAny: a decorator does not know what its method takes
  readonly key?: (args: any[], self: any) => string;
}

/**
 * Caches what the method returns; a method that rejects stores nothing. The method keeps `this`, its name, length and metadata, and gets
 * its arguments as they are: with an `l2` it may run later than it was called, and whoever changes one meanwhile changes what it gets.
 * Serves TC39 and legacy (`experimentalDecorators`) classes, static and private methods too.
 *
 * @throws TypeError or RangeError, naming the option, where options are wrong; TypeError on what is not a method.
 *
 * @example
 * ```ts
 * class Users {
 *   @Cached({ cache, ttlMs: 60_000, tags: (user: User) => [`user:${user.id}`] })
 *   async byId(id: string): Promise<User> { ... }
 * }
 * ```
 */
export function Cached<T = unknown>(options: CachedOptions<T>): DualMethodDecorator<CachedMethod> {
  checkObject('options', options);
  const { cache: source, key: keyOf, ...entry } = options;
  checkCacheSource(source);
  if (keyOf !== undefined) checkFunction('key', keyOf);
  planDefaults(entry as EntryOptions<never>);
  return methodDecorator<CachedMethod>(<M extends CachedMethod>(method: M, name: string) => {
    async function cached(this: unknown, ...args: unknown[]): Promise<unknown> {
      const key =
        keyOf === undefined ? cacheKey(classNameOf(this), nameWithin(this, name, cached), ...args) : keyOf(args, this);
      const load = () => Reflect.apply(method, this, args) as Promise<T>;
      return cacheOf(source, this).getOrSet<T>(key, load, entry as EntryOptions<T>);
    }
    return cached as unknown as M;
  });
}

/** Of the class itself for a static method. */
function classNameOf(self: unknown): string {
  if (typeof self === 'function') return self.name;
  return (self as object | undefined)?.constructor?.name ?? '';
}

/** The method's name, and how many that override it are above it: one that is called by `super` is another method. */
function nameWithin(self: unknown, name: string, method: unknown): string {
  let supers = '';
  let holder = typeof self === 'function' ? self : prototypeOf(self);
  for (; holder !== null && holder !== undefined; holder = prototypeOf(holder)) {
    const own = Object.getOwnPropertyDescriptor(holder, name);
    if (own === undefined) continue;
    if (own.value === method) return supers + name;
    supers += 'super.';
  }
  // A private one, or one that is wrapped once more.
  return name;
}

function prototypeOf(value: unknown): object | null | undefined {
  return value === undefined || value === null ? undefined : Object.getPrototypeOf(value);
}
