import { ManualClock } from '@xc/core/testing';
import { memoryEngine } from '@xc/queue';
import { beforeEach, expect, test } from 'vitest';
import type { Order, Receipt } from '../src/shop-jobs.ts';
import { type ShopWorker, startShopWorker } from '../src/shop-worker.ts';

const order = (order: string, customer = 'ada'): Order => ({ order, customer, cents: 900 });
let paid: string[];
let confirmed: string[];
let reports: string[];

beforeEach(() => {
  paid = [];
  confirmed = [];
  reports = [];
});

function start(options: Partial<Parameters<typeof startShopWorker>[0]> = {}): Promise<ShopWorker> {
  return startShopWorker({
    async pay(order) {
      paid.push(order.order);
      return order.cents > 100_000 ? undefined : { payment: `payment of ${order.order}` };
    },
    async confirm(order: Order, _receipt: Receipt) {
      confirmed.push(order.order);
    },
    async report(to) {
      reports.push(to);
    },
    ...options,
  });
}

test('charges orders of a customer one after the other, in their order', async () => {
  await using shop = await start({
    async confirm({ order }) {
      confirmed.push(`${order} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      confirmed.push(`${order} ends`);
    },
  });
  const refs = await Promise.all(['1', '2', '3'].map((each) => shop.charge(order(each))));
  await Promise.all(refs.map((ref) => ref.result()));
  expect(confirmed).toEqual(['1', '2', '3'].flatMap((each) => [`${each} begins`, `${each} ends`]));
});

test('pays once, though the mail to the customer fails twice', async () => {
  const clock = new ManualClock(1_800_000_000_000);
  let failures = 2;
  await using shop = await start({
    clock,
    engine: memoryEngine({ clock }),
    async confirm({ order }) {
      if (failures-- > 0) throw new Error('the mail server is busy');
      confirmed.push(order);
    },
  });
  const ref = await shop.charge(order('1'));
  const result = ref.result();
  for (let second = 0; second < 20; second += 1) await clock.advance(1_000);
  expect(await result).toEqual({ payment: 'payment of 1' });
  expect([paid, confirmed]).toEqual([['1'], ['1']]);
});

test('takes the same order twice for one', async () => {
  await using shop = await start();
  const first = await shop.charge(order('1'));
  await first.result();
  expect((await shop.charge(order('1'))).outcome).toBe('exists');
  expect(paid).toEqual(['1']);
});

test('keeps a refused card as a dead letter, which can be sent again', async () => {
  await using shop = await start();
  const ref = await shop.charge({ ...order('1'), cents: 200_000 });
  await expect(ref.result()).rejects.toMatchObject({ code: 'XC_QUEUE_DEAD', details: { reason: 'discarded' } });
  expect((await shop.queue.dead.list()).jobs).toMatchObject([
    { id: 'order-1', error: { message: 'the card was refused' } },
  ]);
});

test('reports at six in Berlin, winter and summer', async () => {
  const clock = new ManualClock(Date.parse('2026-03-27T12:00:00Z'));
  await using _shop = await start({ clock, engine: memoryEngine({ clock }) });
  const hours: string[] = [];
  for (let hour = 0; hour < 72; hour += 1) {
    const before = reports.length;
    await clock.advance(3_600_000);
    if (reports.length > before) hours.push(new Date(clock.now()).toISOString());
  }
  // 05:00 UTC in winter, 04:00 after the night of 29 March.
  expect(hours).toEqual(['2026-03-28T05:00:00.000Z', '2026-03-29T04:00:00.000Z', '2026-03-30T04:00:00.000Z']);
});
