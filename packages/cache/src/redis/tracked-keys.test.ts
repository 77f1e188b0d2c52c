import { expect, test } from 'vitest';
import { messagesFor } from './tracked-keys.ts';

const root = 'xc:c:users:';
const heard = (...names: string[]) =>
  messagesFor(
    root,
    names.map((name) => Buffer.from(name)),
  ).map(({ kind, keys }) => [kind, ...keys]);

test('tells values from fences, records and groups, whatever their keys look like', () => {
  expect(heard(`${root}{k:/a}:v`, `${root}{k:ns/}}:v`, `${root}{k:/x}:v}:f`)).toEqual([
    ['changed', '/a', 'ns/}'],
    ['wake', '/x}:v'],
  ]);
  expect(heard(`${root}{o:/order}`, `${root}{g}`)).toEqual([['unknown'], ['wake', '/order']]);
});

test('says nothing of what is none of its own', () => {
  expect(heard('xc:c:user:{k:/a}:v', `${root}{s}`, `${root}other`, '')).toEqual([]);
});
