import assert from 'node:assert/strict';

import { createBreaker } from '@xc/breaker';
import { isXcError } from '@xc/core';

const breaker = createBreaker({ name: 'payments' });
breaker.forceOpen();

try {
  await breaker.run(() => 'paid');
} catch (error) {
  // By code, never by instanceof: an app may hold the ESM copy and
  // the CommonJS copy of a package at once.
  if (!isXcError(error, 'XC_BREAKER_OPEN')) throw error;
  assert.equal(error.retryable, true);
  assert.equal(error.details.breaker, 'payments');
  assert.deepEqual(Object.keys(error.toJSON()), [
    'name',
    'code',
    'message',
    'details',
    'retryable',
  ]);
}
