import assert from 'node:assert/strict';
import type { LimitOp } from '../../store/limit-op.ts';
import type { LimitStoreCase } from '../limit-store-fixture.ts';
import { type Attempt, contractCase } from './attempt.ts';

const TTL_MS = 150;

/** Units that are held for a while, and given back. */
export const leaseCases: readonly LimitStoreCase[] = [
  contractCase('holds units for a lease until it is released, once', async (attempt) => {
    const { holds, release } = holder(attempt);
    assert.equal(await holds('a'), true);
    assert.equal(await holds('b'), true);
    assert.equal(await holds('c'), false);
    assert.equal(await release('a'), 1);
    assert.equal(await release('a'), 0);
    assert.equal(await holds('c'), true);
  }),
  contractCase('frees a lease that runs out unrenewed, and lets it free nobody else', async (attempt) => {
    const { holds, release, renew } = holder(attempt);
    assert.equal(await holds('a'), true);
    assert.equal(await holds('b'), true);
    await attempt.pass(TTL_MS / 2);
    assert.equal(await renew('b'), 1);
    await attempt.pass(TTL_MS / 2);
    assert.equal(await renew('a'), 0);
    assert.equal(await holds('c'), true);
    assert.equal(await holds('d'), false);
    assert.equal(await release('a'), 0);
    assert.equal(await holds('d'), false);
    assert.equal(await release('b'), 1);
    assert.equal(await holds('d'), true);
  }),
  contractCase('charges what goes with a lease, or neither', async ({ store, op }) => {
    const slots = op({ name: 'slots', rule: { algorithm: 'concurrency', limit: 1, ttlMs: TTL_MS } });
    const calls = op({ name: 'calls' });
    const take = (id: string) => store.apply({ kind: 'take', ops: [slots, calls], lease: { id } });
    assert.equal((await take('a')).states[1]?.remaining, 2);
    const refused = await take('b');
    assert.equal(refused.allowed, false);
    assert.equal(refused.states[1]?.remaining, 2);
    const wait = refused.states[0]?.retryAfterMs ?? 0;
    assert.ok(wait > 0 && wait <= TTL_MS);
  }),
];

function holder({ store, op }: Attempt) {
  const slots: LimitOp = op({ rule: { algorithm: 'concurrency', limit: 2, ttlMs: TTL_MS } });
  return {
    holds: async (id: string) => (await store.apply({ kind: 'take', ops: [slots], lease: { id } })).allowed,
    renew: async (id: string) => (await store.apply({ kind: 'renew', ops: [slots], lease: { id } })).changed,
    release: async (id: string) => (await store.apply({ kind: 'release', ops: [slots], lease: { id } })).changed,
  };
}
