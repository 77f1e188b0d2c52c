import { expect, test } from 'vitest';
import { createRateLimiter } from '../index.ts';
import { deadStore } from './dead-store.ts';

test('fails every step, so that each limit answers by its own rule', async () => {
  const rule = { limit: 1, windowMs: 1_000 } as const;
  await using limiter = createRateLimiter({
    limits: { api: { ...rule, onStoreError: 'open' }, login: { ...rule, onStoreError: 'closed' } },
    store: deadStore(),
  });
  expect(await limiter.take('ada', { only: ['api'] })).toMatchObject({ allowed: true, degraded: true, source: 'open' });
  expect(await limiter.take('ada')).toMatchObject({ allowed: false, source: 'closed', violated: ['login'] });
});
