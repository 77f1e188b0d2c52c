import assert from 'node:assert/strict';
// #region usage
import { createLocks, fencedUpdate } from '@xc/lock';

const locks = createLocks(); // { store: redisLockStore(client) } for a fleet

await locks.using('invoice:7', async ({ fence, signal }) => {
  const total = await sum('invoice:7', signal); // stop working as soon as the lease is lost
  const { sql, params } = fencedUpdate({ table: 'invoices', set: { total }, where: { id: 7 }, fence });
  const { rowCount } = await query(sql, params);
  if (rowCount === 0) throw new Error('somebody newer has written it');
});
// #endregion

async function sum(_name: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  return 42;
}

async function query(sql: string, params: readonly unknown[]): Promise<{ rowCount: number }> {
  assert.match(sql, /^UPDATE invoices SET total = \$1, fence = \$2 WHERE id = \$3 AND/);
  assert.deepEqual([params[0], params[2]], [42, 7]);
  return { rowCount: 1 };
}

assert.equal((await locks.inspect('invoice:7'))?.held, false);
