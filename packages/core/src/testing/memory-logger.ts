import type { LogFields, Logger, LogMethod } from '../logger.ts';

/** From chatty to grave. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** One line as it was logged; the fields of the logger and its parents are in `fields`, the innermost wins. */
export interface LogLine {
  readonly level: LogLevel;
  readonly fields: LogFields;
  readonly message: string | undefined;
}

/** What a line must match; what is left out matches anything. */
export interface LogQuery {
  readonly level?: LogLevel;
  /** The whole message, or a pattern in it. */
  readonly message?: string | RegExp;
  /** Fields that the line has, with these very values (`Object.is`). It may have more. */
  readonly fields?: LogFields;
}

/**
 * Keeps every line, so that a test can ask what was logged.
 *
 * @example
 * ```ts
 * const logger = new MemoryLogger();
 * createThing({ logger }).fail();
 * expect(logger.find({ level: 'warn', message: /gave up/ })).toHaveLength(1);
 * ```
 */
export class MemoryLogger implements Logger {
  readonly trace: LogMethod = this.#method('trace');
  readonly debug: LogMethod = this.#method('debug');
  readonly info: LogMethod = this.#method('info');
  readonly warn: LogMethod = this.#method('warn');
  readonly error: LogMethod = this.#method('error');
  readonly fatal: LogMethod = this.#method('fatal');
  readonly #lines: LogLine[] = [];
  #fields: LogFields = {};
  #root: MemoryLogger = this;

  /** What this logger and its children have logged, oldest first; a child shows the lines of the whole family. */
  get lines(): readonly LogLine[] {
    return this.#root.#lines;
  }

  child(fields: LogFields): MemoryLogger {
    const child = new MemoryLogger();
    child.#fields = { ...this.#fields, ...fields };
    child.#root = this.#root;
    return child;
  }

  /** The lines that match, oldest first. */
  find({ level, message, fields = {} }: LogQuery): readonly LogLine[] {
    return this.lines.filter(
      (line) =>
        (level === undefined || line.level === level) &&
        (message === undefined || says(line, message)) &&
        Object.entries(fields).every(([name, value]) => Object.is(line.fields[name], value)),
    );
  }

  /** Forgets every line. */
  clear(): void {
    this.#root.#lines.length = 0;
  }

  #method(level: LogLevel): LogMethod {
    return (first: LogFields | string, second?: string) => {
      const fields = typeof first === 'string' ? this.#fields : { ...this.#fields, ...asFields(first) };
      const message = typeof first === 'string' ? first : second;
      this.#root.#lines.push({ level, fields, message });
    };
  }
}

// As pino does: an Error in the place of the fields becomes the field `err`, where its properties would be lost in a copy.
function asFields(first: LogFields): LogFields {
  return first instanceof Error ? { err: first } : first;
}

function says(line: LogLine, message: string | RegExp): boolean {
  if (typeof message === 'string') return line.message === message;
  return line.message !== undefined && message.test(line.message);
}
