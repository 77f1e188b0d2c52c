import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import type { XcError } from '@xc/core';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runScript } from './run-script.ts';
import { defineScript, type ScriptArgument } from './script.ts';

const SECRET = 's3cr3t-value';
const soon = { deadlineMs: 2_000 };

function echo(lua: string, replies: 'text' | 'bytes' = 'text', keys: number | 'many' = 1) {
  return defineScript({ name: 'echo', lua, keys, replies, parse: (raw) => raw });
}

const failureOf = (promise: Promise<unknown>): Promise<XcError> =>
  promise.then(
    () => expect.unreachable('it succeeded'),
    (error: XcError) => error,
  );

describe.each([
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as typeof Redis],
])('%s', (name, Client) => {
  const prefix = `run-script:${name.replace(' ', '')}:`;
  let client: Redis;
  beforeAll(() => {
    client = new Client(inject('redis'));
  });
  afterAll(() => client.disconnect());

  test('runs a script that the server has never seen, and again by its hash', async () => {
    const script = defineScript({ name: 'sum', lua: `return ARGV[1] + ARGV[2] -- ${prefix}`, keys: 0, parse: Number });
    await client.script('FLUSH');
    await expect(runScript(client, script, [], [1, 2], soon)).resolves.toBe(3);
    expect(await client.script('EXISTS', script.sha)).toEqual([1]);
    await expect(runScript(client, script, [], ['3', 4.5], soon)).resolves.toBe(7);
  });

  test('hands over text, numbers and bytes unharmed, and returns text or bytes as the script says', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const view = new Uint8Array(new Uint8Array([9, ...bytes, 9]).buffer, 1, 256);
    const args: ScriptArgument[] = ['größe', -1.5, view, new Uint8Array(0), ''];
    const lua = `redis.call('SET', KEYS[1], ARGV[3], 'PX', 60000) return { ARGV[1], ARGV[2], redis.call('GET', KEYS[1]), ARGV[4], ARGV[5], 7, false }`;
    const inBytes = (await runScript(client, echo(lua, 'bytes'), [`${prefix}bytes`], args, soon)) as Buffer[];
    expect(inBytes.slice(0, 5)).toEqual([
      Buffer.from('größe'),
      Buffer.from('-1.5'),
      Buffer.from(bytes),
      Buffer.alloc(0),
      Buffer.alloc(0),
    ]);
    expect(inBytes.slice(5)).toEqual([7, null]);
    const inText = await runScript(client, echo(lua), [`${prefix}bytes`], ['größe', 1, 'ok', '', ''], soon);
    expect(inText).toEqual(['größe', '1', 'ok', '', '', 7, null]);
  });

  test('takes keys of bytes and puts the prefix of the client before each key', async () => {
    const lua = 'return KEYS';
    const key = Uint8Array.of(0xff, 0x00, 0x7b);
    await expect(runScript(client, echo(lua, 'bytes'), [key], [], soon)).resolves.toEqual([Buffer.from(key)]);
    const prefixed = new Client(inject('redis'), { keyPrefix: 'app:' });
    const many = echo(lua, 'text', 'many');
    await expect(runScript(prefixed, many, ['a', 'b'], ['c'], soon)).resolves.toEqual(['app:a', 'app:b']);
    prefixed.disconnect();
  });

  test('refuses keys and arguments that do not fit, without telling them', async () => {
    const one = echo('return 1');
    await expect(runScript(client, one, [], [], soon)).rejects.toThrow('script "echo" takes 1 key, got 0');
    await expect(runScript(client, one, [SECRET, 'b'], [], soon)).rejects.toThrow(TypeError);
    await expect(runScript(client, echo('return 1', 'text', 'many'), [], [], soon)).rejects.toThrow(
      'at least 1 key, got 0',
    );
    for (const wrong of [undefined, null, {}, [SECRET], true, Number.NaN, 1n, Symbol('x')]) {
      const failure = await failureOf(runScript(client, one, ['k'], ['fine', wrong as never], soon));
      expect(failure).toBeInstanceOf(TypeError);
      expect(failure.message).toMatch(/^argument 1 of script "echo" must be text, bytes or a number, got /);
    }
    await expect(runScript(client, one, [7 as never], [], soon)).rejects.toThrow('key 0 of script "echo"');
  });

  test('tells the script and the line of a failure, and no value in message, details or cause', async () => {
    const failing = echo(`local x = 1\n\nerror('broken by ' .. ARGV[1])`);
    const failure = await failureOf(
      runScript(client, failing, [`${prefix}${SECRET}-key`], [SECRET, Buffer.from(SECRET)], soon),
    );
    expect(failure).toMatchObject({
      code: 'XC_REDIS_SCRIPT',
      message: 'script "echo" failed at line 3',
      details: { script: 'echo', line: 3 },
      retryable: false,
    });
    expect(failure.cause).toBeInstanceOf(Error);
    expect((failure.cause as Error).message).toContain(`broken by ${SECRET}`);
    expect(inspect({ ...(failure.cause as Error) }, { depth: 9 })).not.toContain(SECRET);
    expect(JSON.stringify(failure)).not.toContain(SECRET);
  });

  test('tells of a wrong type, of a program that cannot be read, and of an error the script returns', async () => {
    await client.set(`${prefix}text`, SECRET, 'PX', 60_000);
    const wrongType = await failureOf(
      runScript(client, echo(`\nreturn redis.call('LLEN', KEYS[1])`), [`${prefix}text`], [], soon),
    );
    expect(wrongType).toMatchObject({ code: 'XC_REDIS_SCRIPT', details: { line: 2, reply: 'WRONGTYPE' } });
    const unreadable = await failureOf(runScript(client, echo('\n\nreturn return'), ['k'], [], soon));
    expect(unreadable).toMatchObject({ code: 'XC_REDIS_SCRIPT', details: { line: 3 } });
    const returned = await failureOf(
      runScript(client, echo('return redis.error_reply(ARGV[1])'), ['k'], [`${SECRET} is wrong`], soon),
    );
    expect(returned).toMatchObject({
      code: 'XC_REDIS_SCRIPT',
      message: 'script "echo" failed',
      details: { reply: 'ERR' },
    });
  });

  test('rejects with what parse throws', async () => {
    const mistake = new Error('not what I expected');
    const script = defineScript({
      name: 'picky',
      lua: 'return 1',
      keys: 0,
      parse: () => {
        throw mistake;
      },
    });
    await expect(runScript(client, script, [], [], soon)).rejects.toBe(mistake);
  });

  test('sends nothing when the time is already up or the signal has aborted', async () => {
    const key = `${prefix}untouched`;
    const set = echo(`return redis.call('SET', KEYS[1], 1, 'PX', 60000)`);
    const up = await failureOf(runScript(client, set, [key], [], { deadlineMs: 0 }));
    expect(up).toMatchObject({ code: 'XC_REDIS_TIMEOUT', details: { sent: false, deadlineMs: 0 }, retryable: true });
    await expect(runScript(client, set, [key], [], { deadlineMs: -5 })).rejects.toMatchObject({
      code: 'XC_REDIS_TIMEOUT',
    });
    await expect(runScript(client, set, [key], [], { ...soon, signal: AbortSignal.abort('stop') })).rejects.toBe(
      'stop',
    );
    await expect(runScript(client, set, [key], [], { deadlineMs: Number.NaN })).rejects.toThrow(RangeError);
    expect(await client.exists(key)).toBe(0);
  });

  test('settles at once with the reason of a signal that aborts on the way', async () => {
    const controller = new AbortController();
    const running = runScript(client, echo(`return 'late'`), ['k'], [], {
      deadlineMs: 5_000,
      signal: controller.signal,
    });
    const reason = new Error('the user left');
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(client.ping()).resolves.toBe('PONG');
  });

  test('loses no call while the scripts of the server are flushed all the time', async () => {
    const count = defineScript({
      name: 'count',
      lua: `return redis.call('INCR', KEYS[1]) -- ${prefix}`,
      keys: 1,
      parse: Number,
    });
    const key = `${prefix}count`;
    await client.del(key);
    const flusher = new Client(inject('redis'));
    let flushing = true;
    const flushes = (async () => {
      let times = 0;
      for (; flushing; times += 1) await flusher.script('FLUSH');
      return times;
    })();
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => runScript(client, count, [key], [], soon)));
    }
    flushing = false;
    expect(await flushes).toBeGreaterThan(40);
    expect(await client.get(key)).toBe('2000');
    await client.del(key);
    flusher.disconnect();
  });

  test('goes through automatic pipelines', async () => {
    const piped = new Client(inject('redis'), { enableAutoPipelining: true });
    const script = echo(`return ARGV[1] -- piped ${Math.random()}`);
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, n) => runScript(piped, script, [`k${n}`], [n], soon)),
    );
    expect(replies).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
    piped.disconnect();
  });

  test('waits for a client that connects lazily, and refuses one that has ended', async () => {
    const lazy = new Client(inject('redis'), { lazyConnect: true });
    await expect(
      Promise.all(Array.from({ length: 30 }, () => runScript(lazy, echo('return 1'), ['k'], [], soon))),
    ).resolves.toHaveLength(30);
    expect([lazy.listenerCount('end'), lazy.listenerCount('error')]).toEqual([0, 0]);
    lazy.disconnect();
    const failure = await failureOf(
      new Promise((resolve, reject) => {
        lazy.once('end', () => runScript(lazy, echo('return 1'), ['k'], [], soon).then(resolve, reject));
      }),
    );
    expect(failure).toMatchObject({
      code: 'XC_REDIS_UNAVAILABLE',
      retryable: true,
      details: { script: 'echo', sent: false },
    });
  });
});

test('leaves nothing behind on a signal that outlives 100,000 calls', async () => {
  const client = new Redis(inject('redis'));
  const { signal } = new AbortController();
  const script = echo('return 1');
  let most = 0;
  for (let round = 0; round < 100; round += 1) {
    const calls = Array.from({ length: 1_000 }, () =>
      runScript(client, script, ['k'], [], { deadlineMs: 10_000, signal }),
    );
    most = Math.max(most, getEventListeners(signal, 'abort').length);
    await Promise.all(calls);
  }
  expect(most).toBe(1);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  client.disconnect();
});
