import { type Logger, type LogMethod, noopLogger } from '@xc/core';

/** The same logger, whose failures are nobody's: a line that cannot be written loses no lock and ends no leadership. */
export function harmlessLogger(logger: Logger): Logger {
  if (logger === noopLogger) return logger;
  const method = (level: Exclude<keyof Logger, 'child'>): LogMethod => {
    return (...line: unknown[]): void => {
      try {
        (logger[level] as (...line: unknown[]) => void)(...line);
      } catch {
        // There is nowhere else to say it.
      }
    };
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
