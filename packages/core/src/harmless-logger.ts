import { type Logger, type LogMethod, noopLogger } from './logger.ts';

/**
 * The same logger, whose failures are nobody's: it never throws, and a promise that a method gives and rejects is heard. A line that
 * cannot be written must not decide what becomes of a call.
 */
export function harmlessLogger(logger: Logger): Logger {
  if (logger === noopLogger) return logger;
  const method = (level: Exclude<keyof Logger, 'child'>): LogMethod => {
    return (...line: unknown[]): void => {
      try {
        const given = (logger[level] as (...line: unknown[]) => unknown)(...line);
        if (typeof (given as PromiseLike<unknown> | null | undefined)?.then === 'function') {
          Promise.resolve(given).then(undefined, ignore);
        }
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
    child(fields) {
      try {
        return harmlessLogger(logger.child(fields));
      } catch {
        return this;
      }
    },
  };
}

function ignore(): void {}
