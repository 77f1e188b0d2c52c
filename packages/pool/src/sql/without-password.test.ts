import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { withoutPassword } from './without-password.ts';

describe('withoutPassword', () => {
  test('is the same error, with the password masked in all its texts and in its cause', () => {
    const cause = Object.assign(new Error('underneath: hunter2'), { input: 'postgres://app:hunter2@db' });
    const error = new Error('cannot connect with hunter2', { cause });
    expect(withoutPassword(error, 'hunter2')).toBe(error);
    expect(error.message).toBe('cannot connect with ***');
    expect(cause.input).toBe('postgres://app:***@db');
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('hunter2');
  });

  test.each([
    ['postgres://app:p%40ss%3Aword@db:5432/x', 'p%40ss%3Aword', 'p@ss:word'],
    ['mysql://app:p@ss:word@db/x', 'p@ss:word', 'p@ss:word'],
    ['postgres://db/x?user=app&password=hunter2&ssl=1', 'hunter2', 'hunter2'],
    ['postgres://app:100%@db', '100%', '100%'],
  ])('finds the password of %s', (url, written, decoded) => {
    const error = new Error(`Invalid URL ${url}, ${written}, ${decoded}`);
    withoutPassword(error, url);
    expect(error.message).not.toContain(written);
    expect(error.message).not.toContain(decoded);
  });

  test('leaves alone what has nothing to hide', () => {
    const error = new Error('no such host');
    withoutPassword(error, undefined, () => 'hunter2', null, '', 'no');
    expect(error.message).toBe('no such host');
    expect(withoutPassword('hunter2', 'other')).toBe('hunter2');
    const circular: { self?: unknown; text: string } = { text: 'hunter2' };
    circular.self = circular;
    expect(withoutPassword(circular, 'hunter2')).toMatchObject({ text: '***' });
  });
});
