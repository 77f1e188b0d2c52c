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
  {
    name: 'keeps names of 256 bytes apart, and at either end of them',
    async run({ store }) {
      const long = `${randomUUID()}${'-'.repeat(184)}${randomUUID()}`;
      const names = [long, `${long.slice(0, -1)}!`, `!${long.slice(1)}`, long.slice(0, -1)];
      for (const name of names) await new StoreProbe(store, name).fence(new StoreProbe(store, name).claim());
      for (const name of names) assert.equal(await store.forceRelease(name), true);
    },
  },
];
