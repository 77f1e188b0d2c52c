import type { Clock, Span, Tracer } from '@xc/core';
import type { Frame, Layer, Stage } from '../run/frame.ts';

/** Runs what follows in a span of `tracer`, which fails when the call does. */
export function spanLayer(tracer: Tracer, name: string, clock: Clock): Layer {
  return { kind: 'span', clock, before: (next) => spanStage(tracer, name, next) };
}

function spanStage(tracer: Tracer, name: string, next: Stage): Stage {
  return {
    interrupts: next.interrupts,
    enter(outer, scope, call) {
      const spanned = tracer.span(name, (span) => {
        const frame = new SpanFrame(outer, span);
        next.enter(frame, scope, call);
        return frame.ended;
      });
      // The tracer may hand on a promise of its own; the call itself ends through its frames.
      Promise.resolve(spanned).catch(() => {});
    },
  };
}

class SpanFrame implements Frame {
  readonly outer: Frame;
  inner: Frame | undefined;
  readonly ended: Promise<void>;
  readonly #span: Span;
  #end: () => void = () => {};

  constructor(outer: Frame, span: Span) {
    this.outer = outer;
    this.#span = span;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    outer.inner = this;
  }

  fulfilled(value: unknown): void {
    this.outer.inner = undefined;
    this.#end();
    this.outer.fulfilled(value);
  }

  rejected(error: unknown): void {
    this.outer.inner = undefined;
    this.#span.fail(error);
    this.#end();
    this.outer.rejected(error);
  }

  cancel(reason: unknown): void {
    this.#span.fail(reason);
    this.#end();
    this.inner?.cancel(reason);
  }
}
