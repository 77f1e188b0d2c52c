import assert from 'node:assert/strict';
// #region usage
import { createLock } from '@xc/lock';

const lock = createLock();
await lock.touch('page:/');
const touches = await lock.touch('page:/');
// #endregion

assert.equal(touches, 2);
