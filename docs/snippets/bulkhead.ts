import assert from 'node:assert/strict';
import { bulkhead } from '@xc/breaker';
import { isXcError } from '@xc/core';

const reports = bulkhead(2, { maxQueue: 1, maxWaitMs: 1_000 });

let finish = () => {};
const finished = new Promise<void>((resolve) => {
  finish = resolve;
});
const running = [1, 2, 3].map(() => reports.run(() => finished));
assert.deepEqual([reports.inFlight, reports.queued], [2, 1]);

// The fourth is told at once, instead of waiting for ever.
await assert.rejects(
  reports.run(() => finished),
  (error) => isXcError(error, 'XC_BREAKER_BULKHEAD_FULL'),
);

finish();
await Promise.all(running);
assert.equal(reports.inFlight, 0);
