import assert from 'node:assert/strict';
import { fromPreset } from '@xc/breaker';

const weather = fromPreset('external-api', {
  name: 'weather',
  fallback: () => 'no forecast today',
});

assert.equal(await weather.run(() => 'sunny'), 'sunny');
assert.equal(
  await weather.run(
    () => {
      throw new Error('503');
    },
    { idempotent: false },
  ),
  'no forecast today',
);
assert.equal(weather.breaker.snapshot().failures, 1);
