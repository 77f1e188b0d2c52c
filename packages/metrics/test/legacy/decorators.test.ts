import 'reflect-metadata';
import { ManualClock } from '@xc/core/testing';
import { expect, expectTypeOf, test } from 'vitest';
import { Counted, createMetrics, type Metrics, Timed } from '../../src/index.ts';
import { seriesOf } from '../../src/testing/index.ts';

const clock = new ManualClock();
const built: { metrics?: Metrics } = {};
const meter = () => built.metrics as Metrics;

function Route(path: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata('path', path, descriptor.value as object);
  };
}

class Orders {
  readonly paid = new Set<string>();

  @Counted(meter, { name: 'orders_total', help: 'Orders.' })
  @Timed(meter, { name: 'order_duration_seconds', help: 'Orders.', clock })
  @Route('/orders/:id')
  async pay(id: string, _currency: string): Promise<string> {
    await clock.sleep(100);
    if (id === '') throw new Error('no id');
    this.paid.add(id);
    return id;
  }

  @Counted(meter, { name: 'parsed_total', help: 'Parsed.' })
  static parse(text: string): number {
    return JSON.parse(text);
  }
}

test('methods of legacy classes are counted and timed by a meter that is built later', async () => {
  built.metrics = createMetrics();
  const orders = new Orders();
  const paying = orders.pay('1', 'EUR');
  const failing = orders.pay('', 'EUR');
  expect(seriesOf(built.metrics, 'orders_total')).toEqual({ ok: 0, error: 0 });
  await clock.advance(100);
  await expect(paying).resolves.toBe('1');
  await expect(failing).rejects.toThrow('no id');
  expect([Orders.parse('5'), orders.paid.has('1')]).toEqual([5, true]);
  expect(() => Orders.parse('{')).toThrow(SyntaxError);
  expect(seriesOf(built.metrics, 'orders_total')).toEqual({ ok: 1, error: 1 });
  expect(seriesOf(built.metrics, 'parsed_total')).toEqual({ ok: 1, error: 1 });
  expect(built.metrics.histogram({ name: 'order_duration_seconds', help: '' }).at().sum).toBeCloseTo(0.2);
});

test('they keep their name, length, type and metadata', () => {
  expect([Orders.prototype.pay.name, Orders.prototype.pay.length]).toEqual(['pay', 2]);
  expect(Reflect.getMetadata('path', Orders.prototype.pay)).toBe('/orders/:id');
  expectTypeOf<Orders['pay']>().toEqualTypeOf<(id: string, currency: string) => Promise<string>>();
});
