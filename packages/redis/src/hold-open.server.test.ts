import { spawnWorker, startRedis } from '@xc/test-support';
import { expect, test } from 'vitest';

const lonely = new URL('../test/lonely-calls.ts', import.meta.url);

test.each([
  ['disconnected', [...Array.from({ length: 4 }, () => 'XC_REDIS_UNAVAILABLE'), 'end']],
  ['disconnected while it waits', ['XC_REDIS_UNAVAILABLE', 'end']],
  ['a bus', ['XC_REDIS_UNAVAILABLE', 'end']],
])('settles before the process ends, though nothing else holds it open: %s', async (way, lines) => {
  await using worker = await spawnWorker(lonely, { args: [way] });
  expect(await worker.wait()).toMatchObject({ code: 0 });
  expect((await worker.log()).trim().split('\n')).toEqual(lines);
});

test('settles before the process ends, though its connection is lost after it was sent and the client then ended', async () => {
  await using server = await startRedis();
  await using worker = await spawnWorker(lonely, { args: ['disconnected after it was sent', String(server.port)] });
  expect(await worker.wait()).toMatchObject({ code: 0 });
  const lines = ['XC_REDIS_TIMEOUT', 'XC_REDIS_UNAVAILABLE', 'XC_REDIS_UNAVAILABLE', 'end'];
  expect((await worker.log()).trim().split('\n')).toEqual(lines);
});
