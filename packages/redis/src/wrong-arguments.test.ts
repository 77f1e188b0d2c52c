import { ManualClock } from '@xc/core/testing';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from './run-command.ts';
import { runScript } from './run-script.ts';
import { runScripts } from './run-scripts.ts';
import { defineScript } from './script.ts';

const many = defineScript({ name: 'many', lua: 'return 1', keys: 'many', parse: Number });

function setUp() {
  const client = new Redis({ lazyConnect: true });
  onTestFinished(() => client.disconnect());
  const clock = new ManualClock();
  return { client, clock, soon: { deadlineMs: 1_000, clock } };
}

test.each([
  [{ signal: 5 }, 'signal must be an AbortSignal, got 5'],
  [{ signal: null }, 'signal must be an AbortSignal, got null'],
  [{ deadline: 5 }, 'unknown option deadline'],
])('rejects with a TypeError for the options %j and leaves no timer', async (wrong, message) => {
  const { client, clock, soon } = setUp();
  const options = { ...soon, ...wrong } as never;
  const calls = [
    runScript(client, many, ['key'], [], options),
    runScripts(client, [{ script: many, keys: ['key'], args: [] }], options),
    runCommand(client, () => client.ping(), { name: 'PING', ...(options as object) } as never),
  ];
  for (const call of calls) await expect(call).rejects.toThrow(new TypeError(message));
  expect([clock.pending, client.status]).toEqual([0, 'wait']);
});

test('rejects without options, client, script or function, and never throws', async () => {
  const { client, soon } = setUp();
  const nothing = undefined as never;
  const send = vi.fn();
  const calls = [
    runScript(client, many, ['key'], [], nothing),
    runScript(nothing, many, ['key'], [], soon),
    runScript(client, nothing, ['key'], [], soon),
    runScripts(client, nothing, soon),
    runScripts(client, [nothing], soon),
    runScripts(client, [], nothing),
    runCommand(client, send, nothing),
    runCommand(client, send, soon as never),
    runCommand(client, nothing, { name: 'PING', ...soon }),
    runCommand({} as never, send, { name: 'PING', ...soon }),
  ];
  for (const call of calls) await expect(call).rejects.toThrow(TypeError);
  expect(send).not.toHaveBeenCalled();
});

test.each([
  ['abc', [], 'keys of script "many" must be an array, got string'],
  [undefined, [], 'keys of script "many" must be an array, got undefined'],
  [['key'], 'abc', 'args of script "many" must be an array, got string'],
  [['key'], {}, 'args of script "many" must be an array, got object'],
  [['key'], null, 'args of script "many" must be an array, got null'],
])('takes no apart text nor object for a list: %j, %j', async (keys, args, message) => {
  const { client, clock, soon } = setUp();
  const call = runScript(client, many, keys as never, args as never, soon);
  await expect(call).rejects.toThrow(new TypeError(message));
  const calls = [{ script: many, keys, args }] as never;
  await expect(runScripts(client, calls, soon)).rejects.toThrow(new TypeError(message));
  expect(clock.pending).toBe(0);
});

test('rejects with what the function of the caller throws, as it is', async () => {
  const client = new Redis({ lazyConnect: true, enableOfflineQueue: false });
  const mistake = new Error('a mistake of the caller');
  const thrower = (): never => {
    throw mistake;
  };
  await expect(runCommand(client, thrower, { name: 'GET', deadlineMs: 1_000 })).rejects.toBe(mistake);
});
