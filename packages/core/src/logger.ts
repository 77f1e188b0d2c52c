/** Structured facts of one log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Logs fields with an optional message, or a bare message. */
export interface LogMethod {
  (fields: LogFields, message?: string): void;
  (message: string): void;
}

/** The call shape of pino: a pino logger fits without an adapter. */
export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** A logger that adds `fields` to each of its lines. */
  child(fields: LogFields): Logger;
}

const ignore: LogMethod = () => {};

/** Says nothing and costs nothing. */
export const noopLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  fatal: ignore,
  child: () => noopLogger,
};
