import { expect, test } from 'vitest';
import { causesOf } from './causes-of.ts';

test('an error comes with its causes, the outermost first', () => {
  const inner = new Error('inner');
  const outer = new Error('outer', { cause: inner });
  expect([...causesOf(outer)]).toEqual([outer, inner]);
  expect([...causesOf('text'), ...causesOf(undefined), ...causesOf(null)]).toEqual([]);
});

test('an error that is its own cause comes to an end', () => {
  const circular: { cause?: unknown } = {};
  circular.cause = circular;
  expect([...causesOf(circular)].length).toBeLessThan(10);
});
