import assert from 'node:assert/strict';
import { createBreakers } from '@xc/breaker';

const hosts = createBreakers({
  defaults: { consecutive: 3, openForMs: 10_000 },
  // Some deserve numbers of their own.
  forKey: (host) =>
    host === 'slow.example' ? { consecutive: 10 } : undefined,
  maxKeys: 1_000,
});

const down = () => Promise.reject(new Error('connection refused'));
for (let call = 0; call < 3; call += 1) {
  await hosts.run(down, { key: 'dead.example' }).catch(() => {});
}

assert.equal(hosts.for('dead.example').state, 'open');
assert.equal(
  await hosts.run(() => 'well', { key: 'fine.example' }),
  'well',
);
assert.equal(hosts.size, 2);
