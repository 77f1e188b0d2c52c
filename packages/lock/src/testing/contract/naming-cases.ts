import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { LockStoreCase } from '../lock-store-fixture.ts';
import { StoreProbe } from '../store-probe.ts';

const strange = [
  '{a}b',
  '}',
  '{}',
  'a{',
  '*',
  '[x]',
  'k\n',
  '\u00e9',
  'e\u0301',
  '__proto__',
  'constructor',
  ':f',
  'A',
  'a',
  ' ',
];

/** Names are compared exactly. */
export const namingCases: readonly LockStoreCase[] = [
  {
    name: 'keeps strange names apart, and each together with its fence',
    async run({ store }) {
      const suffix = randomUUID();
      const names = [...strange.map((name) => name + suffix), ...strange.map((name) => suffix + name), suffix];
      for (const name of names) {
        const probe = new StoreProbe(store, name);
        const claim = probe.claim();
        const fence = await probe.fence(claim);
        await probe.refused(probe.claim());
        assert.deepEqual((await store.inspect(name))?.fence, fence);
      }
      for (const name of names) assert.equal(await store.forceRelease(name), true);
    },
  },
];
