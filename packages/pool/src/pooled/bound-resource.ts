import { AsyncLocalStorage } from 'node:async_hooks';
import { noResourceError } from '../engine/pool-errors.ts';
import type { Lease } from '../lease.ts';
import type { Pool } from '../pool.ts';

/** A loan that an async context has, and those around it. */
interface Binding {
  readonly pool: unknown;
  readonly lease: Lease<unknown>;
  readonly around: Binding | undefined;
}

/** The loan of `pool` in this async context; undefined when there is none, or it has ended. */
export function boundLease<T>(pool: Pool<T>): Lease<T> | undefined {
  for (let binding = storage.getStore(); binding !== undefined; binding = binding.around) {
    if (binding.pool === pool && !binding.lease.ended) return binding.lease as Lease<T>;
  }
  return undefined;
}

/** Runs `fn` with `lease` as the loan of `pool` in its async context. */
export function bindLease<T, R>(pool: Pool<T>, lease: Lease<T>, fn: () => R): R {
  return storage.run({ pool, lease, around: storage.getStore() }, fn);
}

/**
 * The resource of `pool` that a method with `@Pooled` around the caller has.
 *
 * @throws XcError XC_POOL_NO_RESOURCE outside of one.
 */
export function currentResource<T>(pool: Pool<T>): T {
  const lease = boundLease(pool);
  if (lease === undefined) throw noResourceError(pool.name);
  return lease.value;
}

// Two copies of this module, ESM and CJS, are to see one context: so the storage belongs to the process.
const storage = processStorage();

function processStorage(): AsyncLocalStorage<Binding> {
  const place = Symbol.for('@xc/pool/bindings');
  const known: unknown = Reflect.get(globalThis, place);
  if (known !== undefined) return known as AsyncLocalStorage<Binding>;
  const value = new AsyncLocalStorage<Binding>();
  Object.defineProperty(globalThis, place, { value });
  return value;
}
