import { AsyncResource } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { createPool } from '../create-pool.ts';
import { type FakeResource, fakeFactory } from '../testing/fake-factory.ts';
import { currentResource } from './bound-resource.ts';
import { Pooled } from './pooled.ts';

const pool = createPool(fakeFactory(), { max: 1, acquireTimeoutMs: 200 });
const other = createPool(fakeFactory(), { max: 1, acquireTimeoutMs: 200 });

class Orders {
  readonly name = 'orders';

  @Pooled(pool)
  async outer(): Promise<readonly FakeResource[]> {
    return [currentResource(pool), await this.inner()];
  }

  @Pooled(pool)
  async inner(): Promise<FakeResource> {
    await Promise.resolve();
    return currentResource(pool);
  }

  @Pooled(other)
  async both(): Promise<readonly FakeResource[]> {
    return [await this.inner(), currentResource(other)];
  }

  @Pooled(pool, { label: 'failing' })
  async failing(): Promise<string> {
    if (this.name === 'orders') throw new Error('no');
    return this.name;
  }

  @Pooled(pool)
  async detached(): Promise<() => FakeResource> {
    return AsyncResource.bind(() => currentResource(pool));
  }
}

test('nested calls share one resource, so a pool of one does not deadlock', async () => {
  const [first, second] = await new Orders().outer();
  expect(first).toBe(second);
  expect(pool.stats()).toMatchObject({ inUse: 0, idle: 1 });
});

test('each pool has a binding of its own', async () => {
  const [ours, theirs] = await new Orders().both();
  expect(ours).not.toBe(theirs);
});

test('keeps this and the arguments, passes errors on, and closes what may be broken', async () => {
  const before = pool.stats().closed;
  await expect(new Orders().failing()).rejects.toThrow('no');
  expect(pool.stats()).toMatchObject({ inUse: 0, closed: before + 1 });
});

test('there is no resource outside of a method, nor after its end', async () => {
  expect(() => currentResource(pool)).toThrow(
    expect.objectContaining({ code: 'XC_POOL_NO_RESOURCE', retryable: false }),
  );
  const late = await new Orders().detached();
  expect(late).toThrow(expect.objectContaining({ code: 'XC_POOL_NO_RESOURCE' }));
});

test('a leak report begins with the caller of the method', async () => {
  const watched = createPool(fakeFactory(), { leak: { stack: 'always' } });
  class Forgetful {
    @Pooled(watched)
    async hold(): Promise<string> {
      return watched.leases()[0]?.stack ?? '';
    }
  }
  const stack = await new Forgetful().hold();
  expect(stack.split('\n')[0]).toContain('pooled.test.ts');
  expect(stack).not.toContain('pooled.ts');
});

test('refuses what is no pool', () => {
  expect(() => Pooled(undefined as never)).toThrow(TypeError);
});
