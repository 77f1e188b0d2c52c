import { eventually, startCluster, startRedis, tcpProxy } from '@xc/test-support';
import { Cluster, Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { redisProbe } from './redis-probe.ts';

const patient = (): AbortSignal => new AbortController().signal;

function owned<T extends AsyncDisposable>(server: T): T {
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

test('says up, degraded when the server is slow, and down when it does not answer in time', async () => {
  const server = owned(await startRedis());
  const proxy = owned(await tcpProxy(server.port));
  const client = new Redis(proxy.port);
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  const probe = redisProbe(client, { warnMs: 50, deadlineMs: 300 });
  expect(probe.name).toBe('redis');
  await client.ping();
  await eventually('it is up', async () => (await probe.check(patient())).status === 'up');
  expect((await probe.check(patient())).details).toEqual({ latencyMs: expect.any(Number), client: 'ready' });

  await proxy.delay(80);
  const slow = await probe.check(patient());
  expect(slow.status).toBe('degraded');
  expect(slow.details?.latencyMs).toBeGreaterThan(80);
  await proxy.restore();

  await server.pause();
  await expect(probe.check(patient())).resolves.toMatchObject({
    status: 'down',
    details: { error: 'XC_REDIS_TIMEOUT' },
  });
  await server.resume();
  await eventually('it is up again', async () => (await probe.check(patient())).status === 'up');
});

test('does not outlast its signal', async () => {
  const server = owned(await startRedis());
  const client = new Redis(server.port);
  onTestFinished(() => client.disconnect());
  await client.ping();
  await server.pause();
  const probe = redisProbe(client, { deadlineMs: 10_000 });
  const start = performance.now();
  const result = await probe.check(AbortSignal.timeout(100));
  expect(performance.now() - start).toBeLessThan(500);
  expect(result).toMatchObject({ status: 'down', details: { error: 'aborted', client: 'ready' } });
  await expect(probe.check(AbortSignal.abort())).resolves.toMatchObject({ status: 'down' });
  await server.resume();
});

test('says that it may not come in, and that the client has ended', async () => {
  const server = owned(await startRedis({ args: ['--requirepass', 'right'] }));
  const client = new Redis(server.port);
  client.on('error', () => {});
  await expect(redisProbe(client, { name: 'cache' }).check(patient())).resolves.toMatchObject({
    status: 'down',
    details: { error: 'XC_REDIS_UNAVAILABLE' },
  });
  client.disconnect();
  await eventually('it has ended', () => client.status === 'end');
  await expect(redisProbe(client).check(patient())).resolves.toMatchObject({
    status: 'down',
    details: { error: 'XC_REDIS_UNAVAILABLE', client: 'end' },
  });
});

test('counts the masters of a cluster that answer', async () => {
  const nodes = owned(
    await startCluster({ replicas: 0, args: ['--cluster-require-full-coverage', 'no'], nodeTimeoutMs: 15_000 }),
  );
  const cluster = new Cluster([...nodes.addresses]);
  cluster.on('error', () => {});
  onTestFinished(() => cluster.disconnect());
  const probe = redisProbe(cluster, { warnMs: 2_000, deadlineMs: 3_000 });
  await expect(probe.check(patient())).resolves.toMatchObject({ status: 'up', details: { masters: 3, answering: 3 } });
  await nodes.nodes[0]?.kill();
  await expect(probe.check(patient())).resolves.toMatchObject({
    status: 'degraded',
    details: { masters: 3, answering: 2 },
  });
  await Promise.all(nodes.nodes.slice(1).map((node) => node.kill()));
  await expect(probe.check(patient())).resolves.toMatchObject({ status: 'down' });
});

test('refuses limits that are none', () => {
  const client = new Redis({ lazyConnect: true });
  expect(() => redisProbe(client, { warnMs: 0 })).toThrow('warnMs must be a positive number, got 0');
  expect(() => redisProbe(client, { deadlineMs: Number.NaN })).toThrow(RangeError);
});
