/** The signal of one call: aborted by the call's own timeout, or by a controller that the user shares between calls. */
export class CallSignal {
  readonly controller = new AbortController();
  readonly #shared: AbortSignal | undefined;

  constructor(shared: AbortSignal | undefined) {
    this.#shared = shared;
    if (shared?.aborted) this.#follow();
    else shared?.addEventListener('abort', this.#follow, { once: true });
  }

  abort(reason: unknown): void {
    this.release();
    this.controller.abort(reason);
  }

  /** The call is over: the shared controller aborts its signal no more. */
  release(): void {
    this.#shared?.removeEventListener('abort', this.#follow);
  }

  // An arrow: the listener is added and removed by identity.
  readonly #follow = (): void => this.controller.abort(this.#shared?.reason);
}
