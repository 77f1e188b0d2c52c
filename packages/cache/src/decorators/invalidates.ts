import { type DualMethodDecorator, methodDecorator } from '@xc/core';
import type { Target } from '../api/target.ts';
import { checkNames } from '../options/check-names.ts';
import { checkFlag, checkFunction } from '../options/entry-plan.ts';
import { type CacheSource, cacheOf, checkCacheSource } from './cache-of.ts';
import type { CachedMethod } from './cached.ts';

/** Options of {@link Invalidates}. */
export interface InvalidatesOptions {
  /** The cache, or a function that gives that of an instance. */
  readonly cache: CacheSource;
  /** What a call makes go. Before the method runs there is no result. */
  // biome-ignore lint/suspicious/noExplicitAny: a decorator does not know what its method takes and gives
  readonly target: (args: any[], result: any, self: any) => Target | readonly Target[];
  /**
   * Also before the method runs: for a source that shows its change before the method ends.
   * @defaultValue false
   */
  readonly before?: boolean;
}

/**
 * Invalidates after the method has resolved, never when it rejected. The method keeps `this`, its name, length and metadata. Serves
 * TC39 and legacy (`experimentalDecorators`) classes, static and private methods too.
 *
 * @throws TypeError where options are wrong, or on what is not a method.
 *
 * @example
 * ```ts
 * class Users {
 *   @Invalidates({ cache, target: ([id]) => ({ tags: [`user:${id}`] }) })
 *   async rename(id: string, name: string): Promise<void> { ... }
 * }
 * ```
 */
export function Invalidates(options: InvalidatesOptions): DualMethodDecorator<CachedMethod> {
  checkNames('options', options, ['cache', 'target', 'before']);
  const { cache: source, target: targetOf, before = false } = options;
  checkCacheSource(source);
  checkFunction('target', targetOf);
  checkFlag('before', before);
  const invalidate = async (args: unknown[], result: unknown, self: unknown): Promise<void> => {
    const targets = targetOf(args, result, self);
    const cache = cacheOf(source, self);
    await Promise.all([targets].flat().map((target) => cache.invalidate(target)));
  };
  return methodDecorator<CachedMethod>(<M extends CachedMethod>(method: M) => {
    async function invalidating(this: unknown, ...args: unknown[]): Promise<unknown> {
      if (before) await invalidate(args, undefined, this);
      const result = await Reflect.apply(method, this, args);
      await invalidate(args, result, this);
      return result;
    }
    return invalidating as unknown as M;
  });
}
