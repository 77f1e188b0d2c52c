import { describe, expect, test } from 'vitest';
import { isXcError } from '../error.ts';
import { localBus } from '../local-bus.ts';
import { localLock } from '../local-lock.ts';
import { delayed } from './delayed.ts';
import { failing } from './failing.ts';
import { flaky } from './flaky.ts';
import { ManualClock } from './manual-clock.ts';
import { SeededRandom } from './seeded-random.ts';

class Store implements AsyncDisposable {
  readonly name = 'store';
  disposed = false;
  readonly #entries = new Map<string, string>();

  async get(key: string): Promise<string | undefined> {
    return this.#entries.get(key);
  }

  async set(key: string, value: string): Promise<void> {
    this.#entries.set(key, value);
  }

  /** Asynchronous, though it does not look it. */
  remove(key: string): Promise<boolean> {
    return Promise.resolve(this.#entries.delete(key));
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  check(): void {
    throw new Error('thrown at once');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }
}

async function filled(): Promise<Store> {
  const store = new Store();
  await store.set('a', '1');
  return store;
}

describe('what passes through a chaos wrapper', () => {
  test.each<[string, (store: Store) => Store]>([
    ['failing', (store) => failing(store)],
    ['flaky', (store) => flaky(store, 1, new SeededRandom(1))],
    ['delayed', (store) => delayed(store, 1_000, new ManualClock())],
  ])('is all that does not answer with a promise: %s', async (_kind, wrap) => {
    const store = await filled();
    const wrapped = wrap(store);
    expect(wrapped).toBeInstanceOf(Store);
    expect([wrapped.name, wrapped.size, wrapped.has('a'), 'has' in wrapped]).toEqual(['store', 1, true, true]);
    expect(Object.keys(wrapped)).toEqual(['name', 'disposed']);
    expect(() => wrapped.check()).toThrow('thrown at once');
    wrapped.disposed = true;
    expect(store.disposed).toBe(true);
    store.disposed = false;
    await wrapped[Symbol.asyncDispose]();
    expect(store.disposed).toBe(true);
  });

  test('may be frozen', async () => {
    const store = Object.freeze({ limit: 5, get: async () => 'value', peek: () => 'now' });
    const wrapped = failing(store);
    expect([wrapped.limit, wrapped.peek(), { ...wrapped }.limit]).toEqual([5, 'now', 5]);
    await expect(wrapped.get()).rejects.toMatchObject({ code: 'XC_CORE_CHAOS' });
  });

  test('has stable methods', async () => {
    const wrapped = failing(await filled());
    expect(wrapped.get).toBe(wrapped.get);
  });
});

describe('failing', () => {
  test('rejects with an XC_CORE_CHAOS that names the method, a new one each time', async () => {
    const wrapped = failing(await filled());
    const [one, other] = await Promise.all([1, 2].map(() => wrapped.get('a').catch((error: unknown) => error)));
    expect(one).toMatchObject({
      code: 'XC_CORE_CHAOS',
      message: 'get was made to fail',
      details: { method: 'get' },
      retryable: true,
    });
    expect(other).not.toBe(one);
  });

  test('rejects with the very error it is given', async () => {
    const error = new Error('of my own');
    await expect(failing(await filled(), error).get('a')).rejects.toBe(error);
  });

  test('does not call an async method', async () => {
    const store = await filled();
    await expect(failing(store).set('b', '2')).rejects.toThrow();
    expect(store.has('b')).toBe(false);
  });

  test('fails a method that only turns out to be asynchronous, whose work is done by then', async () => {
    const store = await filled();
    await expect(failing(store).remove('a')).rejects.toMatchObject({ code: 'XC_CORE_CHAOS' });
    expect(store.has('a')).toBe(false);
  });

  test('leaves no unhandled rejection of the answer it replaces', async () => {
    const wrapped = failing({ load: () => Promise.reject(new Error('of its own')) });
    await expect(wrapped.load()).rejects.toMatchObject({ code: 'XC_CORE_CHAOS' });
  });

  test('takes the interfaces of core: a lock is not acquired, a task not run, a clock still tells the time', async () => {
    const lock = localLock();
    await expect(failing(lock).acquire('a')).rejects.toMatchObject({ code: 'XC_CORE_CHAOS' });
    await (await lock.acquire('a', { waitMs: 0 })).release();

    let ran = false;
    const policy = { name: 'direct', run: <T>(task: () => T) => Promise.resolve(task()) };
    await expect(failing(policy).run(() => (ran = true))).rejects.toMatchObject({ code: 'XC_CORE_CHAOS' });
    expect(ran).toBe(false);

    const clock = new ManualClock(5);
    const broken = failing(clock);
    await expect(broken.sleep(10)).rejects.toMatchObject({ code: 'XC_CORE_CHAOS' });
    expect([broken.now(), clock.pending]).toEqual([5, 0]);
    broken.after(1, () => {}).cancel();

    await using bus = localBus();
    await expect(failing(bus).publish('a', new Uint8Array())).rejects.toMatchObject({ code: 'XC_CORE_CHAOS' });
  });
});

describe('flaky', () => {
  test('fails its share of the calls, the same ones for the same seed', async () => {
    const outcomes = async (seed: number) => {
      const wrapped = flaky(await filled(), 0.3, new SeededRandom(seed));
      const calls = Array.from({ length: 1_000 }, () => wrapped.get('a'));
      return (await Promise.allSettled(calls)).map(({ status }) => status);
    };
    const first = await outcomes(1);
    const failed = first.filter((status) => status === 'rejected').length;
    expect(failed).toBeGreaterThan(250);
    expect(failed).toBeLessThan(350);
    expect(await outcomes(1)).toEqual(first);
    expect(await outcomes(2)).not.toEqual(first);
  });

  test('draws nothing for what answers at once', async () => {
    let draws = 0;
    const random = {
      next() {
        draws += 1;
        return 0.5;
      },
    };
    const wrapped = flaky(await filled(), 0, random);
    wrapped.has('a');
    expect(draws).toBe(0);
    await wrapped.get('a');
    await wrapped.remove('a');
    expect(draws).toBe(2);
  });

  test('never fails at rate 0, always at rate 1, and with the error it is given', async () => {
    const error = new Error('of my own');
    await expect(flaky(await filled(), 0, { next: () => 0 }).get('a')).resolves.toBe('1');
    await expect(flaky(await filled(), 1, { next: () => 1 - 2 ** -53 }, error).get('a')).rejects.toBe(error);
  });

  test.each([-0.1, 1.1, Number.NaN])('refuses the rate %d', (rate) => {
    expect(() => flaky({}, rate, new SeededRandom(1))).toThrow(new RangeError(`rate must be from 0 to 1, got ${rate}`));
  });
});

describe('delayed', () => {
  test('answers later, with values and with errors', async () => {
    const clock = new ManualClock();
    const error = new Error('of its own');
    const wrapped = delayed({ load: async () => 'value', fail: () => Promise.reject(error) }, 100, clock);
    const settled: unknown[] = [];
    void wrapped.load().then((value) => settled.push(value));
    void wrapped.fail().catch((reason: unknown) => settled.push(reason));
    await clock.advance(99);
    expect(settled).toEqual([]);
    await clock.advance(1);
    expect(settled).toHaveLength(2);
    expect(settled).toEqual(expect.arrayContaining(['value', error]));
  });

  test('does the work at once', async () => {
    const clock = new ManualClock();
    const store = await filled();
    const set = delayed(store, 100, clock).set('b', '2');
    expect(store.has('b')).toBe(true);
    await clock.advance(100);
    await set;
  });

  test('waits on the system clock by default', async () => {
    await expect(delayed(await filled(), 1).get('a')).resolves.toBe('1');
  });

  test('combines with the others', async () => {
    const clock = new ManualClock();
    const wrapped = delayed(failing(await filled()), 100, clock);
    let error: unknown;
    void wrapped.get('a').catch((reason: unknown) => {
      error = reason;
    });
    await clock.advance(99);
    expect(error).toBeUndefined();
    await clock.advance(1);
    expect(isXcError(error, 'XC_CORE_CHAOS')).toBe(true);
  });

  test('refuses a delay that is none', () => {
    expect(() => delayed({}, -1)).toThrow(RangeError);
  });
});

test('chaos wrappers refuse what they cannot wrap or draw from', () => {
  expect(() => failing(5 as never)).toThrow(new TypeError('expected an object with methods, got number'));
  expect(() => flaky({}, 0.5, undefined as never)).toThrow(new TypeError('random must have the method next'));
});
