import type { Timer } from '@xc/core';
import { CallSignal } from './call-signal.ts';

/**
 * One fired call and the promise that its caller holds. What settles it first is its outcome; the action may go on after
 * that, and holds its slot for as long.
 */
export class FiredCall {
  readonly args: readonly unknown[];
  readonly generation: number;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  readonly promise: Promise<unknown>;
  readonly #sharedSignal: AbortSignal | undefined;
  #callSignal: CallSignal | undefined;
  #timer: Timer | undefined;
  #settled = false;
  #resolve: (value: unknown) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(
    args: readonly unknown[],
    generation: number,
    startedAt: number,
    sharedController: AbortController | undefined,
  ) {
    this.args = args;
    this.generation = generation;
    this.startedAt = startedAt;
    this.#sharedSignal = sharedController?.signal;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** The controller of this call's own signal; made on first read. */
  get controller(): AbortController {
    this.#callSignal ??= new CallSignal(this.#sharedSignal);
    return this.#callSignal.controller;
  }

  /** Lets `timer` end the call. */
  endBy(timer: Timer): void {
    this.#timer = timer;
  }

  /** True for whoever comes first; nobody after it decides anything. */
  settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.cancel();
    return true;
  }

  resolve(value: unknown): void {
    this.#resolve(value);
  }

  reject(error: unknown): void {
    this.#reject(error);
  }

  /** Aborts the signal, if the action has read it. */
  abort(reason: unknown): void {
    this.#callSignal?.abort(reason);
  }

  /** The action has settled. */
  release(): void {
    this.#callSignal?.release();
  }
}

/** What an action gets as `this` when nothing else is given. */
export class ActionContext {
  readonly #call: FiredCall;

  constructor(call: FiredCall) {
    this.#call = call;
  }

  /** Aborts when this call times out. */
  get signal(): AbortSignal {
    return this.#call.controller.signal;
  }
}
