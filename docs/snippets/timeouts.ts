import assert from 'node:assert/strict';

import { timeout } from '@xc/breaker';
import { isXcError } from '@xc/core';

const policy = timeout(50);

const hangs = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason)),
  );

try {
  // The signal is made when you read it, not before.
  await policy.run(({ signal }) => hangs(signal));
  assert.fail('a call that hangs does not come back');
} catch (error) {
  assert.ok(isXcError(error, 'XC_BREAKER_TIMEOUT'));
  assert.equal(error.details.afterMs, 50);
}
