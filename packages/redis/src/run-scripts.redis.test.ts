import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, expectTypeOf, inject, test } from 'vitest';
import { runCommand } from './run-command.ts';
import { runScripts } from './run-scripts.ts';
import { defineScript } from './script.ts';

const soon = { deadlineMs: 2_000 };

describe.each([
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as typeof Redis],
])('%s', (name, Client) => {
  const prefix = `run-scripts:${name.at(-1)}:`;
  let client: Redis;
  beforeAll(() => {
    client = new Client(inject('redis'));
  });
  afterAll(() => client.disconnect());

  const sum = defineScript<[number, number], number>({
    name: 'sum',
    lua: `return ARGV[1] + ARGV[2] -- ${prefix}`,
    keys: 0,
    parse: Number,
  });
  const broken = defineScript({ name: 'broken', lua: `error('no ${prefix}')`, keys: 1, parse: String });

  test('tells what came of each, in order, whether the server knew the scripts or not', async () => {
    for (const flushed of [true, false]) {
      if (flushed) await client.script('FLUSH');
      const outcomes = await runScripts(
        client,
        [
          { script: sum, keys: [], args: [1, 2] },
          { script: broken, keys: ['k'], args: [] },
          { script: sum, keys: [], args: [3, 4] },
        ],
        soon,
      );
      expectTypeOf(outcomes[0]).toEqualTypeOf<PromiseSettledResult<number>>();
      expectTypeOf(outcomes[1]).toEqualTypeOf<PromiseSettledResult<string>>();
      expect(outcomes).toMatchObject([
        { status: 'fulfilled', value: 3 },
        { status: 'rejected', reason: { code: 'XC_REDIS_SCRIPT', details: { script: 'broken', line: 1 } } },
        { status: 'fulfilled', value: 7 },
      ]);
    }
  });

  test('takes the place of a parse that throws, and nothing for nothing', async () => {
    const mistake = new Error('no');
    const parse = (): never => {
      throw mistake;
    };
    const picky = defineScript({ name: 'picky', lua: 'return 1', keys: 0, parse });
    const calls = [{ script: picky, keys: [], args: [] }];
    await expect(runScripts(client, calls, soon)).resolves.toEqual([{ status: 'rejected', reason: mistake }]);
    await expect(runScripts(client, [], soon)).resolves.toEqual([]);
  });

  test('refuses all when one does not fit, before anything is sent', async () => {
    const key = `${prefix}untouched`;
    const set = defineScript({ name: 'set', lua: `return redis.call('SET', KEYS[1], 1)`, keys: 1, parse: String });
    const calls = [
      { script: set, keys: [key], args: [] },
      { script: set, keys: [], args: [] },
    ];
    await expect(runScripts(client, calls, soon)).rejects.toThrow('script "set" takes 1 key, got 0');
    await expect(runScripts(client, calls, { deadlineMs: Number.NaN })).rejects.toThrow(RangeError);
    await expect(runScripts(client, calls, { ...soon, signal: AbortSignal.abort('stop') })).rejects.toBe('stop');
    expect(await client.exists(key)).toBe(0);
  });

  test('runs a plain command under the same rules', async () => {
    const key = `${prefix}plain`;
    const get = () => client.get(key);
    await client.set(key, 's3cr3t', 'PX', 60_000);
    await expect(runCommand(client, get, { name: 'GET', ...soon })).resolves.toBe('s3cr3t');
    expectTypeOf(runCommand(client, get, { name: 'GET', ...soon })).resolves.toEqualTypeOf<string | null>();
    const wrong = runCommand(client, () => client.lpush(key, 's3cr3t'), { name: 'LPUSH', ...soon });
    await expect(wrong).rejects.toMatchObject({
      code: 'XC_REDIS_COMMAND',
      details: { command: 'LPUSH', reply: 'WRONGTYPE' },
    });
    await expect(wrong).rejects.toSatisfy(
      (error) => !JSON.stringify([error, (error as Error).cause]).includes('s3cr3t'),
    );
    await expect(runCommand(client, get, { name: 'GET', deadlineMs: 0 })).rejects.toMatchObject({
      code: 'XC_REDIS_TIMEOUT',
    });
    await expect(runCommand(client, get, { name: 'GET', ...soon, signal: AbortSignal.abort('stop') })).rejects.toBe(
      'stop',
    );
    const thrown = new TypeError('thrown, not rejected');
    const throwing = (): never => {
      throw thrown;
    };
    await expect(runCommand(client, throwing, { name: 'GET', ...soon })).rejects.toBe(thrown);
  });
});
