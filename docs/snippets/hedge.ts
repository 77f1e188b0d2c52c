import assert from 'node:assert/strict';
import { hedge, retryBudget } from '@xc/breaker';
import { systemClock } from '@xc/core';

const policy = hedge(30, { maxHedges: 1, budget: retryBudget() });

let started = 0;
const replica = async ({ signal }: { signal: AbortSignal }) => {
  started += 1;
  // The first replica has a bad moment, the second answers at once.
  if (started === 1) await systemClock.sleep(2_000, signal);
  return `answer ${started}`;
};

// Only calls that may be repeated are hedged.
assert.equal(await policy.run(replica, { idempotent: true }), 'answer 2');
assert.equal(started, 2);
