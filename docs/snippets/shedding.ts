import assert from 'node:assert/strict';
import { isXcError } from '@xc/core';
import { createShedder } from '@xc/ratelimit';

let delayMs = 3; // in an application: monitorEventLoopDelay()
const shedder = createShedder({
  capacity: 10,
  shares: { checkout: 1, search: 0.8 },
  load: () => delayMs,
  maxLoad: { search: 100 },
});

let finish = () => {};
const finished = new Promise<void>((resolve) => {
  finish = resolve;
});
const searches = Array.from({ length: 8 }, () =>
  shedder.run('search', () => finished),
);
// A flood of searches leaves room for who pays.
await assert.rejects(
  shedder.run('search', () => finished),
  (error) => isXcError(error, 'XC_RATELIMIT_SHED'),
);
assert.equal(await shedder.run('checkout', () => 'paid'), 'paid');

finish();
await Promise.all(searches);

// So does a process that is out of breath.
delayMs = 250;
assert.equal(shedder.enter('search').admitted, false);
assert.equal(shedder.enter('checkout').admitted, true);
