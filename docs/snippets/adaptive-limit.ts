import assert from 'node:assert/strict';
import { aimdLimit, bulkhead } from '@xc/breaker';

const limit = aimdLimit({ initial: 20, min: 5, max: 200, timeoutMs: 500 });
const search = bulkhead(limit, { maxQueue: 50 });

// What the bulkhead tells the limit after each call, here by hand:
// a quick answer while the limit is in use raises it by one,
limit.sample(40, 20, false);
assert.equal(search.limit, 21);

// an answer that took too long lowers it by a tenth.
limit.sample(900, 21, false);
assert.equal(search.limit, 18);
