import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, tcpProxy } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { long, storm } from './storm.ts';

const calm = { violations: [], wrong: [] };
const jobs = long ? 50_000 : 5_000;

test('goes on while connections are killed, scripts forgotten and the server sleeps', async () => {
  await using server = await startRedis({ args: ['--enable-debug-command', 'yes'] });
  const admin = new Redis(server.url);
  const result = await storm({ ports: [server.port], jobs, handlerMs: 5 }, async ({ blowing, record, random }) => {
    for (let turn = 0; blowing(); turn += 1) {
      record({ op: 'fault' });
      await admin.script('FLUSH');
      if (turn % 2 === 0) {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
      }
      if (turn % 8 === 3) await admin.call('DEBUG', 'SLEEP', '0.5');
      record({ op: 'fault' });
      await sleep(150 + 50 * random.next());
    }
  });
  admin.disconnect();
  expect(result, JSON.stringify(result)).toMatchObject(calm);
  expect(result.stats.added).toBe(jobs);
});

test('goes on while the network is cut, half open and slow', async () => {
  await using server = await startRedis();
  await using proxy = await tcpProxy(server.port);
  const result = await storm(
    { ports: [proxy.port], quietPorts: [server.port], jobs, handlerMs: 5 },
    async ({ blowing, record, random }) => {
      while (blowing()) {
        await sleep(400);
        record({ op: 'fault' });
        const kind = Math.floor(random.next() * 3);
        if (kind === 0) await proxy.cut();
        else if (kind === 1) await proxy.halfOpen();
        else await proxy.delay(200);
        await sleep(kind === 1 ? 1_200 : 500);
        await proxy.restore();
        record({ op: 'fault' });
      }
    },
  );
  expect(result, JSON.stringify(result)).toMatchObject(calm);
  expect(result.stats.added).toBe(jobs);
});
