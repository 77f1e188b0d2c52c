import type { Clock, Logger, Span, Tracer } from '@xc/core';
import type { Frame, Layer, Stage } from '../run/frame.ts';
import { type Complain, complainOnce, hearOut } from '../run/hook.ts';

/** Runs what follows in a span of `tracer`, which fails when the call does. A tracer that fails is logged once. */
export function spanLayer(tracer: Tracer, name: string, clock: Clock, logger: Logger): Layer {
  const complain = complainOnce(logger, name, 'the tracer', 'the call goes on');
  return { kind: 'span', clock, before: (next) => spanStage(tracer, name, complain, next) };
}

function spanStage(tracer: Tracer, name: string, complain: Complain, next: Stage): Stage {
  return {
    interrupts: next.interrupts,
    enter(outer, scope, call) {
      let frame: SpanFrame | undefined;
      const enterOnce = (span: Span) => {
        if (frame !== undefined) return frame.ended;
        frame = new SpanFrame(outer, span, complain);
        try {
          next.enter(frame, scope, call);
        } catch (defect) {
          // Not through the tracer, which could keep it to itself.
          call.crash(defect);
        }
        return frame.ended;
      };
      try {
        // The tracer may hand on a promise of its own; the call itself ends through its frames.
        hearOut(tracer.span(name, enterOnce), complain);
      } catch (error) {
        complain(error);
      }
      if (frame === undefined) enterOnce(noSpan);
    },
  };
}

const noSpan: Span = { set() {}, fail() {} };

class SpanFrame implements Frame {
  readonly outer: Frame;
  inner: Frame | undefined;
  readonly ended: Promise<void>;
  readonly #span: Span;
  readonly #complain: Complain;
  #end: () => void = () => {};

  constructor(outer: Frame, span: Span, complain: Complain) {
    this.outer = outer;
    this.#span = span;
    this.#complain = complain;
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
    this.#fail(error);
    this.outer.rejected(error);
  }

  cancel(reason: unknown): void {
    this.#fail(reason);
    this.inner?.cancel(reason);
  }
  #fail(error: unknown): void {
    try {
      hearOut(this.#span.fail(error), this.#complain);
    } catch (fault) {
      this.#complain(fault);
    }
    this.#end();
  }
}
