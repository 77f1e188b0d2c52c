import { type Logger, type LogMethod, noopLogger } from '@xc/core';
import { tell } from './tell.ts';

/** The same logger, whose failures are nobody's: a line that cannot be written decides about no move and no call. */
export function harmlessLogger(logger: Logger): Logger {
  if (logger === noopLogger) return logger;
  const method = (level: Exclude<keyof Logger, 'child'>): LogMethod => {
    return (...line: unknown[]): void => tell(() => (logger[level] as (...line: unknown[]) => unknown)(...line));
  };
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
    child: (fields) => harmlessLogger(logger.child(fields)),
  };
}
