import type { CallContext, Clock, CounterCell, Policy, RunOptions, Task } from '@xc/core';
import { callable, type PolicyOptions, policyEnvironment, policyOptionNames, refuseUnknown } from '../options.ts';
import type { AttemptContext } from '../run/attempt-context.ts';
import type { Call } from '../run/call.ts';
import { standalone } from '../run/engine.ts';
import type { Frame, Scope } from '../run/frame.ts';
import { complainOnce, isPromised } from '../run/hook.ts';
import { Leaf } from '../run/leaf.ts';
import { firstTry, Run } from '../run/run.ts';

/** Which failures a fallback answers for. */
export interface FallbackOptions extends PolicyOptions {
  /**
   * A `when` that throws is logged once and counts as true.
   * @defaultValue every rejection
   */
  readonly when?: (error: unknown) => boolean;
}

/** A policy whose runs may give what the handler gives. */
export interface FallbackPolicy<F> extends Policy {
  run<T>(task: Task<T>, options?: RunOptions): Promise<T | F>;
  /** Lets a fallback stand where any policy may. */
  run<T>(task: Task<T>, options?: RunOptions): Promise<T>;
}

/** Gives the answer instead of a call that failed. An error of its own goes out as it is. */
export type FallbackHandler<F> = (error: unknown, context: AttemptContext) => F | PromiseLike<F>;

/**
 * Answers with `handler` for every rejection that `when` accepts, never for the caller's own abort.
 *
 * @throws TypeError for an unknown option, or when `handler` or `when` is no function.
 */
export function fallback<F>(
  handler: (error: unknown, context: CallContext) => F | PromiseLike<F>,
  options: FallbackOptions = {},
): FallbackPolicy<F> {
  refuseUnknown(options, ['when', ...policyOptionNames]);
  callable('handler', handler);
  const when = options.when === undefined ? undefined : callable('when', options.when);
  const { clock, logger, meter, name } = policyEnvironment(options, 'fallback');
  const complain = complainOnce(logger, name, 'when', 'the fallback answers');
  const fallbacks = meter.counter({
    name: 'xc_breaker_fallbacks_total',
    help: 'Failed calls that a fallback answered, or failed to answer.',
    labels: ['policy', 'result'],
  });
  const answered = fallbacks.at(name, 'answered');
  const failed = fallbacks.at(name, 'failed');
  const rules: FallbackRules = {
    handler,
    clock,
    answered,
    failed,
    accepts(error) {
      if (when === undefined) return true;
      try {
        const accepted = when(error);
        return isPromised(accepted, complain) || accepted;
      } catch (thrown) {
        complain(thrown);
        return true;
      }
    },
  };
  return standalone(name, {
    kind: 'fallback',
    clock,
    before: (next) => ({
      interrupts: next.interrupts,
      enter: (outer, scope, call) => next.enter(new FallbackFrame(rules, outer, scope, call), scope, call),
    }),
  });
}

interface FallbackRules {
  readonly handler: FallbackHandler<unknown>;
  readonly clock: Clock;
  readonly answered: CounterCell;
  readonly failed: CounterCell;
  accepts(error: unknown): boolean;
}

class FallbackFrame implements Frame {
  static readonly resident: FallbackFrame = new this({} as FallbackRules, Run.resident, firstTry, Run.resident);

  readonly outer: Frame;
  inner: Frame | undefined;
  private readonly rules: FallbackRules;
  private readonly scope: Scope;
  private readonly call: Call;
  private answering: boolean;

  constructor(rules: FallbackRules, outer: Frame, scope: Scope, call: Call) {
    this.outer = outer;
    this.inner = undefined;
    this.rules = rules;
    this.scope = scope;
    this.call = call;
    this.answering = false;
    outer.inner = this;
  }

  fulfilled(value: unknown): void {
    this.outer.inner = undefined;
    if (this.answering) this.rules.answered.inc();
    this.outer.fulfilled(value);
  }

  rejected(error: unknown): void {
    if (this.answering) {
      this.outer.inner = undefined;
      this.rules.failed.inc();
      this.outer.rejected(error);
      return;
    }
    const accepted = this.rules.accepts(error);
    // `when` is code of the user: it may have aborted the run.
    if (this.call.over) return;
    if (!accepted) {
      this.outer.inner = undefined;
      this.outer.rejected(error);
      return;
    }
    this.answering = true;
    this.call.turn();
    new Leaf(this, this.scope, this.call).run((context) => this.rules.handler(error, context));
  }

  cancel(reason: unknown): void {
    this.inner?.cancel(reason);
  }
}
