import { startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPool } from '../create-pool.ts';
import { createReplicaPool } from '../replica/create-replica-pool.ts';
import { redisFactory, redisReplication } from './index.ts';

type Server = Awaited<ReturnType<typeof startRedis>>;

let primary: Server;
let replica: Server;
let writer: Redis;
let reader: Redis;

const quick = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
const view = () => redisReplication();

beforeAll(async () => {
  [primary, replica] = await Promise.all([startRedis({ args: quick }), startRedis({ args: quick })]);
  [writer, reader] = [new Redis(primary.url), new Redis(replica.url)];
  // They end before their clients do.
  for (const client of [writer, reader]) client.on('error', () => {});
  await reader.replicaof('127.0.0.1', primary.port);
  await inStep(reader);
});

afterAll(async () => {
  for (const client of [writer, reader]) client?.disconnect();
  for (const server of [primary, replica]) await server?.[Symbol.asyncDispose]();
});

const inStep = (client: Redis) =>
  vi.waitFor(async () => expect(await client.info('replication')).toContain('master_link_status:up'), {
    timeout: 20_000,
  });

describe('the replication of Redis', () => {
  test('tells who writes and who follows, in the same term', async () => {
    const replication = view();
    expect(await replication.role(writer)).toEqual({ writable: true, term: 0 });
    expect(await replication.role(reader)).toEqual({ writable: false, term: 0 });
  });

  test('positions grow with writes, and the replica gets there', async () => {
    const replication = view();
    const before = await replication.position(writer, 'primary');
    await writer.set('one', '1');
    const after = await replication.position(writer, 'primary');
    expect(replication.compare(after.position, before.position)).toBe(1);
    expect(replication.compare(before.position, after.position)).toBe(-1);
    expect(replication.compare(before.position, before.position)).toBe(0);
    await expect
      .poll(async () => replication.compare((await replication.position(reader, 'replica')).position, after.position))
      .toBeGreaterThanOrEqual(0);
    expect(await reader.get('one')).toBe('1');
  });

  test('an idle primary is no lag', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await view().position(reader, 'replica')).toMatchObject({ lagMs: 0 });
  });

  test('a replica that lost its primary is as old as that', async () => {
    await using lonely = await startRedis({ args: quick });
    const client = new Redis(lonely.url);
    await client.replicaof('127.0.0.1', primary.port);
    await inStep(client);
    await client.replicaof('127.0.0.1', 1);
    const { lagMs } = await view().position(client, 'replica');
    expect(lagMs).toBeGreaterThan(0);
    client.disconnect();
  });

  test('sizes are no positions', () => {
    expect(() => view().compare('1', 'x')).toThrow(new TypeError('a replication offset is a number, got x'));
    expect(view().compare('18446744073709551615', '18446744073709551614')).toBe(1);
  });
});

test('a pool over both follows the primary, reads what it wrote, and writes to the promoted one alone', async () => {
  const nodes = [primary, replica].map((server, index) => ({
    name: index === 0 ? 'a' : 'b',
    pool: createPool(redisFactory(server.url), { max: 4 }),
  }));
  const db = createReplicaPool({ nodes, view: view(), probeEveryMs: 50, probeTimeoutMs: 500, waitForReplicaMs: 2_000 });
  const session = db.session();
  expect(await db.write((client, { node }) => client.set('two', '2').then(() => node), { session })).toBe('a');
  const read = await db.read(async (client, { node }) => [await client.get('two'), node], { session });
  expect(read).toEqual(['2', 'b']);
  const refused = nodes[1]?.pool.use((client) => client.set('two', 'x'));
  await expect(refused).rejects.toThrow('READONLY');

  // The old one is not told: for a while, two believe to be it.
  await reader.replicaof('NO', 'ONE');
  await writer.set('two', 'written to the old one');
  await expect.poll(() => db.nodes().find(({ name }) => name === 'b')?.role).toBe('primary');
  expect(db.nodes().find(({ name }) => name === 'a')?.role).toBe('outdated');
  const written = await Promise.all(
    Array.from({ length: 10 }, () =>
      db.write((client, { node }) => client.set('two', 'new').then(() => node), { session }),
    ),
  );
  expect(new Set(written)).toEqual(new Set(['b']));

  await writer.replicaof('127.0.0.1', replica.port);
  await inStep(writer);
  await expect.poll(() => db.nodes().find(({ name }) => name === 'a')?.role).toBe('replica');
  expect(await db.read((client) => client.get('two'), { session })).toBe('new');
  await db[Symbol.asyncDispose]();
  for (const { pool } of nodes) await pool.drain({ deadlineMs: 500 });
});
