import { type Clock, type Timer, XcError } from '@xc/core';
import { checkMs } from '../limits/limit-checks.ts';
import type { Decision } from './decision.ts';
import type { Lease } from './lease.ts';

/** What a lease needs of its limiter. */
export interface HeldLeaseParts {
  readonly id: string;
  readonly clock: Clock;
  /** Milliseconds that a renewal holds unless it says otherwise. */
  readonly ttlMs: number;
  readonly auto: boolean;
  /** Monotonic time at which the store was asked. */
  readonly askedAt: number;
  /** Whether the units were still held. Rejects when the store did not answer. */
  renew(ttlMs: number | undefined): Promise<boolean>;
  /** Whether the units were still held. Rejects when the store did not answer. */
  release(): Promise<boolean>;
  /** The lease is over, one way or the other; called once. */
  ended(): void;
}

/** A decision that holds units. It counts its own time, from when the store was asked, so it can only think too little of it. */
export function heldLease(decision: Decision, parts: HeldLeaseParts): Lease {
  const { clock, ttlMs, auto, id } = parts;
  let controller: AbortController | undefined;
  let state: 'held' | 'lost' | 'released' = 'held';
  let expiry: Timer | undefined;
  const renewals = auto ? clock.every(ttlMs / 3, () => void renew().catch(() => undefined)) : undefined;

  function end(how: 'lost' | 'released'): void {
    if (state !== 'held') return;
    state = how;
    expiry?.cancel();
    renewals?.cancel();
    parts.ended();
    if (how === 'lost') controller?.abort(lostError(id));
  }

  function hold(from: number, forMs: number): void {
    expiry?.cancel();
    expiry = clock.after(from + forMs - clock.monotonic(), () => end('lost'));
  }

  async function renew(forMs?: number): Promise<boolean> {
    if (forMs !== undefined) checkMs('ttlMs', forMs);
    if (state !== 'held') return false;
    const askedAt = clock.monotonic();
    const held = await parts.renew(forMs);
    if (state !== 'held') return false;
    if (held) hold(askedAt, forMs ?? ttlMs);
    else end('lost');
    return held;
  }

  async function release(): Promise<boolean> {
    if (state === 'released') return false;
    const wasHeld = state === 'held';
    const held = await parts.release();
    end('released');
    return held && wasHeld;
  }

  hold(parts.askedAt, ttlMs);
  return {
    ...decision,
    allowed: true,
    id,
    get signal() {
      if (controller === undefined) {
        controller = new AbortController();
        if (state === 'lost') controller.abort(lostError(id));
      }
      return controller.signal;
    },
    renew,
    release,
    async [Symbol.asyncDispose]() {
      // What could not be released now is free when its time is over.
      await release().catch(() => end('released'));
    },
  };
}

function lostError(id: string): XcError<'XC_RATELIMIT_LEASE_LOST'> {
  return new XcError('XC_RATELIMIT_LEASE_LOST', 'a lease ran out before it was renewed', { details: { lease: id } });
}
