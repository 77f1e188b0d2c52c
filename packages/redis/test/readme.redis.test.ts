import { inject, test, vi } from 'vitest';

test('the program in the README runs as printed', async () => {
  vi.stubEnv('README_REDIS_URL', inject('redis'));
  await import('./readme.ts');
});
