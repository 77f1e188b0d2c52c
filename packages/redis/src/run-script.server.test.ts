import { setTimeout as sleep } from 'node:timers/promises';
import type { XcError } from '@xc/core';
import { eventually, type Server, startRedis } from '@xc/test-support';
import { Redis, type RedisOptions } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { Lateness } from '../test/lateness.ts';
import { runScript } from './run-script.ts';
import { runScripts } from './run-scripts.ts';
import { defineScript } from './script.ts';

const ping = defineScript({ name: 'ping', lua: `return 'PONG'`, keys: 0, parse: String });
const count = defineScript({ name: 'count', lua: `return redis.call('INCR', KEYS[1])`, keys: 1, parse: Number });

interface Settled {
  readonly value?: unknown;
  readonly error?: XcError;
}

function outcomeOf(promise: Promise<unknown>): Promise<Settled> {
  return promise.then(
    (value) => ({ value }),
    (error: XcError) => ({ error }),
  );
}

/** The outcome, and into `lateness` how long after a plain timer of the same length it came. */
async function measured(
  call: Promise<unknown>,
  deadlineMs: number,
  round: number,
  lateness: Lateness,
): Promise<Settled> {
  let firedAt = Number.POSITIVE_INFINITY;
  const control = setTimeout(() => {
    firedAt = performance.now();
  }, deadlineMs);
  const outcome = await outcomeOf(call);
  lateness.add(round, firedAt, performance.now());
  clearTimeout(control);
  return outcome;
}

