import assert from 'node:assert/strict';

class Connection {
  closed = false;

  async query(text: string): Promise<string> {
    return `rows of ${text}`;
  }

  async end(): Promise<void> {
    this.closed = true;
  }
}

const connect = async () => new Connection();

// #region usage
import { createPool } from '@xc/pool';

const pool = createPool(
  {
    create: () => connect(),
    destroy: (connection) => connection.end(),
  },
  { max: 10, acquireTimeoutMs: 2_000 },
);

const rows = await pool.use((connection) => connection.query('select 1'));
await pool.drain();
// #endregion

assert.equal(rows, 'rows of select 1');
assert.equal(pool.stats().state, 'closed');
