import assert from 'node:assert/strict';
// #region usage
import { createPool } from '@xc/pool';

const pool = createPool();
await pool.touch('page:/');
const touches = await pool.touch('page:/');
// #endregion

assert.equal(touches, 2);
