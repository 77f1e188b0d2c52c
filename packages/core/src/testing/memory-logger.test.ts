import { expect, test } from 'vitest';
import type { Logger } from '../logger.ts';
import { type LogLevel, MemoryLogger } from './memory-logger.ts';

test('keeps level, fields and message of every line, in order', () => {
  const logger = new MemoryLogger();
  const levels: LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
  for (const level of levels) logger[level]({ level }, `at ${level}`);
  logger.info('bare');
  logger.info({ only: 'fields' });
  expect(logger.lines).toEqual([
    ...levels.map((level) => ({ level, fields: { level }, message: `at ${level}` })),
    { level: 'info', fields: {}, message: 'bare' },
    { level: 'info', fields: { only: 'fields' }, message: undefined },
  ]);
});

test('merges the fields of children into their lines, the innermost first', () => {
  const logger = new MemoryLogger();
  const child = logger.child({ a: 1, b: 1 }).child({ b: 2, c: 2 });
  child.warn({ c: 3 }, 'from below');
  logger.warn('from above');
  const expected = [
    { level: 'warn', fields: { a: 1, b: 2, c: 3 }, message: 'from below' },
    { level: 'warn', fields: {}, message: 'from above' },
  ];
  expect(logger.lines).toEqual(expected);
  expect(child.lines).toEqual(expected);
});

test('finds lines by level, message and fields', () => {
  const logger = new MemoryLogger();
  logger.warn({ key: 'a', again: true }, 'gave up');
  logger.warn({ key: 'b' }, 'gave up at last');
  logger.error({ key: 'a' }, 'gave up');
  logger.error({ key: 'a' });
  expect(logger.find({ level: 'warn' })).toHaveLength(2);
  expect(logger.find({ message: 'gave up' })).toHaveLength(2);
  expect(logger.find({ message: /^gave up/ })).toHaveLength(3);
  expect(logger.find({ fields: { key: 'a' } })).toHaveLength(3);
  expect(logger.find({ level: 'error', message: /gave/, fields: { key: 'a' } })).toHaveLength(1);
  expect(logger.find({ fields: { again: undefined } })).toHaveLength(3);
  expect(logger.find({})).toHaveLength(4);
});

test('keeps an error given in place of fields as the field err', () => {
  const logger = new MemoryLogger();
  const error = new Error('underneath');
  logger.error(error as never, 'it broke');
  expect(logger.lines[0]).toEqual({ level: 'error', fields: { err: error }, message: 'it broke' });
});

test('works when its methods are taken off it, and forgets when told', () => {
  const logger = new MemoryLogger();
  const { info }: Logger = logger.child({ a: 1 });
  info('loose');
  expect(logger.lines).toHaveLength(1);
  logger.clear();
  expect(logger.lines).toEqual([]);
});
