import assert from 'node:assert/strict';
import { E_LOCK_NOT_OWNED } from '@verrou/core';
import { registerStoreTestSuite } from '@verrou/core/test_suite';
import type { LockStore as VerrouStore } from '@verrou/core/types';
import type { LockClaim, LockStore } from '../src/index.ts';

/** One test of the suite that verrou publishes for its stores. */
export interface VerrouCase {
  readonly name: string;
  run(store: VerrouStore): Promise<void>;
}

/** What the suite asks of its assertions. */
const assertions = {
  isTrue: (value: unknown) => assert.equal(value, true),
  isFalse: (value: unknown) => assert.equal(value, false),
  isString: (value: unknown) => assert.equal(typeof value, 'string'),
  equal: assert.equal,
  deepEqual: assert.deepEqual,
  rejects: (fn: () => Promise<unknown>, message: string) => assert.rejects(fn, { message }),
};

const NEVER_MS = 10 ** 11;

/** A store of ours as one of verrou: `null` is a ttl of years. */
export function verrouStore(store: LockStore): VerrouStore {
  const claim = (name: string, owner: string, ttlMs: number | null): LockClaim => {
    return { name, owner, ttlMs: ttlMs ?? NEVER_MS, permits: undefined };
  };
  const own = async (isOurs: boolean | PromiseLike<boolean>) => {
    if (!(await isOurs)) throw new E_LOCK_NOT_OWNED();
  };
  return {
    save: async (key, owner, ttl) => (await store.acquire(claim(key, owner, ttl))).granted,
    delete: (key, owner) => own(store.release(claim(key, owner, null))),
    forceDelete: async (key) => void (await store.forceRelease(key)),
    exists: async (key) => (await store.busyMs(claim(key, '', null))) > 0,
    extend: (key, owner, ms) => own(store.renew(claim(key, owner, ms), 0n)),
  };
}

/** Its tests are written for another runner: gathered here, for any. */
export function verrouSuite(): readonly VerrouCase[] {
  const cases: VerrouCase[] = [];
  let store: VerrouStore | undefined;
  const register = (name: string, body: (context: { assert: typeof assertions }) => Promise<void>) => {
    let message: string | undefined;
    cases.push({
      name,
      async run(given) {
        // Taken up before its first await.
        store = given;
        const running = body({ assert: assertions });
        await (message === undefined ? running : assert.rejects(running, { message }));
      },
    });
    return {
      throws(expected: string) {
        message = expected;
      },
    };
  };
  const createStore = (): VerrouStore => store as VerrouStore;
  registerStoreTestSuite({ test: register as never, createStore });
  return cases;
}
