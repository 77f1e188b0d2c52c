import { type Clock, type Timer, XcError } from '@xc/core';
import { shown } from '../keys/shown.ts';
import type { CallOptions } from './router.ts';

/** The bounds of one call: its signal, and the moment by which it must have settled. */
export class Scope {
  readonly signal: AbortSignal;
  readonly #timer: Timer | undefined;
  readonly #unlisten: (() => void) | undefined;
  readonly #rejected: Promise<never> | undefined;

  private constructor(options: CallOptions, closed: AbortSignal, clock: Clock, shard: string | undefined) {
    const { signal, timeoutMs } = options;
    const controller = new AbortController();
    this.signal = controller.signal;
    const abort = (reason: unknown) => controller.abort(reason);
    const outer = [closed, ...(signal === undefined ? [] : [signal])];
    const listeners = outer.map((each) => {
      const listener = () => abort(each.reason);
      each.addEventListener('abort', listener, { once: true });
      return () => each.removeEventListener('abort', listener);
    });
    this.#unlisten = () => {
      for (const unlisten of listeners) unlisten();
    };
    if (timeoutMs !== undefined) this.#timer = clock.after(timeoutMs, () => abort(timedOut(timeoutMs, shard)));
    this.#rejected = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason), { once: true });
    });
    this.#rejected.catch(() => undefined);
  }

  /**
   * Runs a call in its bounds: it settles by them, whatever `run` does. A call without any is run as it is.
   * @param shard - Whose time is bounded, where it is that of one.
   * @throws TypeError for options that are none; RangeError for such a `timeoutMs`.
   */
  static async within<R>(
    options: CallOptions | undefined,
    closed: AbortSignal,
    clock: Clock,
    run: (signal: AbortSignal) => Promise<R>,
    shard?: string,
  ): Promise<R> {
    closed.throwIfAborted();
    if (options !== undefined && (typeof options !== 'object' || options === null)) {
      throw new TypeError(`options must be an object, got ${shown(options)}`);
    }
    if (options?.signal === undefined && options?.timeoutMs === undefined) return await run(closed);
    const { signal, timeoutMs } = options;
    if (timeoutMs !== undefined && !(timeoutMs > 0)) {
      throw new RangeError(`timeoutMs must be a number above 0, got ${shown(timeoutMs)}`);
    }
    signal?.throwIfAborted();
    const scope = new Scope(options, closed, clock, shard);
    try {
      return await Promise.race([run(scope.signal), scope.#rejected as Promise<never>]);
    } finally {
      scope.#timer?.cancel();
      scope.#unlisten?.();
    }
  }
}

/** A shard, or a whole call, that did not answer in time. */
export function timedOut(timeoutMs: number, shard?: string): XcError<'XC_SHARD_TIMEOUT'> {
  const who = shard === undefined ? 'the call' : `shard ${shard}`;
  const details = shard === undefined ? { timeoutMs } : { timeoutMs, shard };
  return new XcError('XC_SHARD_TIMEOUT', `${who} did not answer in ${timeoutMs} ms`, { details, retryable: true });
}
