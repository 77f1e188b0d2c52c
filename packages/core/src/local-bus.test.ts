import { describe, expect, test } from 'vitest';
import { localBus } from './local-bus.ts';
import { MemoryLogger } from './testing/memory-logger.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

function collector() {
  const messages: Uint8Array[] = [];
  return { messages, message: (received: Uint8Array) => void messages.push(received), gap: () => {} };
}

describe('localBus', () => {
  test('delivers to every subscriber of the channel, and to no other', async () => {
    const bus = localBus();
    const [one, two, other] = [collector(), collector(), collector()];
    await bus.subscribe('a', one);
    await bus.subscribe('a', two);
    await bus.subscribe('b', other);
    await bus.publish('a', bytes(1, 2));
    await bus.publish('nobody listens', bytes(9));
    expect([one, two, other].map(({ messages }) => messages)).toEqual([[bytes(1, 2)], [bytes(1, 2)], []]);
  });

  test('never calls a handler before publish returns', async () => {
    const bus = localBus();
    const subscriber = collector();
    await bus.subscribe('a', subscriber);
    const published = bus.publish('a', bytes(1));
    expect(subscriber.messages).toEqual([]);
    await published;
    expect(subscriber.messages).toEqual([bytes(1)]);
  });

  test('keeps the order of publishing, messages published by a handler included', async () => {
    const bus = localBus();
    const subscriber = collector();
    await bus.subscribe('a', {
      message: ([first]) => void (first === 1 && bus.publish('a', bytes(3))),
      gap: () => {},
    });
    await bus.subscribe('a', subscriber);
    await Promise.all([bus.publish('a', bytes(1)), bus.publish('a', bytes(2))]);
    await Promise.resolve();
    expect(subscriber.messages).toEqual([bytes(1), bytes(2), bytes(3)]);
  });

  test('copies the bytes: nobody sees what another does with theirs', async () => {
    const bus = localBus();
    const spoiler = { message: (received: Uint8Array) => void received.fill(0), gap: () => {} };
    const subscriber = collector();
    await bus.subscribe('a', spoiler);
    await bus.subscribe('a', subscriber);
    const message = bytes(1, 2);
    const published = bus.publish('a', message);
    message.fill(7);
    await published;
    expect(subscriber.messages).toEqual([bytes(1, 2)]);
    expect(message).toEqual(bytes(7, 7));
  });

  test('lets a handler that throws hurt nobody, and logs it', async () => {
    const logger = new MemoryLogger();
    const bus = localBus({ logger });
    const error = new Error('in the handler');
    const subscriber = collector();
    await bus.subscribe('a', {
      message: () => {
        throw error;
      },
      gap: () => {},
    });
    await bus.subscribe('a', subscriber);
    await bus.publish('a', bytes(1));
    await bus.publish('a', bytes(2));
    expect(subscriber.messages).toEqual([bytes(1), bytes(2)]);
    expect(logger.lines).toHaveLength(2);
    expect(logger.lines[0]).toMatchObject({ level: 'error', fields: { err: error, channel: 'a' } });
  });

  test('delivers nothing once a subscription is closed, not even what is on its way; closing twice is fine', async () => {
    const bus = localBus();
    const [closing, staying] = [collector(), collector()];
    const subscription = await bus.subscribe('a', closing);
    await bus.subscribe('a', staying);
    const published = bus.publish('a', bytes(1));
    await Promise.all([subscription.close(), published]);
    await subscription.close();
    await bus.publish('a', bytes(2));
    expect(closing.messages).toEqual([]);
    expect(staying.messages).toEqual([bytes(1), bytes(2)]);
  });

  test('a late second close does not touch a subscription made since', async () => {
    const bus = localBus();
    const first = await bus.subscribe('a', collector());
    await first.close();
    const later = collector();
    await bus.subscribe('a', later);
    await first.close();
    await bus.publish('a', bytes(1));
    expect(later.messages).toHaveLength(1);
  });

  test('after disposal refuses to publish and to subscribe, and delivers nothing', async () => {
    const bus = localBus();
    const subscriber = collector();
    const subscription = await bus.subscribe('a', subscriber);
    const published = bus.publish('a', bytes(1));
    await Promise.all([bus[Symbol.asyncDispose](), published]);
    await bus[Symbol.asyncDispose]();
    await subscription.close();
    expect(subscriber.messages).toEqual([]);
    await expect(bus.publish('a', bytes(1))).rejects.toMatchObject({ code: 'XC_BUS_CLOSED' });
    await expect(bus.subscribe('a', subscriber)).rejects.toMatchObject({ code: 'XC_BUS_CLOSED' });
  });

  test('refuses what is not bytes, and handlers that lack a function', async () => {
    const bus = localBus();
    await expect(bus.publish('a', 'text' as never)).rejects.toThrow(
      new TypeError('message must be a Uint8Array, got string'),
    );
    await expect(bus.subscribe('a', { message: () => {} } as never)).rejects.toThrow(TypeError);
  });
});

test('logs an asynchronous handler that rejects like one that throws', async () => {
  const logger = new MemoryLogger();
  const bus = localBus({ logger });
  const error = new Error('handler');
  await bus.subscribe('a', {
    message: async () => {
      throw error;
    },
    gap() {},
  });
  await bus.publish('a', new Uint8Array());
  await new Promise((resolve) => setImmediate(resolve));
  expect(logger.find({ level: 'error', fields: { err: error } })).toHaveLength(1);
});

test.each([
  [{ loger: new MemoryLogger() }, 'unknown option loger'],
  [{ logger: {} }, 'logger must have the methods of a logger'],
  [5, 'options must be an object, got 5'],
])('refuses the options %j', (options, message) => {
  expect(() => localBus(options as never)).toThrow(new TypeError(message));
});

test('refuses a channel that is no string', async () => {
  const bus = localBus();
  await expect(bus.publish(5 as never, new Uint8Array())).rejects.toThrow('channel must be a string, got number');
  await expect(bus.subscribe(5 as never, { message() {}, gap() {} })).rejects.toThrow(TypeError);
});
