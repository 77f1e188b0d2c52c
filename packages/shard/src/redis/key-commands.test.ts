import { expect, test } from 'vitest';
import { keyCommand } from './key-commands.ts';

test('knows what reads and what writes, in whatever case', () => {
  expect(keyCommand('get', [])).toMatchObject({ kind: 'read', words: ['GET'] });
  expect(keyCommand('HSET', ['a', 1])).toMatchObject({ kind: 'write', words: ['HSET'] });
  expect(keyCommand('xgroup create', ['g', '$'])).toMatchObject({ kind: 'write', words: ['XGROUP', 'CREATE'] });
  expect(keyCommand('Object Encoding', [])).toMatchObject({ kind: 'read', words: ['OBJECT', 'ENCODING'] });
});

test.each([...['MSET', 'RENAME', 'COPY', 'SMOVE', 'LMOVE', 'BITOP', 'SUNIONSTORE', 'ZRANGESTORE', 'SORT', 'PFMERGE']])(
  'refuses %s: it is about several keys',
  (command) => {
    expect(() => keyCommand(command, [])).toThrow(
      new TypeError(
        `command must be one about one key, its first argument, got "${command}": it is about several keys, which may be in several places`,
      ),
    );
  },
);

test.each(['BLPOP', 'XREADGROUP'])('refuses %s', (command) => {
  expect(() => keyCommand(command, [])).toThrow(/it waits, or reads from where its key stands elsewhere$/);
});

test.each(['PING', 'FLUSHALL', 'KEYS', 'SCAN', 'EVAL', 'MULTI', 'JSON.SET', '', undefined, 5])(
  'refuses %s: there is no key, or nobody knows where',
  (command) => {
    expect(() => keyCommand(command, [])).toThrow(/^command must be one about one key.*none is known of that name$/);
  },
);

test('lets commands of several keys through with one', () => {
  expect(keyCommand('DEL', [])).toMatchObject({ kind: 'write' });
  expect(keyCommand('MGET', [])).toMatchObject({ kind: 'read' });
  expect(() => keyCommand('DEL', ['other'])).toThrow(new TypeError('DEL must be called for one key at a time, got 2'));
  expect(() => keyCommand('exists', ['b', 'c'])).toThrow(TypeError);
  expect(() => keyCommand('SORT_RO', ['by', 'w_*'])).toThrow(TypeError);
  expect(keyCommand('SORT_RO', ['LIMIT', 0, 1])).toMatchObject({ kind: 'read' });
});

test('refuses more arguments than a script can hand on', () => {
  expect(() => keyCommand('RPUSH', new Array(7_001).fill('x'))).toThrow(RangeError);
});
