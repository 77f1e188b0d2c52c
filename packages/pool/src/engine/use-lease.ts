import type { PoolFactory } from '../pool-factory.ts';
import type { PoolLease } from './pool-lease.ts';

/** Runs `fn` with a lease and ends the lease, whatever happens. */
export async function useLease<T, R>(
  acquiring: Promise<PoolLease<T>>,
  fn: (resource: T, lease: PoolLease<T>) => R | PromiseLike<R>,
  factory: PoolFactory<T>,
  signal: AbortSignal | undefined,
): Promise<R> {
  const lease = await acquiring;
  if (signal === undefined) return run(lease, fn, factory);
  if (signal.aborted) {
    lease.release();
    throw signal.reason;
  }
  return runUntil(signal, lease, fn, factory);
}

async function run<T, R>(
  lease: PoolLease<T>,
  fn: (resource: T, lease: PoolLease<T>) => R | PromiseLike<R>,
  factory: PoolFactory<T>,
): Promise<R> {
  try {
    const result = await fn(lease.value, lease);
    if (!lease.ended) lease.release();
    return result;
  } catch (error) {
    if (!lease.ended) fail(lease, factory, error);
    throw error;
  }
}

/** On abort the caller is told at once; the resource stays with `fn` until that is through, and is closed then. */
function runUntil<T, R>(
  signal: AbortSignal,
  lease: PoolLease<T>,
  fn: (resource: T, lease: PoolLease<T>) => R | PromiseLike<R>,
  factory: PoolFactory<T>,
): Promise<R> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const guarded = async (resource: T) => {
      try {
        return await fn(resource, lease);
      } finally {
        if (signal.aborted && !lease.ended) lease.close('error');
      }
    };
    run(lease, guarded, factory)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

function fail<T>(lease: PoolLease<T>, factory: PoolFactory<T>, error: unknown): void {
  let broken = true;
  try {
    broken = factory.broken?.(lease.value, error) ?? true;
  } catch {
    // Who cannot tell whether it is broken had better not reuse it.
  }
  if (broken) lease.close('error');
  else lease.release();
}
