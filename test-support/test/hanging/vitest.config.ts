import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['hang.ts'],
    globalSetup: ['../../src/global/redis.ts'],
    testTimeout: 600_000,
  },
});
