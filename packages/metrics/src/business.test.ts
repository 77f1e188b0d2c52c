import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { defineBusiness } from './business.ts';
import { createMetrics } from './create-metrics.ts';
import { seriesOf } from './testing/index.ts';

const catalogue = {
  ordersPaid: { counter: 'orders_paid_total', help: 'Orders that were paid.', labels: ['currency'], owner: 'checkout' },
  basket: {
    histogram: 'basket_euros',
    help: 'Value | of\na basket.',
    unit: 'euros',
    buckets: [10, 100],
    owner: 'sales',
  },
  carts: { gauge: 'open_carts', help: 'Carts that are open.', owner: 'sales' },
} as const;

test('a catalogue gives typed members on any meter', () => {
  const metrics = createMetrics();
  const business = defineBusiness(metrics, catalogue);
  business.ordersPaid.at('EUR').inc();
  business.basket.at().record(50);
  business.carts.at().set(3);
  // @ts-expect-error: a currency is missing
  expect(() => business.ordersPaid.at()).toThrow(TypeError);
  expect(seriesOf(metrics, 'orders_paid_total')).toEqual({ EUR: 1 });
  expect(metrics.declarations().find(({ name }) => name === 'basket_euros')).toMatchObject({
    unit: 'euros',
    buckets: [10, 100],
  });
  const meter = new RecordingMeter();
  defineBusiness(meter, catalogue).carts.at().add(2);
  expect(meter.value('open_carts')).toBe(2);
});

test('a catalogue prints itself, with its owners', () => {
  expect(defineBusiness(createMetrics(), catalogue).toMarkdown()).toBe(
    [
      '| name | type | labels | unit | owner | help |',
      '|---|---|---|---|---|---|',
      '| orders_paid_total | counter | currency |  | checkout | Orders that were paid. |',
      '| basket_euros | histogram |  | euros | sales | Value \\| of a basket. |',
      '| open_carts | gauge |  |  | sales | Carts that are open. |',
      '',
    ].join('\n'),
  );
});

test('an entry without a type or an owner is refused', () => {
  const define = (entry: object) => () => defineBusiness(createMetrics(), { x: entry as never });
  expect(define({ help: 'X.', owner: 'me' })).toThrow(TypeError);
  expect(define({ counter: 'x_total', help: 'X.' })).toThrow('x must have an owner');
  const named = { toMarkdown: { counter: 'x_total', help: 'X.', owner: 'me' } };
  expect(() => defineBusiness(createMetrics(), named)).toThrow(TypeError);
});
