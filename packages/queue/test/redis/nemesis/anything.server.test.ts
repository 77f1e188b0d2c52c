import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, tcpProxy } from '@xc/test-support';
import { runSeed } from '@xc/test-support/run-seed';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { long, storm } from './storm.ts';

test('holds against anything at random, and tells the seed', async () => {
  const seed = runSeed(7_401);
  await using server = await startRedis({ appendOnly: true, args: ['--enable-debug-command', 'yes'] });
  await using proxy = await tcpProxy(server.port);
  const admin = new Redis({
    port: server.port,
    host: '127.0.0.1',
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
  });
  admin.on('error', () => {});
  const until = performance.now() + (long ? 60_000 : 6_000);
  const result = await storm(
    { ports: [proxy.port], quietPorts: [server.port], jobs: long ? 60_000 : 6_000, handlerMs: 4, seed, leaseMs: 1_500 },
    async ({ record, random, killWorker, freezeWorker }) => {
      const deeds: readonly (() => Promise<unknown>)[] = [
        killWorker,
        () => freezeWorker(2_000),
        () => admin.script('FLUSH'),
        () => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
        () => admin.call('DEBUG', 'SLEEP', '0.5'),
        () =>
          proxy
            .cut()
            .then(() => sleep(400))
            .then(() => proxy.restore()),
        () =>
          proxy
            .halfOpen()
            .then(() => sleep(800))
            .then(() => proxy.restore()),
        () =>
          proxy
            .delay(200)
            .then(() => sleep(600))
            .then(() => proxy.restore()),
        () => server.kill().then(() => server.restart()),
      ];
      while (performance.now() < until) {
        record({ op: 'fault' });
        await (deeds[Math.floor(random.next() * deeds.length)] as (typeof deeds)[number])();
        record({ op: 'fault' });
        await sleep(200 * random.next());
      }
    },
  );
  admin.disconnect();
  expect(result, `XC_SEED=${seed} ${JSON.stringify(result)}`).toMatchObject({ violations: [], wrong: [] });
  expect(result.stats.added).toBe(long ? 60_000 : 6_000);
});
