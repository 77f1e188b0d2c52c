import type { Timer } from '@xc/core';
import { CallSignal } from './call-signal.ts';

/**
 * One fired call. What settles it first, the action or its timeout, is its outcome; the action may go on after that, and
 * holds its slot for as long.
 */
export class FiredCall {
  /** V8 drops a shape that no object has, and the code compiled for it: with this one there always is one. */
  static readonly resident: FiredCall = new this([], 0, 0, undefined);

  readonly args: unknown[];
  readonly generation: number;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  readonly #sharedController: AbortController | undefined;
  #callSignal: CallSignal | undefined;
  #timer: Timer | undefined;
  #settled = false;
  #answer: ((answer: unknown) => void) | undefined;

  constructor(args: unknown[], generation: number, startedAt: number, sharedController: AbortController | undefined) {
    this.args = args;
    this.generation = generation;
    this.startedAt = startedAt;
    this.#sharedController = sharedController;
  }

  /** The controller of this call's own signal; made on first read. */
  get controller(): AbortController {
    this.#callSignal ??= new CallSignal(this.#sharedController?.signal);
    return this.#callSignal.controller;
  }

  /** Lets `timer` end the call: it gives its answer to `answer`. */
  endBy(timer: Timer): void {
    this.#timer = timer;
  }

  /** What comes first: the outcome of the action, or an answer before it. */
  race(outcome: Promise<unknown>): Promise<unknown> {
    if (this.#timer === undefined) return outcome;
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      outcome.then(resolve, reject);
    });
  }

  answer(answer: unknown): void {
    this.#answer?.(answer);
  }

  /** True for whoever comes first; nobody after it decides anything. */
  settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.cancel();
    return true;
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
  /** As `FiredCall.resident`. */
  static readonly resident: ActionContext = new this(FiredCall.resident);

  readonly #call: FiredCall;

  constructor(call: FiredCall) {
    this.#call = call;
  }

  /** Aborts when this call times out. */
  get signal(): AbortSignal {
    return this.#call.controller.signal;
  }
}
