import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { spawnWorker } from './worker.ts';

const echo = new URL('../test/echo-worker.ts', import.meta.url);

test('runs TypeScript on the sources, Lua files included, and talks both ways', async () => {
  await using worker = await spawnWorker(echo);
  await expect(worker.next()).resolves.toEqual({ ready: true, lua: "return 'hello'", now: 'number' });
  await worker.send({ deep: [1n, new Date(0)] });
  await expect(worker.next()).resolves.toEqual({ echo: { deep: [1n, new Date(0)] } });
});

test('loses no message to a test that is busy while the worker starts', async () => {
  const busy = setInterval(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000), 5);
  try {
    await using worker = await spawnWorker(echo);
    await expect(worker.next()).resolves.toMatchObject({ ready: true });
  } finally {
    clearInterval(busy);
  }
});

test('says nothing while paused and everything after', async () => {
  await using worker = await spawnWorker(echo);
  await worker.next();
  await worker.pause();
  await worker.send('late');
  const answer = worker.next();
  expect(await Promise.race([answer, sleep(200, 'silence')])).toBe('silence');
  await worker.resume();
  await expect(answer).resolves.toEqual({ echo: 'late' });
});

test('hands over everything that was sent before a kill', async () => {
  await using worker = await spawnWorker(echo);
  await worker.next();
  await worker.send('count');
  for (let n = 0; n < 100; n += 1) await expect(worker.next()).resolves.toBe(n);
  await worker.kill();
  await expect(worker.wait()).resolves.toEqual({ code: undefined, signal: 'SIGKILL' });
  await expect(worker.next()).rejects.toThrow('ended with SIGKILL and sent nothing more');
});

test('tells how a worker crashed', async () => {
  await using worker = await spawnWorker(echo);
  await worker.next();
  await worker.send('crash');
  await expect(worker.next()).rejects.toThrow(/code 1[\s\S]*as you wish/);
});

test('lets a worker stop by itself on SIGTERM', async () => {
  await using worker = await spawnWorker(echo);
  await worker.next();
  await worker.signal('SIGTERM');
  await expect(worker.wait()).resolves.toEqual({ code: undefined, signal: 'SIGTERM' });
});
