import { shown } from '../options.ts';
import type { StateMachine } from './state-machine.ts';

/** A place taken for one call that is not one promise. Only the first report counts; disposing without one ignores it. */
export interface Permit extends Disposable {
  /**
   * @param durationMs - Defaults to the time since the permit was taken.
   * @throws RangeError when `durationMs` is negative or not finite; nothing is reported then.
   */
  success(durationMs?: number): void;
  /**
   * @param durationMs - Defaults to the time since the permit was taken.
   * @throws RangeError when `durationMs` is negative or not finite; nothing is reported then.
   */
  failure(error?: unknown, durationMs?: number): void;
  /** As if the call had not been made; a half-open breaker gets its permit back. */
  ignore(): void;
}

/** The permit of a call that `machine` admitted just now. */
export function permitOf(machine: StateMachine, generation: number): Permit {
  return new ReportingPermit(machine, generation);
}

class ReportingPermit implements Permit {
  readonly #generation: number;
  readonly #startedAt: number;
  // Let go of with the report: a forgotten permit keeps nothing alive.
  #machine: StateMachine | undefined;

  constructor(machine: StateMachine, generation: number) {
    this.#machine = machine;
    this.#generation = generation;
    this.#startedAt = machine.monotonic();
  }

  success(durationMs?: number): void {
    const machine = this.#machine;
    if (machine === undefined) return;
    const now = machine.monotonic();
    const took = measured(durationMs) ?? now - this.#startedAt;
    this.#machine = undefined;
    machine.succeeded(this.#generation, now, took, undefined);
  }

  failure(error?: unknown, durationMs?: number): void {
    const machine = this.#machine;
    if (machine === undefined) return;
    const now = machine.monotonic();
    const took = measured(durationMs) ?? now - this.#startedAt;
    this.#machine = undefined;
    machine.failed(this.#generation, now, took, error);
  }

  ignore(): void {
    const machine = this.#machine;
    this.#machine = undefined;
    machine?.ignored(this.#generation);
  }

  [Symbol.dispose](): void {
    this.ignore();
  }
}

function measured(durationMs: number | undefined): number | undefined {
  if (durationMs === undefined) return undefined;
  if (typeof durationMs !== 'number') {
    throw new TypeError(`durationMs must be finite milliseconds from 0 up, got ${shown(durationMs)}`);
  }
  if (Number.isFinite(durationMs) && durationMs >= 0) return durationMs;
  throw new RangeError(`durationMs must be finite milliseconds from 0 up, got ${durationMs}`);
}
