import type { Clock, CounterCell, Meter, Policy, Random } from '@xc/core';
import { policyEnvironment } from '../options.ts';
import type { Call } from '../run/call.ts';
import { standalone } from '../run/engine.ts';
import type { Frame, Scope, Stage } from '../run/frame.ts';
import { type Complain, complainOnce, hearOut, isPromised } from '../run/hook.ts';
import { Leaf } from '../run/leaf.ts';
import { resume } from '../run/resume.ts';
import { ChaosError } from './chaos-error.ts';
import { type ChaosOptions, type ChaosSettings, chaosSettings } from './chaos-options.ts';

/**
 * Injects delays, failures and made-up results, each into a share of the calls, so that a system can be seen to survive
 * them. Draws once for each rate above 0, in the order delay, failure, result.
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function chaos(options: ChaosOptions): Policy {
  const settings = chaosSettings(options);
  const { clock, logger, meter, name, random } = policyEnvironment(options, 'chaos');
  const complain = complainOnce(logger, name, 'enabled', 'nothing is injected');
  const rules: ChaosRules = { ...settings, clock, random, injected: chaosMetrics(meter, name) };
  return standalone(name, {
    kind: 'chaos',
    clock,
    before: (next) => ({
      interrupts: next.interrupts,
      enter(outer, scope, call) {
        if (!isOn(settings, complain)) next.enter(outer, scope, call);
        else inject(rules, next, outer, scope, call);
      },
    }),
  });
}

interface ChaosRules extends ChaosSettings {
  readonly clock: Clock;
  readonly random: Random;
  readonly injected: Readonly<Record<'delay' | 'failure' | 'result', CounterCell>>;
}

function isOn({ enabled }: ChaosSettings, complain: Complain): boolean {
  try {
    if (enabled === undefined) return true;
    const on = enabled();
    return !isPromised(on, complain) && on !== false;
  } catch (error) {
    complain(error);
    return false;
  }
}

function inject(rules: ChaosRules, next: Stage, outer: Frame, scope: Scope, call: Call): void {
  const { clock, random } = rules;
  const delayMs = drawnDelayMs(rules);
  const fails = rules.failRate > 0 && random.next() < rules.failRate;
  const answers = rules.resultRate > 0 && random.next() < rules.resultRate;
  const stage = fails ? failure(rules) : answers ? result(rules) : next;
  if (delayMs === undefined) {
    stage.enter(outer, scope, call);
    return;
  }
  rules.injected.delay.inc();
  // No longer than the deadline; who comes back then is refused.
  const leftMs = scope.deadline === undefined ? delayMs : scope.deadline - call.time(clock);
  const frame = new DelayFrame(outer);
  frame.wait(Math.min(delayMs, leftMs), call, clock, () => resume(stage, frame, scope, call, clock));
}

/** One draw tells whether there is a delay and how long it is. */
function drawnDelayMs({ delayMs: [least, greatest], delayRate, random }: ChaosRules): number | undefined {
  if (delayRate === 0) return undefined;
  const drawn = random.next();
  return drawn < delayRate ? least + (greatest - least) * (drawn / delayRate) : undefined;
}

function failure({ error, injected }: ChaosRules): Stage {
  return {
    interrupts: false,
    enter(outer, scope, call) {
      injected.failure.inc();
      new Leaf(outer, scope, call).run(() => {
        if (error === undefined) throw new ChaosError();
        const made = error();
        hearOut(made, () => {});
        throw made;
      });
    },
  };
}

function result({ injected, result }: ChaosRules): Stage {
  return {
    interrupts: false,
    enter(outer, scope, call) {
      injected.result.inc();
      new Leaf(outer, scope, call).run(() => result());
    },
  };
}

/** One pass of a call that is delayed. */
class DelayFrame implements Frame {
  readonly outer: Frame;
  inner: Frame | undefined;
  private readonly waiting: AbortController;

  constructor(outer: Frame) {
    this.outer = outer;
    this.inner = undefined;
    this.waiting = new AbortController();
    outer.inner = this;
  }

  /** Waits on `sleep`, not on `after`: a process that waits for a call must not end. */
  wait(ms: number, call: Call, clock: Clock, goOn: () => void): void {
    const { signal } = this.waiting;
    clock.sleep(ms, signal).then(
      () => {
        if (signal.aborted) return;
        try {
          goOn();
        } catch (defect) {
          call.crash(defect);
        }
      },
      (error) => {
        if (!signal.aborted) call.crash(error);
      },
    );
  }

  fulfilled(value: unknown): void {
    this.outer.inner = undefined;
    this.outer.fulfilled(value);
  }

  rejected(error: unknown): void {
    this.outer.inner = undefined;
    this.outer.rejected(error);
  }

  cancel(reason: unknown): void {
    this.waiting.abort(reason);
    this.inner?.cancel(reason);
  }
}

function chaosMetrics(meter: Meter, policy: string): ChaosRules['injected'] {
  const injected = meter.counter({
    name: 'xc_breaker_chaos_total',
    help: 'Faults that were injected.',
    labels: ['policy', 'kind'],
  });
  return {
    delay: injected.at(policy, 'delay'),
    failure: injected.at(policy, 'failure'),
    result: injected.at(policy, 'result'),
  };
}
