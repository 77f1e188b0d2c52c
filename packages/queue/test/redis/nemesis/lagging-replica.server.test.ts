import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { long, storm } from './storm.ts';

const jobs = long ? 50_000 : 4_000;
const LAG_MS = 300;

/** One address that leads to one server, then to another: what a failover is to a client. */
async function openDoor(port: number) {
  let target = port;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    const end = (): void => {
      for (const socket of [client, upstream]) {
        open.delete(socket);
        socket.destroy();
      }
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end).on('close', end);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lead(to: number): void {
      target = to;
      for (const socket of open) socket.resetAndDestroy();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

test('loses at most what a replica had not heard of when its master died, and goes on by itself', async () => {
  await using master = await startRedis();
  await using replica = await startRedis();
  await using door = await openDoor(master.port);
  const follower = new Redis(replica.url);
  await follower.replicaof('127.0.0.1', master.port);
  while (!(await follower.info('replication')).includes('master_link_status:up')) await sleep(50);
  // What was acknowledged meanwhile may be gone, or run and end again; fences grow, keys keep their order, all facts agree.
  const options = { ports: [door.port], jobs, handlerMs: 5, excused: ['lost', 'double-settle'] } as const;
  const result = await storm(options, async ({ record }) => {
    await sleep(1_000);
    record({ op: 'fault' });
    // From here on it falls behind, while everybody goes on with the master.
    await follower.replicaof('NO', 'ONE');
    await sleep(LAG_MS);
    await master.kill();
    door.lead(replica.port);
    record({ op: 'fault' });
  });
  follower.disconnect();
  expect(result, JSON.stringify(result)).toMatchObject({ violations: [], wrong: [] });
  expect(result.stats.added).toBe(jobs);
});
