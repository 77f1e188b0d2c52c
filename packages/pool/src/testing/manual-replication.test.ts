import { expect, test } from 'vitest';
import { createPool } from '../create-pool.ts';
import { type ManualConnection, manualReplication } from './manual-replication.ts';

const ask = async (node: string, servers = manualReplication(['a', 'b'])) => {
  const pool = createPool(servers.factory(node));
  return pool.use(async (connection) => [
    await servers.view.role(connection),
    await servers.view.position(connection, 'replica'),
  ]);
};

test('begins with the first node as the primary of term 1', async () => {
  expect(await ask('a')).toEqual([
    { writable: true, term: 1 },
    { position: '0', lagMs: 0 },
  ]);
  expect(await ask('b')).toEqual([
    { writable: false, term: 1 },
    { position: '0', lagMs: 0 },
  ]);
});

test('replays what is committed, unless it is paused', async () => {
  const servers = manualReplication(['a', 'b']);
  expect(servers.commit()).toBe('1');
  expect(servers.position('b')).toBe('1');
  servers.pause('b');
  servers.commit();
  expect(servers.position('b')).toBe('1');
  servers.replay('b');
  expect(servers.position('b')).toBe('2');
  expect(servers.view.compare('2', '10')).toBeLessThan(0);
  expect(() => servers.view.compare('x', '1')).toThrow(TypeError);
});

test('promotes into a new term, with an old primary that hears of it or not', async () => {
  const servers = manualReplication(['a', 'b']);
  servers.promote('b', { oldOne: 'hears nothing' });
  expect(await ask('b', servers)).toMatchObject([{ writable: true, term: 2 }, {}]);
  expect(await ask('a', servers)).toMatchObject([{ writable: true, term: 1 }, {}]);
  servers.promote('b');
  expect(await ask('a', servers)).toMatchObject([{ writable: false }, {}]);
});

test('loses the connections of a node that is stopped, and does not answer for one that hangs', async () => {
  const servers = manualReplication(['a']);
  const pool = createPool<ManualConnection>(servers.factory('a'), { createErrors: 'reject' });
  const lease = await pool.acquire();
  servers.stop('a');
  expect(lease.ended).toBe(true);
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'XC_POOL_CREATE' });
  servers.start('a');
  servers.hang('a');
  const connection = (await servers
    .factory('a')
    .create({ signal: AbortSignal.abort(), attempt: 1 })) as ManualConnection;
  const answer = servers.view.role(connection);
  expect(await Promise.race([answer, new Promise((resolve) => setImmediate(resolve, 'silence'))])).toBe('silence');
  expect(servers.asked).toEqual({ total: 1, pending: 1 });
  expect(() => servers.lag('z', 1)).toThrow(new TypeError('there is no node z, only a'));
});
