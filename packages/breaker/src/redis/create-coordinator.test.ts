import { EventEmitter } from 'node:events';
import { localBus } from '@xc/core';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import type { RedisClient } from '@xc/redis';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { createBreaker, createBreakers } from '../index.ts';
import { type Coordinator, type CoordinatorOptions, createCoordinator } from './index.ts';

/** A client that never gets anywhere: what is asked of it here needs no server. */
function unreachable(): RedisClient {
  const client = Object.assign(new EventEmitter(), { isCluster: false, status: 'end', options: {} });
  const refuse = async () => {
    throw new Error('Connection is closed.');
  };
  return Object.assign(client, { evalsha: refuse, eval: refuse }) as unknown as RedisClient;
}

const made = (options: unknown) => () => createCoordinator(unreachable(), options as CoordinatorOptions);

describe('createCoordinator', () => {
  test.each([
    [{ intervalMS: 1 }, TypeError, 'unknown option intervalMS'],
    [{ quorum: { minimum: 1 } }, TypeError, 'unknown option minimum'],
    [{ quorum: 3 }, TypeError, 'quorum must be an object, got 3'],
    [{ quorum: { min: 0 } }, RangeError, 'quorum.min must be a positive integer, got 0'],
    [{ quorum: { min: 1.5 } }, RangeError, 'quorum.min must be a positive integer, got 1.5'],
    [{ quorum: { ratio: 1.1 } }, RangeError, 'quorum.ratio must be a ratio from 0 to 1, got 1.1'],
    [{ quorum: { ratio: '0.5' } }, TypeError, "quorum.ratio must be a ratio from 0 to 1, got '0.5'"],
    [{ intervalMs: 0 }, RangeError, 'intervalMs must be above 0, got 0'],
    [{ intervalMs: Number.NaN }, RangeError, 'intervalMs must be milliseconds'],
    [{ deadlineMs: Number.POSITIVE_INFINITY }, RangeError, 'deadlineMs must be milliseconds'],
    [{ deadlineMs: '250' }, TypeError, "deadlineMs must be milliseconds from 0 to 2147483647, got '250'"],
    [{ memberTtlMs: -1 }, RangeError, 'memberTtlMs must be milliseconds'],
    [{ probes: 'global' }, TypeError, "probes must be one of 'fleet', 'local', got 'global'"],
    [{ prefix: 7 }, TypeError, 'prefix must be a text without braces, got 7'],
    [{ prefix: 'a{b}' }, RangeError, "prefix must be a text without braces, got 'a{b}'"],
    [{ instance: '' }, RangeError, 'instance must be a string of 1 to 200 characters, got 0 characters'],
    [{ instance: 7 }, TypeError, 'instance must be a string of 1 to 200 characters, got 7'],
    [{ bus: {} }, TypeError, 'bus must be an object with publish, subscribe, got an object'],
    [{ name: '' }, RangeError, 'name must be'],
    [null, TypeError, 'options must be an object, got null'],
  ])('refuses %j', (options, kind, message) => {
    expect(made(options)).toThrow(kind);
    expect(made(options)).toThrow(message);
  });

  test('takes what stands at the edge', () => {
    expect(made({ quorum: { ratio: 0, min: 1 } })).not.toThrow();
    expect(made({ intervalMs: 2 ** 31 - 1 })).not.toThrow();
    expect(made({ prefix: '', bus: localBus(), probes: 'local', clock: new ManualClock() })).not.toThrow();
    expectTypeOf(createCoordinator).returns.toEqualTypeOf<Coordinator>();
  });

  test('refuses what is no client, and does not print it', () => {
    for (const client of [undefined, null, 'redis://:secret@host', {}]) {
      expect(() => createCoordinator(client as never)).toThrow(TypeError);
      expect(() => createCoordinator(client as never)).not.toThrow(/secret/);
    }
  });

  test('names itself unlike any other, or as it is told', () => {
    const [one, other] = [made({})(), made({})()];
    expect(one.instance).not.toBe(other.instance);
    expect(made({ instance: 'node-7' })().instance).toBe('node-7');
    expect(one.status).toBe('starting');
    expect(one.fleet('anything')).toBeUndefined();
  });
});

