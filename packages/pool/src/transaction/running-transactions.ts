import { AsyncLocalStorage } from 'node:async_hooks';
import type { Lease } from '../lease.ts';
import type { Pool } from '../pool.ts';
import { bindLease } from '../pooled/bound-resource.ts';

/** Whom the transactions of one async context belong to. */
interface Registry {
  readonly running: AsyncLocalStorage<ReadonlyMap<object, Lease<unknown>>>;
  /** Of a resource that several share: settles when the transaction that has it now is over. */
  readonly turns: WeakMap<object, Promise<unknown>>;
}

/** The loan on which a transaction of `pool` runs in this async context. */
export function runningTransaction<Client>(pool: Pool<Client>): Lease<Client> | undefined {
  const lease = registry.running.getStore()?.get(pool);
  return lease === undefined || lease.ended ? undefined : (lease as Lease<Client>);
}

/** Runs `fn` inside of the transaction on that loan, which `currentResource` finds as well. */
export function insideTransaction<Client, R>(pool: Pool<Client>, lease: Lease<Client>, fn: () => R): R {
  const running = new Map(registry.running.getStore()).set(pool, lease);
  return registry.running.run(running, () => bindLease(pool, lease, fn));
}

/** Runs `fn` when all others that share the loan have had their turn. */
export function inTurn<R>(lease: Lease<unknown>, fn: () => Promise<R>): Promise<R> {
  const mine = Promise.resolve(registry.turns.get(lease)).then(fn);
  registry.turns.set(
    lease,
    mine.catch(() => {}),
  );
  return mine;
}

// Two copies of this module, ESM and CJS, and two dialects are to see one context: so it belongs to the process.
const registry = processRegistry();

function processRegistry(): Registry {
  const place = Symbol.for('@xc/pool/transactions');
  const known: unknown = Reflect.get(globalThis, place);
  if (known !== undefined) return known as Registry;
  const value: Registry = { running: new AsyncLocalStorage(), turns: new WeakMap() };
  Object.defineProperty(globalThis, place, { value });
  return value;
}
