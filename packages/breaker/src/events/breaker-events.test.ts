import { getEventListeners } from 'node:events';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createBreaker } from '../circuit/create-breaker.ts';
import { type BreakerEvent, type BreakerEvents, breakerEventNames } from './breaker-events.ts';

const down = new Error('down');

function fixture() {
  const clock = new ManualClock(1_000);
  const logger = new MemoryLogger();
  const breaker = createBreaker({ name: 'mail', clock, logger, window: { type: 'count', size: 4 }, minimumCalls: 2 });
  const told: unknown[] = [];
  const tell = <E extends keyof BreakerEvents>(type: E) => breaker.on(type, (event) => told.push([type, event]));
  return { clock, logger, breaker, told, tell };
}

describe('on', () => {
  test('tells every kind of event, the outcome before the change it leads to', () => {
    const { breaker, told, tell } = fixture();
    const old = breaker.tryAcquire();
    for (const type of breakerEventNames) tell(type);
    breaker.tryAcquire()?.success();
    breaker.tryAcquire()?.ignore();
    breaker.tryAcquire()?.failure(down, 3);
    breaker.tryAcquire();
    old?.success();
    breaker.reset();
    expect(told).toEqual([
      ['success', {}],
      ['ignored', {}],
      ['failure', { error: down, durationMs: 3 }],
      ['transition', expect.objectContaining({ from: 'closed', to: 'open', reason: 'failure-rate' })],
      ['rejected', { name: 'mail', reason: 'failure-rate' }],
      ['stale', { ok: true }],
      ['transition', expect.objectContaining({ from: 'open', to: 'closed', reason: 'manual' })],
      ['reset', {}],
    ]);
  });

  test('a transition carries when it was and what the breaker was then', async () => {
    const { breaker, clock } = fixture();
    const events: BreakerEvents['transition'][] = [];
    breaker.on('transition', (event) => events.push(event));
    await clock.advance(500);
    breaker.open(100);
    expect(events).toEqual([
      { name: 'mail', from: 'closed', to: 'open', reason: 'manual', atMs: 1_500, snapshot: breaker.snapshot() },
    ]);
  });

  test('a listener leaves alone: the same function added twice leaves one at a time', () => {
    const { breaker } = fixture();
    let heard = 0;
    const listener = () => heard++;
    const [first, second] = [breaker.on('reset', listener), breaker.on('reset', listener)];
    breaker.reset();
    expect(heard).toBe(2);
    first();
    first();
    breaker.reset();
    expect(heard).toBe(3);
    second();
    breaker.reset();
    expect(heard).toBe(3);
  });

  test('a promise of a listener that rejects is logged, never unhandled', async () => {
    const { breaker, logger } = fixture();
    breaker.on('reset', async () => {
      throw down;
    });
    breaker.reset();
    await new Promise((resolve) => setImmediate(resolve));
    expect(logger.find({ level: 'error', fields: { err: down, event: 'reset' } })).toHaveLength(1);
  });

  test('refuses an event nobody tells and a listener nobody can call', () => {
    const { breaker } = fixture();
    expect(() => breaker.on('opened' as never, () => {})).toThrow(/must be one of 'transition', 'rejected'/);
    expect(() => breaker.on('reset', 'me' as never)).toThrow(TypeError);
  });
});

describe('events', () => {
  const names = (events: BreakerEvent[]) => events.map(({ type }) => type);

  test('gives every event from its call on, until the loop is left', async () => {
    const { breaker } = fixture();
    breaker.reset();
    const stream = breaker.events();
    breaker.tryAcquire()?.success();
    breaker.open();
    const seen: BreakerEvent[] = [];
    for await (const event of stream) {
      seen.push(event);
      if (event.type === 'success') queueMicrotask(() => breaker.close());
      if (seen.length === 3) break;
    }
    expect(names(seen)).toEqual(['success', 'transition', 'transition']);
    expect(await stream[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  test('drops the oldest and tells how many', async () => {
    const { breaker } = fixture();
    const stream = breaker.events({ bufferSize: 2 })[Symbol.asyncIterator]();
    for (let call = 0; call < 4; call++) breaker.tryAcquire()?.ignore();
    breaker.reset();
    const next = async () => (await stream.next()).value;
    expect(await next()).toEqual({ type: 'dropped', count: 3 });
    expect(await next()).toEqual({ type: 'ignored' });
    expect(await next()).toEqual({ type: 'reset' });
    const waiting = next();
    breaker.tryAcquire()?.ignore();
    expect(await waiting).toEqual({ type: 'ignored' });
  });

  test('ends at once with the reason of the signal', async () => {
    const { breaker } = fixture();
    const controller = new AbortController();
    const stream = breaker.events({ signal: controller.signal })[Symbol.asyncIterator]();
    const waiting = stream.next();
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    breaker.reset();
    await expect(stream.next()).rejects.toBe('enough');
    await expect(breaker.events({ signal: controller.signal })[Symbol.asyncIterator]().next()).rejects.toBe('enough');
  });

  test('leaves no listener behind', async () => {
    const { breaker } = fixture();
    const controller = new AbortController();
    const stream = breaker.events({ signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    breaker.reset();
    for await (const event of stream) {
      expect(event.type).toBe('reset');
      break;
    }
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    const iterator = breaker.events()[Symbol.asyncIterator]();
    const pending = iterator.next();
    await iterator.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    breaker.reset();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test('refuses a buffer of nothing', () => {
    expect(() => fixture().breaker.events({ bufferSize: 0 })).toThrow(
      new RangeError('bufferSize must be a positive integer, got 0'),
    );
  });
});
