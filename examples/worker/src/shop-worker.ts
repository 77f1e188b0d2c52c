import type { Clock, Meter } from '@xc/core';
import { createQueue, discard, type JobRef, type Queue, type QueueEngine } from '@xc/queue';
import type { Order, Receipt, ShopJobs } from './shop-jobs.ts';

export interface ShopWorkerOptions {
  /** Takes the money. Called once an order, however often its job runs; `undefined` is a card that will never do. */
  pay(order: Order): Promise<Receipt | undefined>;
  /** Tells the customer; may fail, and is then tried again without another payment. */
  confirm(order: Order, receipt: Receipt): Promise<void>;
  report(to: string): Promise<void>;
  /** Where the queue lives; the memory of this process without it. */
  readonly engine?: QueueEngine;
  readonly clock?: Clock;
  readonly meter?: Meter;
}

export interface ShopWorker extends AsyncDisposable {
  readonly queue: Queue<ShopJobs>;
  /** The same order again is the same job. */
  charge(order: Order): Promise<JobRef<Receipt>>;
}

/** Charges orders: those of a customer one after the other, each exactly once as far as the payment goes. */
export async function startShopWorker(options: ShopWorkerOptions): Promise<ShopWorker> {
  const { pay, confirm, report, ...shared } = options;
  // #region work
  const queue = createQueue<ShopJobs>('shop', { ...shared, maxAttempts: 8, timeoutMs: 30_000 });

  queue.work(
    {
      'order.charge': async (job) => {
        // A crash, a lost connection, a failing mail server: the handler runs again, the payment does not.
        const receipt = await job.once('payment', () => pay(job.data));
        if (receipt === undefined) throw discard('the card was refused');
        await confirm(job.data, receipt);
        return receipt;
      },
      'report.daily': async (job) => {
        await report(job.data.to);
        return undefined;
      },
    },
    { concurrency: 20, graceMs: 20_000 },
  );

  // Six in the morning where the people are who read it, also on the days on which clocks change.
  await queue.schedule('daily report', { cron: '0 6 * * *', tz: 'Europe/Berlin' }, 'report.daily', {
    to: 'board@example.com',
  });
  // #endregion

  return {
    queue,
    charge: (order) => queue.add('order.charge', order, { id: `order-${order.order}`, key: order.customer }),
    // Takes nothing new, hands back what has not started, waits for the rest.
    [Symbol.asyncDispose]: () => queue.close(),
  };
}
