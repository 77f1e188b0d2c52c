import assert from 'node:assert/strict';
import { createPool, currentResource, Pooled } from '@xc/pool';
import { fakeFactory } from '@xc/pool/testing';

const pool = createPool(fakeFactory(), { max: 1 });

class Orders {
  @Pooled(pool)
  async place(): Promise<number> {
    // The same connection, also in a pool of one: no deadlock.
    return this.reserve();
  }

  @Pooled(pool)
  async reserve(): Promise<number> {
    return currentResource(pool).id;
  }
}

assert.equal(await new Orders().place(), 1);
await pool.drain();
