import assert from 'node:assert/strict';
import { Cached, createCache, Invalidates } from '@xc/cache';

const cache = createCache({ defaults: { ttlMs: 60_000 } });

class Users {
  queries = 0;
  readonly names = new Map([['1', 'Ada']]);

  @Cached({ cache, key: ([id]) => `user:${id}` })
  async byId(id: string): Promise<string | undefined> {
    this.queries++;
    return this.names.get(id);
  }

  @Invalidates({ cache, target: ([id]) => ({ key: `user:${id}` }) })
  async rename(id: string, name: string): Promise<void> {
    this.names.set(id, name);
  }
}

const users = new Users();
await users.byId('1');
await users.byId('1');
assert.equal(users.queries, 1);
await users.rename('1', 'Grace');
assert.equal(await users.byId('1'), 'Grace');
