import assert from 'node:assert/strict';
// #region usage
import { createQueue } from '@xc/queue';

const queue = createQueue();
await queue.touch('page:/');
const touches = await queue.touch('page:/');
// #endregion

assert.equal(touches, 2);
