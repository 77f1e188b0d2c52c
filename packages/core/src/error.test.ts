import { expect, test } from 'vitest';
import { isXcError, XcError } from './error.ts';

test('carries code, message and cause', () => {
  const cause = new Error('underneath');
  const error = new XcError('XC_TEST', 'it broke', { cause });
  expect(error).toMatchObject({ name: 'XcError', code: 'XC_TEST', message: 'it broke', cause });
  expect(isXcError(error, 'XC_TEST')).toBe(true);
});
