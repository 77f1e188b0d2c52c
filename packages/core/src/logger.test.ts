import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { type Logger, noopLogger } from './logger.ts';

/** What a library of ours does with the logger that it is given. */
function use(logger: Logger): void {
  const child = logger.child({ component: 'test' });
  const { warn } = child;
  child.info({ attempt: 1 }, 'with fields');
  child.debug('bare');
  child.error({ err: new Error('underneath') });
  Reflect.apply(warn, child, [{ taken: 'off' }, 'taken off its logger']);
}

test('a pino logger fits without an adapter', () => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  use(logger);
  expect(lines).toMatchObject([
    { level: 30, component: 'test', attempt: 1, msg: 'with fields' },
    { level: 20, component: 'test', msg: 'bare' },
    { level: 50, component: 'test', err: { message: 'underneath' } },
    { level: 40, component: 'test', taken: 'off', msg: 'taken off its logger' },
  ]);
});

describe('noopLogger', () => {
  test('takes every call and says nothing', () => {
    expect(() => use(noopLogger)).not.toThrow();
    expect(noopLogger.info('anything')).toBeUndefined();
  });

  test('has itself for a child, so that a chain of children costs nothing', () => {
    expect(noopLogger.child({ a: 1 }).child({ b: 2 })).toBe(noopLogger);
  });
});
