import { describe, expect, test } from 'vitest';
import type { Bus } from '../bus.ts';
import { localBus } from '../local-bus.ts';
import { ManualClock } from './manual-clock.ts';
import { SeededRandom } from './seeded-random.ts';
import { dropping, duplicating, reordering } from './unreliable-bus.ts';

function collector() {
  const seen: (number | 'gap')[] = [];
  return {
    seen,
    message: ([first = -1]: Uint8Array) => void seen.push(first),
    gap: () => void seen.push('gap'),
  };
}

async function publishAll(bus: Bus, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await bus.publish('a', Uint8Array.of(index));
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Says what it is told to, in turn. */
const script = (...draws: number[]) => ({ next: () => draws.shift() ?? 1 });

describe('dropping', () => {
  test('loses its share of the messages, each subscriber others, without a word', async () => {
    const bus = dropping(localBus(), 0.3, new SeededRandom(1));
    const [one, other] = [collector(), collector()];
    await bus.subscribe('a', one);
    await bus.subscribe('a', other);
    await publishAll(bus, 200);
    for (const { seen } of [one, other]) {
      expect(seen.length).toBeGreaterThan(110);
      expect(seen.length).toBeLessThan(170);
      expect(seen).not.toContain('gap');
    }
    expect(one.seen).not.toEqual(other.seen);
  });

  test('tells of the loss when asked to', async () => {
    const bus = dropping(localBus(), 0.5, script(0, 0.9), { tell: true });
    const subscriber = collector();
    await bus.subscribe('a', subscriber);
    await publishAll(bus, 2);
    expect(subscriber.seen).toEqual(['gap', 1]);
  });
});

describe('duplicating', () => {
  test('repeats its share of the messages, each with bytes of its own', async () => {
    const bus = duplicating(localBus(), 0.5, script(0, 0.9, 0));
    const subscriber = collector();
    await bus.subscribe('a', {
      message(bytes) {
        subscriber.message(bytes);
        bytes.fill(99);
      },
      gap() {},
    });
    await publishAll(bus, 3);
    expect(subscriber.seen).toEqual([0, 0, 1, 2, 2]);
  });

  test('repeats also for a handler that threw', async () => {
    const bus = duplicating(localBus(), 1, script(0));
    let calls = 0;
    await bus.subscribe('a', {
      message() {
        calls += 1;
        throw new Error('in the handler');
      },
      gap() {},
    });
    await publishAll(bus, 1);
    expect(calls).toBe(2);
  });
});

describe('reordering', () => {
  test('lets the next message overtake one that is held back', async () => {
    const clock = new ManualClock();
    const bus = reordering(localBus(), 0.5, script(0, 0.9, 0, 0, 0.9), { clock });
    const subscriber = collector();
    await bus.subscribe('a', subscriber);
    await publishAll(bus, 5);
    expect(subscriber.seen).toEqual([1, 0, 2, 4, 3]);
    expect(clock.pending).toBe(0);
  });

  test('lets go of a message that nothing overtakes, though its handler throws', async () => {
    const clock = new ManualClock();
    const bus = reordering(localBus(), 1, script(0), { clock, holdMs: 50 });
    let calls = 0;
    await bus.subscribe('a', {
      message() {
        calls += 1;
        throw new Error('in the handler');
      },
      gap() {},
    });
    await publishAll(bus, 1);
    await clock.advance(49);
    expect(calls).toBe(0);
    await clock.advance(1);
    expect(calls).toBe(1);
  });

  test('loses none and repeats none', async () => {
    const clock = new ManualClock();
    const bus = reordering(localBus(), 0.5, new SeededRandom(1), { clock });
    const subscriber = collector();
    await bus.subscribe('a', subscriber);
    await publishAll(bus, 200);
    await clock.advance(100);
    expect(subscriber.seen).not.toEqual(numbers(200));
    expect(subscriber.seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers(200));
  });

  test('forgets what it holds when the subscription is closed', async () => {
    const clock = new ManualClock();
    const bus = reordering(localBus(), 1, script(0), { clock });
    const subscriber = collector();
    const subscription = await bus.subscribe('a', subscriber);
    await publishAll(bus, 1);
    await subscription.close();
    expect(clock.pending).toBe(0);
    await clock.advance(1_000);
    expect(subscriber.seen).toEqual([]);
  });
});

test('an unreliable bus is still a bus: gaps pass through, it closes, and refuses what it cannot be', async () => {
  const inner = localBus();
  let gap = () => {};
  const telling: Bus = {
    ...inner,
    publish: (channel, message) => inner.publish(channel, message),
    subscribe(channel, handlers) {
      gap = handlers.gap;
      return inner.subscribe(channel, handlers);
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
  const bus = duplicating(dropping(reordering(telling, 0, script()), 0, script()), 0, script());
  const subscriber = collector();
  const subscription = await bus.subscribe('a', subscriber);
  await publishAll(bus, 2);
  gap();
  expect(subscriber.seen).toEqual([0, 1, 'gap']);
  await subscription.close();
  await bus[Symbol.asyncDispose]();
  await expect(bus.publish('a', new Uint8Array())).rejects.toMatchObject({ code: 'XC_BUS_CLOSED' });
  expect(() => dropping(inner, 2, script())).toThrow(new RangeError('rate must be from 0 to 1, got 2'));
  expect(() => dropping(inner, 0, script(), { told: true } as never)).toThrow(new TypeError('unknown option told'));
  expect(() => reordering(inner, 0, script(), { holdMs: -1 })).toThrow(RangeError);
});
