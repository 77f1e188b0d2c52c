import { setTimeout as sleep } from 'node:timers/promises';
import { isXcError } from '@xc/core';
import { MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { connectRedis } from '@xc/redis';
import { eventually, type Server, startRedis, tcpProxy } from '@xc/test-support';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fleetOf, type Node, nodeOf, states, trip } from '../../test/fleet.ts';
import { createBreaker } from '../index.ts';
import { createCoordinator } from './index.ts';

let server: Server;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server[Symbol.asyncDispose]());

const at = (nodes: readonly Node[], index: number): Node => nodes[index] as Node;
const lively = { intervalMs: 100, deadlineMs: 80, memberTtlMs: 2_000 };

function told(node: Node): string[] {
  const events: string[] = [];
  for (const event of ['lost', 'restored', 'fleet-open', 'fleet-close'] as const) {
    node.coordinator.on(event, ({ name }) => events.push(name === undefined ? event : `${event} ${name}`));
  }
  return events;
}

/** Calls a closed breaker all the time; tells how many calls failed and how long the slowest took. */
function load({ breaker }: Node) {
  let running = true;
  let [calls, failed, slowestMs] = [0, 0, 0];
  const loop = (async () => {
    while (running) {
      for (let burst = 0; burst < 50; burst += 1) {
        const since = performance.now();
        await breaker.run(async () => 1).catch(() => failed++);
        slowestMs = Math.max(slowestMs, performance.now() - since);
        calls++;
      }
      await sleep(1);
    }
  })();
  return async () => {
    running = false;
    await loop;
    return { calls, failed, slowestMs };
  };
}

describe.each([
  ['killed', (): Promise<void> => server.kill(), (): Promise<void> => server.restart()],
  ['stopped', (): Promise<void> => server.pause(), (): Promise<void> => server.resume()],
])('a Redis that is %s', (_how, hurt, heal) => {
  test('slows no call, is told of once, and finds every vote again when it is back', async () => {
    const meter = new RecordingMeter();
    const logger = new MemoryLogger();
    const nodes = await fleetOf(3, { url: server.url, coordinator: { ...lively, meter, logger } });
    expect(nodes.map(({ coordinator }) => coordinator.status)).toEqual(['ok', 'ok', 'ok']);
    const events = nodes.map(told);
    const stop = load(at(nodes, 2));
    await sleep(300);
    await hurt();
    try {
      await eventually('all know', () => nodes.every(({ coordinator }) => coordinator.status === 'lost'));
      // Alone: it opens, probes and closes by itself, and nobody is there to lease a probe.
      for (let call = 0; call < 3; call += 1) at(nodes, 1).breaker.tryAcquire()?.failure();
      expect(at(nodes, 1).breaker.state).toBe('open');
      at(nodes, 1).breaker.open(0);
      expect(at(nodes, 1).breaker.tryAcquire()).toBeDefined();
      expect(at(nodes, 1).breaker.snapshot().probesLeft).toBe(9);
      at(nodes, 1).breaker.reset();
      const since = performance.now();
      await at(nodes, 0).coordinator.tick();
      expect(performance.now() - since).toBeLessThan(1_000);
      for (const node of nodes.slice(0, 2))
        for (let call = 0; call < 3; call += 1) node.breaker.tryAcquire()?.failure();
      await sleep(1_500);
      expect(events).toEqual([['lost'], ['lost'], ['lost']]);
      expect(at(nodes, 2).breaker.state).toBe('closed');
    } finally {
      await heal();
    }
    const { calls, failed, slowestMs } = await stop();
    expect(failed).toBe(0);
    // Redis was away for longer than that.
    expect(slowestMs).toBeLessThan(1_000);
    expect(calls).toBeGreaterThan(1_000);
    await eventually('the third hears of both votes', () => states(nodes)[2] === 'open: fleet', { deadlineMs: 20_000 });
    await eventually('all are well', () => nodes.every(({ coordinator }) => coordinator.status === 'ok'));
    // Where turns take long a node may lose sight of a Redis that is back for another moment.
    expect(events[2]?.slice(0, 2)).toEqual(['lost', 'restored']);
    expect(events[2]).toContain('fleet-open payments');
    expect(meter.value('xc_breaker_fleet_ticks_total', { result: 'lost' })).toBeGreaterThan(2);
    const losses = events.flat().filter((event) => event === 'lost');
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(losses.length);
  });
});

describe('while Redis is away', () => {
  test('rounds become fewer, down to a tenth', async () => {
    const proxy = await tcpProxy(server.port);
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const meter = new RecordingMeter();
    const url = `redis://127.0.0.1:${proxy.port}`;
    const node = nodeOf({ url, coordinator: { ...lively, intervalMs: 50, deadlineMs: 20, meter } });
    await eventually('it is in the fleet', () => node.coordinator.status === 'ok');
    await proxy.halfOpen();
    await eventually('it is lost', () => node.coordinator.status === 'lost');
    const misses = () => meter.value('xc_breaker_fleet_ticks_total', { result: 'lost' }) ?? 0;
    const stop = load(node);
    await sleep(1_500);
    const before = misses();
    await sleep(2_000);
    const seen = misses() - before;
    expect(seen).toBeGreaterThanOrEqual(1);
    expect(seen).toBeLessThanOrEqual(5);
    await stop();
    await proxy.restore();
    await eventually('it is back', () => node.coordinator.status === 'ok');
  });

  test('a coordinator begins, and is disposed of within its deadline', async () => {
    const client = connectRedis('redis://127.0.0.1:1');
    onTestFinished(() => client.disconnect());
    const coordinator = createCoordinator(client, { intervalMs: 50, deadlineMs: 100 });
    expect(coordinator.status).toBe('starting');
    const causes: unknown[] = [];
    coordinator.on('lost', ({ cause }) => causes.push(cause));
    const breaker = createBreaker({ name: 'alone', openForMs: 0 });
    const leave = coordinator.join(breaker);
    breaker.open();
    expect(breaker.tryAcquire()).toBeDefined();
    expect(coordinator.fleet('alone')).toBeUndefined();
    await coordinator.tick();
    expect(coordinator.status).toBe('lost');
    expect(causes).toHaveLength(1);
    expect(isXcError(causes[0])).toBe(true);
    const since = performance.now();
    leave();
    leave();
    coordinator.join(breaker);
    await coordinator[Symbol.asyncDispose]();
    await coordinator[Symbol.asyncDispose]();
    expect(performance.now() - since).toBeLessThan(2_000);
  });

  test('a breaker that was opened by the fleet probes alone when its wait is over', async () => {
    const nodes = await fleetOf(3, { url: server.url, coordinator: lively, breaker: { openForMs: 500 } });
    await trip(at(nodes, 0));
    await trip(at(nodes, 1));
    await eventually('the third opens', async () => {
      await at(nodes, 2).coordinator.tick();
      return states(nodes)[2] === 'open: fleet';
    });
    await server.pause();
    try {
      await eventually('it probes', () => at(nodes, 2).breaker.tryAcquire() !== undefined);
      expect(at(nodes, 2).breaker.snapshot().probesLeft).toBe(9);
    } finally {
      await server.resume();
    }
  });
});
