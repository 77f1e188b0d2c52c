import assert from 'node:assert/strict';

import { retry, retryBudget } from '@xc/breaker';
import { constantBackoff } from '@xc/core';

// One budget for everything that talks to the same service.
const budget = retryBudget({
  ratio: 0.2,
  minPerSecond: 0,
  windowMs: 10_000,
});
const policy = retry({ attempts: 3, backoff: constantBackoff(0), budget });

let arrived = 0;
const down = () => {
  arrived += 1;
  return Promise.reject(new Error('503'));
};
for (let call = 0; call < 100; call += 1)
  await policy.run(down).catch(() => {});

// 100 calls and 20 retries; without a budget it would be 300.
assert.equal(arrived, 120);
