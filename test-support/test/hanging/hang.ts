import { test } from 'vitest';

test('never ends', () => {
  console.log('the test hangs now');
  return new Promise(() => {});
});
