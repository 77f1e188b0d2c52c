import type { LockLease } from '@xc/core';
import { clockedSignal } from './clocked-signal.ts';
import type { HeldLease } from './held-lease.ts';

/** Several leases as one, lost with the first of them. */
export class JointLease implements LockLease {
  readonly name: string;
  readonly fence: bigint;
  readonly #leases: readonly HeldLease[];
  #signal: AbortSignal | undefined;
  #release: Promise<void> | undefined;

  /** @param fence - greater than all that were given before under any of the names. */
  constructor(leases: readonly HeldLease[], fence: bigint) {
    this.name = leases.map(({ name }) => name).join(', ');
    this.fence = fence;
    this.#leases = leases;
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#open();
    return this.#signal;
  }

  release(): Promise<void> {
    this.#release ??= Promise.all(this.#leases.map((lease) => lease.release())).then(() => {});
    return this.#release;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  #open(): AbortSignal {
    const controller = new AbortController();
    const look = (): void => {
      const lost = this.#leases.find((lease) => lease.lost);
      const isNews = lost !== undefined && !isAborted(controller.signal);
      if (isNews) controller.abort(lost.lostError());
    };
    for (const { signal } of this.#leases) signal.addEventListener('abort', look, { once: true });
    look();
    return clockedSignal(controller, look);
  }
}

// Not as it is read by others, which would look again.
function isAborted(signal: AbortSignal): boolean {
  return Reflect.get(AbortSignal.prototype, 'aborted', signal);
}