describe('a coordinator', () => {
  test('takes each breaker once, and each name once', () => {
    const coordinator = made({})();
    const breaker = createBreaker({ name: 'payments' });
    const leave = coordinator.join(breaker);
    expect(() => coordinator.join(breaker)).toThrow('a breaker with the name payments has joined already');
    expect(() => coordinator.join(createBreaker({ name: 'payments' }))).toThrow(TypeError);
    expect(() => made({})().join(breaker)).toThrow('linked already');
    expect(() => coordinator.join({ name: 'payments' } as never)).toThrow('breaker must be made by createBreaker');
    expect(() => coordinator.join(undefined as never)).toThrow(TypeError);
    leave();
    made({})().join(breaker);
    leave();
  });

  test('takes the breakers of a registry, by their keys', async () => {
    const coordinator = made({ instance: 'a', deadlineMs: 50 })();
    const breakers = createBreakers();
    coordinator.join(breakers.for(''));
    coordinator.join(breakers.for('lisbon'));
    await coordinator.tick();
    expect(coordinator.status).toBe('lost');
    await coordinator[Symbol.asyncDispose]();
  });

  test('refuses listeners for what it never tells', () => {
    const coordinator = made({})();
    expect(() => coordinator.on('opened' as never, () => {})).toThrow("event must be one of 'lost', 'restored'");
    expect(() => coordinator.on('lost', 7 as never)).toThrow('listener must be a function');
  });

  test('outlives listeners that throw, a bus that throws, and tells nobody who has left', async () => {
    const logger = new MemoryLogger();
    const broken = {
      publish() {
        throw new Error('no bus');
      },
      subscribe() {
        throw new Error('no bus');
      },
      async [Symbol.asyncDispose]() {},
    };
    const coordinator = made({ logger, bus: broken, deadlineMs: 50 })();
    const heard: unknown[] = [];
    coordinator.on('lost', () => {
      throw new Error('a bad listener');
    });
    const off = coordinator.on('lost', () => heard.push('gone'));
    coordinator.on('lost', ({ cause }) => heard.push(cause));
    off();
    coordinator.join(createBreaker({ name: 'payments' }));
    await coordinator.tick();
    expect(heard).toEqual([expect.objectContaining({ code: 'XC_REDIS_UNAVAILABLE' })]);
    expect(logger.lines.map(({ message }) => message).sort()).toEqual([
      'a listener threw',
      'cannot subscribe to the news of the fleet',
      'the fleet cannot be reached: breakers go on alone',
    ]);
    await coordinator[Symbol.asyncDispose]();
  });

  test('ends no process through a meter or a logger that throws', async () => {
    const fail = () => {
      throw new Error('broken');
    };
    const cell = { inc: fail, set: fail, add: fail, observe: fail };
    const meter = {
      counter: () => ({ at: () => cell }),
      gauge: () => ({ at: () => cell }),
      histogram: () => ({ at: () => cell }),
    };
    const logger = { debug: fail, info: fail, warn: fail, error: fail, child: () => logger };
    const coordinator = made({ meter, logger, deadlineMs: 50 })();
    coordinator.join(createBreaker({ name: 'payments' }));
    await expect(coordinator.tick()).resolves.toBeUndefined();
  });

  test('has one timer however many breakers join, and none when all have left', async () => {
    const clock = new ManualClock();
    const coordinator = made({ clock, intervalMs: 1_000 })();
    const leaves = Array.from({ length: 100 }, (_, index) =>
      coordinator.join(createBreaker({ name: `${index}`, clock })),
    );
    await coordinator.tick();
    expect(clock.pending).toBe(1);
    for (const leave of leaves) leave();
    await coordinator[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  test('asks for few rounds on behalf of a breaker that flaps', async () => {
    const clock = new ManualClock();
    let asked = 0;
    const client = unreachable() as unknown as { evalsha: () => Promise<never> };
    client.evalsha = async () => {
      asked++;
      throw new Error('Connection is closed.');
    };
    const coordinator = createCoordinator(client as unknown as RedisClient, { clock, intervalMs: 1_000 });
    const breaker = createBreaker({ name: 'payments', clock, openForMs: 0, consecutive: 1 });
    coordinator.join(breaker);
    await coordinator.tick();
    asked = 0;
    for (let call = 0; call < 1_000; call += 1) {
      breaker.tryAcquire()?.failure();
      await undefined;
    }
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(10);
    await coordinator[Symbol.asyncDispose]();
  });
});
