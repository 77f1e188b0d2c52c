import { spawnWorker } from '@xc/test-support';
import { expect, test } from 'vitest';

const lonely = new URL('../test/lonely-calls.ts', import.meta.url);

test.each([
  ['disconnected', [...Array.from({ length: 4 }, () => 'XC_REDIS_UNAVAILABLE'), 'end']],
  ['disconnected while it waits', ['XC_REDIS_UNAVAILABLE', 'end']],
  ['a bus', ['XC_REDIS_TIMEOUT', 'end']],
])('settles before the process ends, though nothing else holds it open: %s', async (way, lines) => {
  await using worker = await spawnWorker(lonely, { args: [way] });
  expect(await worker.wait()).toMatchObject({ code: 0 });
  expect((await worker.log()).trim().split('\n')).toEqual(lines);
});
