import { test } from 'vitest';

test('the program in the README runs as printed', async () => {
  await import('./readme.ts');
});

test('the move in the README runs as printed', async () => {
  await import('./readme-moving.ts');
});
