import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';
import { sessionStore } from '@xc/cache/session';

const cache = createCache(); // with an l2: sessions of all nodes
const sessions = sessionStore<{ cart: readonly string[] }>(cache, {
  idleMs: 30 * 60_000,
  absoluteMs: 12 * 3_600_000,
});

const id = await sessions.create({ cart: [] }, 'user-1');
const put = (item: string) =>
  sessions.update(id, ({ cart }) => ({ cart: [...cart, item] }));
await Promise.all([put('book'), put('pen')]); // neither is lost
assert.equal((await sessions.get(id))?.cart.length, 2);

const next = await sessions.rotate(id); // after every change of rights
assert.equal(await sessions.get(id), undefined);

await sessions.destroyAll('user-1'); // 'log out everywhere'
assert.equal(await sessions.get(String(next)), undefined);
