/** Facts on a span. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** One timed piece of work in a trace. */
export interface Span {
  /** Adds facts; a later value of the same name wins. */
  set(attributes: SpanAttributes): void;
  /** Marks the span as failed; it still ends when its function settles. */
  fail(error: unknown): void;
}

/** Spans around work, and the context that crosses processes. */
export interface Tracer {
  /** Runs `fn` in a span that ends when `fn` settles. */
  span<T>(name: string, fn: (span: Span) => T, attributes?: SpanAttributes): T;
  /** W3C `traceparent` / `tracestate` of the active span, for headers and message envelopes. */
  inject(): Readonly<Record<string, string>>;
  /** Runs `fn` as a child of the context carried by `carrier`. */
  continue<T>(carrier: Readonly<Record<string, string | undefined>>, fn: () => T): T;
}

const noopSpan: Span = { set() {}, fail() {} };
const emptyCarrier: Readonly<Record<string, string>> = Object.freeze({});

/** Traces nothing and costs nothing. */
export const noopTracer: Tracer = {
  span: (_name, fn) => fn(noopSpan),
  inject: () => emptyCarrier,
  continue: (_carrier, fn) => fn(),
};
