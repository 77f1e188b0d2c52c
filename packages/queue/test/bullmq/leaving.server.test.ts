import { eventually, type Server, spawnWorker, startRedis } from '@xc/test-support';
import * as bullmq from 'bullmq';
import { expect, test } from 'vitest';
import { bullmqQueue } from '../../src/bullmq/index.ts';

const worker = new URL('./leaving-worker.ts', import.meta.url);

/** Stop and close end, and the process that has called them ends by itself. */
async function leaves(server: Server | undefined, parts: readonly string[], hurt: () => Promise<void>) {
  await using process = await spawnWorker(worker, { args: [String(server?.port ?? 1), ...parts] });
  const told: unknown[] = [];
  while (!told.includes('up') || (parts.includes('endless') && !told.includes('running'))) {
    told.push(await process.next());
  }
  await hurt();
  await process.send('leave');
  const report = await process.next();
  expect(await process.next()).toBe('closed');
  expect(await process.wait()).toMatchObject({ code: 0 });
  return report;
}

const nothing = { finished: 0, handedBack: 0, abandoned: 0 };

test.concurrent.each([
  ['', []],
  [' with a client of its own', ['client']],
])('stops, closes and lets the process end though Redis was killed%s', async (_, parts) => {
  await using server = await startRedis();
  expect(await leaves(server, parts, () => server.kill())).toEqual(nothing);
});

test.concurrent('stops, closes and lets the process end though Redis hangs', async () => {
  await using server = await startRedis();
  expect(await leaves(server, [], () => server.pause())).toEqual(nothing);
  await server.resume();
});

test.concurrent('stops, closes and lets the process end though Redis was never there', async () => {
  expect(await leaves(undefined, ['alone'], async () => {})).toEqual(nothing);
});

test.concurrent('abandons a handler that does not end, and lets the process end', async () => {
  await using server = await startRedis();
  const abandoned = { ...nothing, abandoned: 1 };
  expect(await leaves(server, ['endless'], async () => {})).toEqual(abandoned);
  expect(await leaves(server, ['endless'], () => server.kill())).toEqual(abandoned);
});

test.concurrent('asks for an answer that does not come in vain, and takes the same id again', async () => {
  await using server = await startRedis();
  const connection = { host: server.host, port: server.port };
  const queue = bullmqQueue('hangs', { bullmq, connection, deadlineMs: 2_000 });
  await queue.add('task', 1, { id: 'first' });
  await server.pause();
  const unknown = { code: 'XC_QUEUE_UNKNOWN_OUTCOME', retryable: true };
  await Promise.all([
    expect(queue.add('task', 1, { id: 'asked' })).rejects.toMatchObject({ ...unknown, details: { ids: ['asked'] } }),
    expect(queue.pause()).rejects.toMatchObject({ ...unknown, details: { ids: [] } }),
    expect(queue.counts()).rejects.toMatchObject({ code: 'XC_QUEUE_UNAVAILABLE' }),
  ]);
  await server.resume();
  const again = await eventually('it is taken', () => queue.add('task', 1, { id: 'asked' }));
  expect(again.outcome).toBe('exists');
  expect((await queue.counts()).waiting).toBe(2);
  await queue.close();
});
