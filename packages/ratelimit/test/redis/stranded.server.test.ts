import { spawnWorker, startRedis } from '@xc/test-support';
import { expect, test } from 'vitest';

test('a client with an offline queue and twenty retries hangs nothing, and the process can end', async () => {
  await using server = await startRedis();
  await server.kill();
  await using worker = await spawnWorker<never, { sources: string[]; tookMs: number }>(
    new URL('./stranded.ts', import.meta.url),
    { args: [String(server.port)] },
  );
  const { sources, tookMs } = await worker.next();
  expect(sources).toEqual(Array.from({ length: 8 }, () => 'local'));
  // Three deadlines of 50 ms and nothing after them; the client alone would hold each call for 70 s.
  expect(tookMs).toBeLessThan(2_000);
  expect(await worker.wait()).toMatchObject({ code: 0 });
});
