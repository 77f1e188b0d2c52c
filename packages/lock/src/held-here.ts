import { AsyncLocalStorage } from 'node:async_hooks';
import { currentContext, type RequestContext } from '@xc/core/context';
import type { HeldLease } from './held-lease.ts';

interface Frame {
  readonly lease: HeldLease;
  readonly outer: Frame | undefined;
}

/**
 * What the work in hand holds: the leases around it, by `using` and `lead`, and those that were acquired in the very same
 * request context of `@xc/core/context`. Nothing is known of a lease that was acquired outside of both.
 */
export class HeldHere {
  readonly #frames = new AsyncLocalStorage<Frame>();
  readonly #byContext = new WeakMap<RequestContext, Set<HeldLease>>();

  /** Runs `fn` as work that holds the lease. */
  run<T>(lease: HeldLease, fn: () => T): T {
    return this.#frames.run({ lease, outer: this.#frames.getStore() }, fn);
  }

  /** The lease was asked for in that context. */
  note(context: RequestContext, lease: HeldLease): void {
    const leases = this.#byContext.get(context) ?? new Set();
    // Whoever acquires one lock after the other in a long context keeps none of the past.
    for (const past of leases) if (!past.held) leases.delete(past);
    this.#byContext.set(context, leases.add(lease));
  }

  has(name: string, permits: number | undefined): boolean {
    const isIt = (lease: HeldLease) => lease.name === name && lease.claim.permits === permits && lease.held;
    for (let frame = this.#frames.getStore(); frame !== undefined; frame = frame.outer) {
      if (isIt(frame.lease)) return true;
    }
    const context = currentContext();
    if (context === undefined) return false;
    for (const lease of this.#byContext.get(context) ?? []) if (isIt(lease)) return true;
    return false;
  }
}
