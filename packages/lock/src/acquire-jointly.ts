import type { Clock, LockLease } from '@xc/core';
import type { AcquireOptions, SettledAcquire } from './acquire-options.ts';
import type { HeldLease } from './held-lease.ts';
import { JointLease } from './joint-lease.ts';
import { unavailableError } from './lock-error.ts';
import type { LockStore } from './store.ts';

/** Locks that are acquired one by one. */
export interface SingleLocks {
  readonly clock: Clock;
  readonly store: LockStore;
  acquire(name: string, options: AcquireOptions): Promise<HeldLease>;
}

/**
 * Acquires all names or none, in the order of their code units, which is the same everywhere: whoever waits holds only names
 * before the one that it waits for, so nobody waits in a circle.
 */
export async function acquireJointly(
  locks: SingleLocks,
  names: readonly string[],
  options: SettledAcquire,
): Promise<LockLease> {
  if (names.length === 0) throw new RangeError('names must not be empty');
  const sorted = [...new Set(names)].sort();
  const startedAt = locks.clock.monotonic();
  const leases: HeldLease[] = [];
  try {
    for (const name of sorted) {
      const waitMs = Math.max(0, options.waitMs - (locks.clock.monotonic() - startedAt));
      leases.push(await locks.acquire(name, withWait(options, waitMs)));
    }
    const fence = greatest(leases.map((lease) => lease.fence));
    await Promise.all(leases.map((lease) => raise(locks.store, lease, fence)));
    return leases.length === 1 ? (leases[0] as HeldLease) : new JointLease(leases, fence);
  } catch (error) {
    await Promise.all(leases.map((lease) => lease.release()));
    throw error;
  }
}

function greatest(fences: readonly bigint[]): bigint {
  return [...fences].sort((one, other) => (one > other ? -1 : 1))[0] ?? 0n;
}

/** Whoever comes next under this name gets a greater fence than the one of all of them. */
async function raise(store: LockStore, lease: HeldLease, fence: bigint): Promise<void> {
  if (lease.fence < fence) {
    const isOurs = await Promise.resolve(store.renew(lease.claim, fence)).catch((error: unknown) => {
      throw unavailableError(lease.name, error);
    });
    if (!isOurs) lease.revoke('somebody else may hold it');
  }
  if (!lease.held) throw lease.lostError();
}

function withWait({ signal, ...options }: SettledAcquire, waitMs: number): AcquireOptions {
  return { ...options, waitMs, ...(signal && { signal }) };
}
