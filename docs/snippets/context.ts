import assert from 'node:assert/strict';

import {
  currentContext,
  newCorrelationId,
  runInContext,
} from '@xc/core/context';

const correlationId = newCorrelationId();

await runInContext({ correlationId, tenant: 'acme' }, async () => {
  await Promise.resolve(); // whatever is awaited in between
  assert.equal(currentContext()?.tenant, 'acme');
  assert.equal(currentContext()?.correlationId, correlationId);
});

assert.equal(currentContext(), undefined);
