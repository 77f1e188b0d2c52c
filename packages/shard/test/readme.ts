import assert from 'node:assert/strict';
// #region usage
import { createShard } from '@xc/shard';

const shard = createShard();
await shard.touch('page:/');
const touches = await shard.touch('page:/');
// #endregion

assert.equal(touches, 2);
