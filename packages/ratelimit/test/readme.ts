import assert from 'node:assert/strict';
// #region usage
import { createRatelimit } from '@xc/ratelimit';

const ratelimit = createRatelimit();
await ratelimit.touch('page:/');
const touches = await ratelimit.touch('page:/');
// #endregion

assert.equal(touches, 2);
