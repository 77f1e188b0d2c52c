import { once } from 'node:events';
import { createPool as createTheirs } from 'generic-pool';
import { describe, expect, test } from 'vitest';
import { type Thing, Things } from '../../test/things.ts';
import { createPool, type Factory, type GenericPool, type GenericPoolOptions } from './index.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A program for generic-pool says what it saw; it sees the same here. */
const programs: Readonly<
  Record<
    string,
    (make: (things: Factory<Thing>, options?: GenericPoolOptions) => GenericPool<Thing>) => Promise<unknown>
  >
> = {
  'has the defaults': async (make) => {
    const { max, min, size, available, borrowed, pending, spareResourceCapacity } = make(new Things());
    return { max, min, size, available, borrowed, pending, spareResourceCapacity };
  },
  'reads sizes that make no sense': async (make) =>
    [
      { max: 'a' as never, min: [] as never },
      { max: 0, min: -0 },
      { max: '3' as never, min: '9' as never },
      { max: 2.9, min: 1.5 },
    ].map((options) => {
      const { max, min } = make(new Things(), { ...options, autostart: false });
      return { max, min };
    }),
  'counts what is lent, ready and waiting': async (make) => {
    const pool = make(new Things(), { max: 2 });
    const seen: unknown[] = [];
    const look = () => seen.push([pool.size, pool.available, pool.borrowed, pool.pending, pool.spareResourceCapacity]);
    look();
    const first = await pool.acquire();
    look();
    const second = await pool.acquire();
    const third = pool.acquire();
    look();
    await pool.release(first);
    look();
    await pool.release(await third);
    await pool.destroy(second);
    // Here, what is still being closed takes room.
    await turn();
    look();
    return seen;
  },
  'lends the one that is idle the longest, or the last one returned': async (make) => {
    const orders: number[][] = [];
    for (const fifo of [true, false, undefined]) {
      const pool = make(new Things(), { max: 3, ...(fifo === undefined ? {} : { fifo }) });
      const things = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
      for (const thing of things) await pool.release(thing);
      orders.push([(await pool.acquire()).id, (await pool.acquire()).id, (await pool.acquire()).id]);
    }
    return orders;
  },
  'serves by priority, out of range last, none first': async (make) => {
    const pool = make(new Things(), { max: 1, priorityRange: 3 });
    const held = await pool.acquire();
    const served: string[] = [];
    const asked = [
      [2, 'low'],
      [1, 'mid'],
      [9, 'beyond'],
      [undefined, 'none'],
      [0, 'high'],
      [-1, 'below'],
    ] as const;
    const all = asked.map(async ([priority, name]) => {
      const thing = await pool.acquire(priority);
      served.push(name);
      await pool.release(thing);
    });
    await pool.release(held);
    await Promise.all(all);
    return served;
  },
  'knows more priorities than sixteen': async (make) => {
    const pool = make(new Things(), { max: 1, priorityRange: 100 });
    const held = await pool.acquire();
    const served: number[] = [];
    const all = [99, 42, 17].map((priority) => pool.use(async () => void served.push(priority), priority));
    await pool.release(held);
    await Promise.all(all);
    return served;
  },
  'refuses a release of what is idle, gone or foreign': async (make) => {
    const pool = make(new Things(), { max: 2 });
    const [one, other] = [await pool.acquire(), await pool.acquire()];
    const messages: string[] = [];
    const refused = (promise: Promise<unknown>) =>
      promise.then(
        () => 'accepted',
        (error: Error) => error.message,
      );
    messages.push(await refused(pool.release(one)), await refused(pool.release(one)));
    messages.push(await refused(pool.destroy(other)), await refused(pool.destroy(other)));
    messages.push(await refused(pool.release({ id: 1 })), await refused(pool.destroy({ id: 1 })));
    return [messages, pool.isBorrowedResource(one), pool.isBorrowedResource(other), pool.size];
  },
  'knows what is borrowed': async (make) => {
    const pool = make(new Things(), { max: 1 });
    const thing = await pool.acquire();
    const before = pool.isBorrowedResource(thing);
    await pool.release(thing);
    return [before, pool.isBorrowedResource(thing), pool.isBorrowedResource({ id: 1 })];
  },
  'lets so many wait and no more': async (make) => {
    const seen: unknown[] = [];
    for (const maxWaitingClients of [0, 1]) {
      const pool = make(new Things(), { max: 2, maxWaitingClients });
      const asked = Array.from({ length: 4 }, () =>
        pool.acquire().then(
          () => 'served',
          (error: Error) => error.message,
        ),
      );
      await turn();
      seen.push(pool.pending, await Promise.all(asked.slice(0, 2)), await asked[3]);
    }
    return seen;
  },
  'gives up in time with a TimeoutError': async (make) => {
    const pool = make(new Things(), { max: 1, acquireTimeoutMillis: 20 });
    await pool.acquire();
    const error: Error = await pool.acquire().then(
      () => new Error('served'),
      (reason) => reason,
    );
    return [error instanceof Error, error.name, error.message.startsWith('ResourceRequest timed out')];
  },
  'uses, returns, and closes after a failure': async (make) => {
    const things = new Things();
    const pool = make(things, { max: 1 });
    const value = await pool.use(async ({ id }) => id * 10);
    const failed = await pool
      .use(() => Promise.reject(new Error('of the user')))
      .catch((error: Error) => error.message);
    const next = await pool.use(async ({ id }) => id, 0);
    return [value, failed, next, things.closed, pool.borrowed];
  },
  'serves the waiting while it drains, and refuses newcomers': async (make) => {
    const things = new Things();
    const pool = make(things, { max: 1, min: 1 });
    const held = await pool.acquire();
    const waiting = pool.acquire();
    const log: string[] = [];
    const drained = pool.drain().then(() => log.push('drained'));
    log.push(
      await pool.acquire().then(
        () => 'served',
        (error: Error) => error.message,
      ),
    );
    await pool.release(held);
    const late = await waiting;
    await turn();
    log.push('returns');
    await pool.release(late);
    await drained;
    await pool.clear();
    return [log, things.closed, pool.size];
  },
  'closes what is idle and leaves the lent': async (make) => {
    const things = new Things();
    const pool = make(things, { max: 3 });
    const [lent, idle] = [await pool.acquire(), await pool.acquire()];
    await pool.release(idle);
    await pool.clear();
    const { closed } = things;
    return [[...closed], pool.size, pool.isBorrowedResource(lent)];
  },
  'does not start by itself when told so': async (make) => {
    const things = new Things();
    const seen: number[] = [];
    const pool = make(things, { min: 2, max: 2, autostart: false });
    await turn();
    seen.push(things.opened, pool.size);
    pool.start();
    await pool.ready();
    seen.push(things.opened, pool.available);
    const other = new Things();
    await make(other, { min: 2, max: 2, autostart: false }).acquire();
    await turn();
    seen.push(other.opened);
    return seen;
  },
  'is ready with its minimum': async (make) => {
    const pool = make(new Things(), { min: 2, max: 4 });
    await pool.ready();
    return [pool.available, pool.size];
  },
  'replaces what is destroyed below the minimum': async (make) => {
    const pool = make(new Things(), { min: 1, max: 2 });
    await pool.ready();
    const thing = await pool.acquire();
    await pool.destroy(thing);
    await turn();
    return [pool.available, (await pool.acquire()).id];
  },
  'tells of creates that fail': async (make) => {
    const things = new Things();
    things.failing = new Error('refused');
    const pool = make(things, { max: 1, min: 1, autostart: false });
    const told: string[] = [];
    pool.on('factoryCreateError', (error: Error) => {
      told.push(error.message);
      things.failing = undefined;
    });
    pool.start();
    await turn();
    return [told[0], told.length];
  },
  'tells of closes that fail or take too long': async (make) => {
    const told: string[] = [];
    for (const destroy of [() => Promise.reject(new Error('refused')), () => new Promise<void>(() => {})]) {
      const pool = make({ create: async () => ({ id: 1 }), destroy }, { max: 1, destroyTimeoutMillis: 20 });
      const failed = once(pool, 'factoryDestroyError');
      await pool.destroy(await pool.acquire());
      const [error] = await failed;
      told.push(error.message);
    }
    return told;
  },
  'tests before it lends, and only false is a no': async (make) => {
    const verdicts: unknown[] = [undefined, false, 0, true];
    const things = Object.assign(new Things(), { validate: async () => verdicts.shift() });
    const pool = make(things, { max: 1, testOnBorrow: true });
    const ids: number[] = [];
    for (let time = 0; time < 3; time++) {
      const thing = await pool.acquire();
      ids.push(thing.id);
      await pool.release(thing);
    }
    return ids;
  },
  'closes what is idle for too long': async (make) => {
    const things = new Things();
    const pool = make(things, { max: 3, evictionRunIntervalMillis: 10, idleTimeoutMillis: 30 });
    const all = [await pool.acquire(), await pool.acquire()];
    for (const thing of all) await pool.release(thing);
    while (pool.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    return things.closed;
  },
  'keeps what is idle when nobody looks': async (make) => {
    const things = new Things();
    const pool = make(things, { max: 3, idleTimeoutMillis: 5 });
    await pool.release(await pool.acquire());
    await new Promise((resolve) => setTimeout(resolve, 60));
    return [things.closed, pool.available];
  },
  'keeps a soft minimum idle': async (make) => {
    const things = new Things();
    const pool = make(things, { min: 1, max: 3, evictionRunIntervalMillis: 10, softIdleTimeoutMillis: 30 });
    await pool.ready();
    const all = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
    for (const thing of all) await pool.release(thing);
    await new Promise((resolve) => setTimeout(resolve, 150));
    return [things.closed.length, pool.available];
  },
  'refuses a factory that is none': async (make) =>
    [{}, { create: () => {} }, { create: () => {}, destroy: () => {}, validate: 1 }].map((factory) => {
      try {
        make(factory as never);
        return 'accepted';
      } catch (error) {
        return [(error as Error).name, (error as Error).message.slice(0, 33)];
      }
    }),
};

describe('a program for generic-pool', () => {
  test.each(Object.entries(programs))('%s', async (_name, program) => {
    const theirs = await program((factory, options) => createTheirs(factory as never, options as never) as never);
    expect(await program(createPool)).toEqual(theirs);
  });
});