describe.each([
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as typeof Redis],
])('%s', (_, Client) => {
  let server: Server;
  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(() => server[Symbol.asyncDispose]());

  function open(options: RedisOptions = {}, url = server.url): Redis {
    const client = new Client(url, options);
    const ignore = (): void => {};
    client.on('error', ignore);
    onTestFinished(() => client.disconnect());
    return client;
  }

  test('settles within 20 ms of its deadline while the server is stopped, and drops the late replies', async () => {
    const client = open();
    await runScript(client, ping, [], [], { deadlineMs: 5_000 });
    await server.pause();
    const lateness = new Lateness();
    const settled: Settled[] = [];
    for (let round = 0; round < 7; round += 1) {
      const deadlineMs = 150 + round;
      const calls = Array.from({ length: 20 }, () => runScript(client, ping, [], [], { deadlineMs }));
      settled.push(...(await Promise.all(calls.map((call) => measured(call, deadlineMs, round, lateness)))));
    }
    expect(settled.map(({ error }) => error?.code)).toEqual(settled.map(() => 'XC_REDIS_TIMEOUT'));
    expect(settled[0]?.error).toMatchObject({
      details: { script: 'ping', deadlineMs: 150, sent: true },
      retryable: true,
    });
    expect(lateness.usualMs()).toBeLessThan(20);
    expect(lateness.worstMs()).toBeLessThan(20);
    await server.resume();
    await expect(runScript(client, ping, [], [], { deadlineMs: 5_000 })).resolves.toBe('PONG');
  });

  test('waits for a server that is away and never sends a call whose time is up', async () => {
    const client = open({ retryStrategy: () => 20 });
    await client.ping();
    await server.kill();
    await eventually('the client notices', () => client.status !== 'ready');
    const lateness = new Lateness();
    const settled: Settled[] = [];
    for (let round = 0; round < 3; round += 1) {
      const calls = Array.from({ length: 100 }, () => runScript(client, count, ['key'], [], { deadlineMs: 100 }));
      settled.push(...(await Promise.all(calls.map((call) => measured(call, 100, round, lateness)))));
    }
    for (const { error } of settled) {
      expect(error?.code).toMatch(/^XC_REDIS_(UNAVAILABLE|TIMEOUT)$/);
      expect(error).toMatchObject({ details: { script: 'count', sent: false }, retryable: true });
    }
    const last = settled.at(-1)?.error;
    expect(last?.code).toBe('XC_REDIS_UNAVAILABLE');
    expect(String(last?.cause)).toContain('ECONNREFUSED');
    expect(lateness.usualMs()).toBeLessThan(20);
    expect(lateness.worstMs()).toBeLessThan(20);
    expect([client.listenerCount('end'), client.listenerCount('error')]).toEqual([0, 1]);
    const patient = runScript(client, count, ['key'], [], { deadlineMs: 20_000 });
    await server.restart();
    await expect(patient).resolves.toBe(1);
  });

  test('tells at once what a client without a queue says while the server is away', async () => {
    const client = open({ enableOfflineQueue: false });
    await eventually('the client is ready', () => client.status === 'ready');
    await server.kill();
    await eventually('the client notices', () => client.status !== 'ready');
    const { error } = await outcomeOf(runScript(client, ping, [], [], { deadlineMs: 5_000 }));
    expect(error).toMatchObject({ code: 'XC_REDIS_UNAVAILABLE', retryable: true, details: { sent: false } });
    expect(error?.cause).toBeInstanceOf(Error);
  });

  test('goes on by itself after its connection was killed', async () => {
    const client = open();
    const killer = open();
    let running = true;
    const kills = (async () => {
      let times = 0;
      for (; running; times += 1) {
        await killer.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await sleep(20);
      }
      return times;
    })();
    const outcomes: Settled[] = [];
    for (let round = 0; round < 100; round += 1) {
      const calls = Array.from({ length: 10 }, () => runScript(client, ping, [], [], { deadlineMs: 2_000 }));
      outcomes.push(...(await Promise.all(calls.map(outcomeOf))));
    }
    running = false;
    expect(await kills).toBeGreaterThan(3);
    expect(outcomes.filter(({ value }) => value === 'PONG').length).toBeGreaterThan(900);
    for (const { error } of outcomes) {
      if (error) expect(error.code).toMatch(/^XC_REDIS_(UNAVAILABLE|TIMEOUT)$/);
    }
    await expect(runScript(client, ping, [], [], { deadlineMs: 5_000 })).resolves.toBe('PONG');
  });

  test('says that the server is a replica now, out of memory, or busy with another script', async () => {
    const client = open({ maxRetriesPerRequest: null });
    await client.config('SET', 'maxmemory', '1');
    const full = await outcomeOf(runScript(client, count, ['key'], [], { deadlineMs: 2_000 }));
    expect(full.error).toMatchObject({ code: 'XC_REDIS_OOM', message: 'script "count": Redis is out of memory' });
    await client.config('SET', 'maxmemory', '0');

    await client.config('SET', 'busy-reply-threshold', '1');
    const endless = defineScript({ name: 'endless', lua: 'while true do end', keys: 0, parse: String });
    const stuck = runScript(client, endless, [], [], { deadlineMs: 300 });
    await expect(stuck).rejects.toMatchObject({ code: 'XC_REDIS_TIMEOUT' });
    const other = open({ enableReadyCheck: false });
    const busy = await outcomeOf(runScript(other, ping, [], [], { deadlineMs: 2_000 }));
    expect(busy.error).toMatchObject({ code: 'XC_REDIS_UNAVAILABLE', details: { reply: 'BUSY' }, retryable: true });
    await other.script('KILL');

    await client.replicaof('127.0.0.1', '1');
    const demoted = await outcomeOf(runScript(client, count, ['key'], [], { deadlineMs: 2_000 }));
    expect(demoted.error).toMatchObject({ code: 'XC_REDIS_READONLY', retryable: true, details: { script: 'count' } });
  });

  test('answers many calls by the deadline with what there is', async () => {
    const client = open();
    const admin = open();
    const read = defineScript({ name: 'read', lua: `#!lua flags=no-writes\nreturn 'read'`, keys: 0, parse: String });
    const calls = [
      { script: read, keys: [], args: [] },
      { script: count, keys: ['key'], args: [] },
      { script: read, keys: [], args: [] },
    ] as const;
    await runScripts(client, calls, { deadlineMs: 5_000 });
    await admin.call('CLIENT', 'PAUSE', 2_000, 'WRITE');
    const { value } = await outcomeOf(runScripts(client, calls, { deadlineMs: 200 }));
    const late = (script: string) => ({
      status: 'rejected',
      reason: { code: 'XC_REDIS_TIMEOUT', details: { script, deadlineMs: 200, sent: true } },
    });
    expect(value).toMatchObject([{ status: 'fulfilled', value: 'read' }, late('count'), late('read')]);
    await admin.call('CLIENT', 'UNPAUSE');
    await expect(runScripts(client, calls, { deadlineMs: 5_000 })).resolves.toMatchObject([{}, { value: 3 }, {}]);
  });

  test('says at once that the server does not let the client in', async () => {
    const admin = open();
    await admin.config('SET', 'requirepass', 'right');
    for (const [url, reply] of [
      [server.url, 'NOAUTH'],
      [server.url.replace('//', '//:wr0ng@'), 'WRONGPASS'],
    ] as const) {
      const client = open({}, url);
      const { error } = await outcomeOf(runScript(client, ping, [], [], { deadlineMs: 5_000 }));
      expect(error).toMatchObject({ code: 'XC_REDIS_UNAVAILABLE', details: { reply }, retryable: false });
      expect(`${error?.message} ${String(error?.cause)} ${JSON.stringify(error?.cause)}`).not.toContain('wr0ng');
    }
  });
});
