import { shown } from '../option-checks.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Handler } from '../worker/handler.ts';
import { handlerMark } from './handler-mark.ts';

/**
 * The handlers of an object, by job type: its methods under `Handles` and `Enqueues`, those of its base classes included, bound
 * to it. Where a class overrides a marked method, its own runs.
 *
 * @throws TypeError when `instance` is no object, or two of its methods handle one type.
 */
export function handlersOf(instance: object): Record<string, Handler<AnyJobs>> {
  if ((typeof instance !== 'object' && typeof instance !== 'function') || instance === null) {
    throw new TypeError(`instance must be an object, got ${shown(instance)}`);
  }
  const handlers = new Map<string, Handler<AnyJobs>>();
  const seen = new Set<string | symbol>();
  for (const place of places(instance)) {
    for (const key of Reflect.ownKeys(place)) {
      const mark = handlerMark(Object.getOwnPropertyDescriptor(place, key)?.value);
      if (mark === undefined || seen.has(key)) continue;
      seen.add(key);
      const { body, types } = mark;
      const handler: Handler<AnyJobs> =
        body === undefined
          ? (job) => Reflect.apply(Reflect.get(instance, key), instance, [job])
          : (job) => Reflect.apply(body, instance as never, [job.data as never]);
      for (const type of types) {
        if (handlers.has(type))
          throw new TypeError(`${shown(type)} must be handled by one method, got ${String(key)} as well`);
        handlers.set(type, handler);
      }
    }
  }
  return Object.fromEntries(handlers);
}

/** The object and what it inherits from, nearest first, without what the language brings. */
function* places(instance: object): Generator<object> {
  let place: object | null = instance;
  while (place !== null && place !== Object.prototype && place !== Function.prototype) {
    yield place;
    place = Object.getPrototypeOf(place);
  }
}
