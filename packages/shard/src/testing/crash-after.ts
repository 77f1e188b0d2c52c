import { XcError } from '@xc/core';
import { shown } from '../keys/shown.ts';

/** Thrown by every call of a process that has died. Nobody gets over it by trying again. */
export class CrashedError extends XcError<'XC_SHARD_CRASHED'> {
  static {
    this.prototype.name = 'CrashedError';
  }

  constructor(call: string, number: number) {
    super('XC_SHARD_CRASHED', `the process has died at call ${number}, ${call}`, { details: { call, number } });
  }
}

/** Where a process dies. Share one between everything that it calls: when it dies, all of that is out of its reach. */
export interface CrashPoint {
  /** Names of the calls so far, the one it died at included. */
  readonly calls: readonly string[];
  readonly isCrashed: boolean;
  /** How many calls are let through before the one it dies at. */
  readonly after: number;
  /** Whether the last call, the one it dies at, still does what it does. */
  readonly effect: 'lost' | 'done';
}

class Point implements CrashPoint {
  readonly calls: string[] = [];
  readonly after: number;
  readonly effect: 'lost' | 'done';
  #crashed: CrashedError | undefined;

  constructor(after: number, effect: 'lost' | 'done') {
    if (!(after >= 0)) throw new RangeError(`calls must be a number from 0, got ${shown(after)}`);
    if (effect !== 'lost' && effect !== 'done') {
      throw new TypeError(`effect must be 'lost' or 'done', got ${shown(effect)}`);
    }
    this.after = after;
    this.effect = effect;
  }

  get isCrashed(): boolean {
    return this.#crashed !== undefined;
  }

  call(name: string, run: () => unknown): unknown {
    if (this.#crashed !== undefined) return gone(this.#crashed);
    this.calls.push(name);
    const isLast = this.calls.length > this.after;
    if (isLast && this.effect === 'lost') return gone(this.#crash(name));
    const answer = run();
    if (isPromise(answer)) return this.#told(answer, name, isLast);
    return isLast ? gone(this.#crash(name)) : answer;
  }

  async #told(answer: PromiseLike<unknown>, name: string, isLast: boolean): Promise<unknown> {
    await Promise.allSettled([answer]);
    if (isLast) this.#crash(name);
    // What was under way elsewhere when the process died may have been done; nobody is left to be told.
    if (this.#crashed !== undefined) throw this.#crashed;
    return await answer;
  }

  #crash(name: string): CrashedError {
    this.#crashed ??= new CrashedError(name, this.calls.length);
    return this.#crashed;
  }
}

function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return typeof (answer as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

/** What a dead process answers. Of a call that nobody waits for, only the next one tells. */
function gone(crashed: CrashedError): Promise<never> {
  const answer = Promise.reject(crashed);
  answer.catch(() => undefined);
  return answer;
}

/**
 * A point at which a process dies, counted over everything that shares it. With no arguments it never dies, and only counts.
 * @param after - Calls that are let through. @defaultValue Infinity
 * @param effect - What becomes of the call after them: it is not made, or it is made and nobody is told. @defaultValue 'lost'
 */
export function crashPoint(after = Number.POSITIVE_INFINITY, effect: 'lost' | 'done' = 'lost'): CrashPoint {
  return new Point(after, effect);
}

/**
 * An adapter, a journal or a store as a process sees it that dies after so many calls: the next call rejects with a
 * `CrashedError`, and so does every one after it. Functions that were handed in are not called any more.
 *
 * @example
 * ```ts
 * const counted = crashPoint();
 * await everything(crashAfter(adapter, counted), crashAfter(journal, counted), crashAfter(store, counted));
 * for (let after = 0; after < counted.calls.length; after += 1) {
 *   for (const effect of ['lost', 'done'] as const) {
 *     const point = crashPoint(after, effect);
 *     await everything(crashAfter(adapter, point), crashAfter(journal, point), crashAfter(store, point)).catch(() => undefined);
 *     await resumed(adapter, journal, store);
 *   }
 * }
 * ```
 *
 * @param calls - Calls that are let through, the next being lost; or a point that others share.
 * @throws TypeError or RangeError for a point that is none.
 */
export function crashAfter<T extends object>(target: T, calls: number | CrashPoint): T {
  const point = typeof calls === 'number' ? new Point(calls, 'lost') : calls;
  if (!(point instanceof Point)) throw new TypeError(`calls must be a number or a crash point, got ${shown(calls)}`);
  return new Proxy(target, {
    get(_target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      // Who created something may still dispose of it.
      if (typeof name === 'symbol') return value.bind(target);
      return (...args: readonly unknown[]) =>
        point.call(name, () =>
          Reflect.apply(
            value,
            target,
            args.map((arg) => (typeof arg === 'function' ? whileAlive(arg as Listener, point) : arg)),
          ),
        );
    },
  });
}

type Listener = (...args: readonly unknown[]) => unknown;

function whileAlive(fn: Listener, point: CrashPoint): Listener {
  return (...args) => (point.isCrashed ? undefined : fn(...args));
}
