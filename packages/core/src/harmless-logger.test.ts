import { expect, test } from 'vitest';
import { harmlessLogger } from './harmless-logger.ts';
import { type Logger, noopLogger } from './logger.ts';
import { MemoryLogger } from './testing/memory-logger.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

const loggerOf = (method: () => unknown, child: Logger['child']): Logger =>
  ({ ...Object.fromEntries(LEVELS.map((level) => [level, method])), child }) as Logger;

test('writes what it is given, and so do its children', () => {
  const logger = new MemoryLogger();
  const harmless = harmlessLogger(logger);
  for (const level of LEVELS) harmless[level]({ level }, `a line of ${level}`);
  harmless.child({ part: 'one' }).warn('a bare line');
  expect(logger.lines.map(({ level, message }) => [level, message])).toEqual([
    ...LEVELS.map((level) => [level, `a line of ${level}`]),
    ['warn', 'a bare line'],
  ]);
  expect(logger.lines.at(-1)?.fields).toMatchObject({ part: 'one' });
});

test('says nothing where nothing is said', () => {
  expect(harmlessLogger(noopLogger)).toBe(noopLogger);
});

test('never throws, whatever the logger does', () => {
  const fails = () => {
    throw new Error('the disk is full');
  };
  for (const child of [fails, () => loggerOf(fails, fails)]) {
    const harmless = harmlessLogger(loggerOf(fails, child));
    for (const level of LEVELS) expect(() => harmless[level]('lost')).not.toThrow();
    expect(() => harmless.child({}).error('lost as well')).not.toThrow();
  }
});

test('hears the rejection of a logger that writes later', async () => {
  const unheard: unknown[] = [];
  const note = (reason: unknown): void => void unheard.push(reason);
  process.on('unhandledRejection', note);
  try {
    const harmless = harmlessLogger(
      loggerOf(async () => Promise.reject(new Error('the disk is full')), loggerOf as never),
    );
    for (const level of LEVELS) harmless[level]('lost');
    await new Promise((resolve) => setImmediate(resolve));
    expect(unheard).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
