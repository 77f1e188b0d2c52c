import type { AnyMethod } from '@xc/core';

/** What a decorator has left on a method: the job types that it handles, and what is to run for them. */
export interface HandlerMark {
  readonly types: readonly string[];
  /** The body that takes the data, where the method itself only enqueues. */
  readonly body?: AnyMethod;
}

// In the global registry, so that marks made by one copy of this package are found by the other.
const mark = Symbol.for('@xc/queue/handler-mark');

/** Adds `type` to what `method` is marked with. */
export function markHandler(method: AnyMethod, type: string, body?: AnyMethod): void {
  const known = handlerMark(method);
  const types = [...(known?.types ?? []), type];
  const runs = body ?? known?.body;
  const value: HandlerMark = runs === undefined ? { types } : { types, body: runs };
  Object.defineProperty(method, mark, { value, configurable: true });
}

/** The mark that `value` carries itself, if it is a marked function. */
export function handlerMark(value: unknown): HandlerMark | undefined {
  if (typeof value !== 'function' || !Object.hasOwn(value, mark)) return undefined;
  return (value as { readonly [mark]?: HandlerMark })[mark];
}

/** @throws TypeError for a private method: `handlersOf` could never find it. */
export function refusePrivate(decorator: string, name: string): void {
  if (name.startsWith('#')) throw new TypeError(`${decorator} must be on a method that can be reached, got ${name}`);
}
