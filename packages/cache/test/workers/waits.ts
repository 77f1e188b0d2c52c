import { createCache, memoryTier } from '../../src/index.ts';

const l2 = memoryTier();
const [gone, here] = [createCache({ l2 }), createCache({ l2 })];
const never = () => new Promise<never>(() => {});

const cluster = { fill: 'cluster', leaseMs: 300 } as const;
void gone.getOrSet('k', never, cluster);
void gone.once('k', never);
await null;
console.log(await here.getOrSet('k', () => 'taken over', cluster));
console.log(await here.once('k', never, { waitMs: 200 }).catch((error: { readonly code?: string }) => error.code));
const users = here.define('user', { loadMany: async (ids: readonly number[]) => ids, batch: { windowMs: 50 } });
console.log(await users.get(1), (await users.warm([2, 3])).loaded);
