import assert from 'node:assert/strict';
// #region usage
import { createMetrics } from '@xc/metrics';

const metrics = createMetrics();
await metrics.touch('page:/');
const touches = await metrics.touch('page:/');
// #endregion

assert.equal(touches, 2);
