import { AsyncLocalStorage } from 'node:async_hooks';

/** A resource that the code of one async context shares. */
export interface AmbientResource {
  readonly resource: unknown;
  /** Whether a transaction runs on it, which whoever wants one joins. */
  readonly inTransaction: boolean;
  /** Settles when the transaction that has it now is over; the next one begins then. */
  turn?: Promise<unknown>;
}

type Ambient = ReadonlyMap<object, AmbientResource>;

/** Runs `fn` with `ambient` as the resource of `pool` for everything that it calls and awaits. */
export function runWithResource<R>(pool: object, ambient: AmbientResource, fn: () => R): R {
  return storage.run(new Map(storage.getStore()).set(pool, ambient), fn);
}

/** The resource of `pool` in this async context; undefined outside of any. */
export function ambientResource(pool: object): AmbientResource | undefined {
  return storage.getStore()?.get(pool);
}

// The entry points of this package, and its ESM and CJS copies, are to see one context: so it belongs to the process, under
// a registered symbol where it can be neither replaced nor come across by chance.
const storage = processStorage();

function processStorage(): AsyncLocalStorage<Ambient> {
  const place = Symbol.for('@xc/pool/ambient-resources');
  const known: unknown = Reflect.get(globalThis, place);
  if (known !== undefined) return known as AsyncLocalStorage<Ambient>;
  const value = new AsyncLocalStorage<Ambient>();
  Object.defineProperty(globalThis, place, { value });
  return value;
}
