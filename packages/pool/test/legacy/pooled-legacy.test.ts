import 'reflect-metadata';
import { expect, test } from 'vitest';
import { createPool, currentResource, Pooled } from '../../src/index.ts';
import { fakeFactory } from '../../src/testing/fake-factory.ts';

const pool = createPool(fakeFactory(), { max: 1, acquireTimeoutMs: 200 });

class Orders {
  readonly tax: number;

  constructor(tax: number) {
    this.tax = tax;
  }

  @Pooled(pool)
  async total(id: number): Promise<number> {
    return id * this.tax + (await this.resourceId());
  }

  @Pooled(pool)
  async resourceId(): Promise<number> {
    return currentResource(pool).id;
  }
}

test('legacy decorators share one resource between nested methods, too', async () => {
  expect(await new Orders(10).total(2)).toBe(21);
  expect(pool.stats()).toMatchObject({ created: 1, inUse: 0 });
});

test('the method keeps its name and length', () => {
  expect(Orders.prototype.total.name).toBe('total');
  expect(Orders.prototype.total).toHaveLength(1);
});
