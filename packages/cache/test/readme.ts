import assert from 'node:assert/strict';
// #region usage
import { createCache } from '@xc/cache';

const cache = createCache();
await cache.touch('page:/');
const touches = await cache.touch('page:/');
// #endregion

assert.equal(touches, 2);
