import { type AnyMethod, type DualMethodDecorator, methodDecorator } from '@xc/core';
import type { Timings } from './timings.ts';

/**
 * Times a method under its name, or under `name`. Result and error are passed on.
 *
 * @param timings - or a function that gives them, for containers that build them later
 *
 * @example
 * ```ts
 * class Search {
 *   @Profiled(timings)
 *   async find(text: string) {}
 * }
 * ```
 */
export function Profiled(timings: Timings | (() => Timings), name?: string): DualMethodDecorator {
  return methodDecorator(<M extends AnyMethod>(method: M, methodName: string) => {
    const title = name ?? methodName;
    return function (this: unknown, ...args: unknown[]) {
      const all = typeof timings === 'function' ? timings() : timings;
      return all.time(title, () => Reflect.apply(method, this as never, args as never[]));
    } as unknown as M;
  });
}
