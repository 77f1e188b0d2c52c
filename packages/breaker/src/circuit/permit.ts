import { shown } from '../options.ts';
import type { BreakerCircuit } from './breaker-circuit.ts';

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

/** The permit of a call that `circuit` admitted just now. */
export function permitOf(circuit: BreakerCircuit, generation: number): Permit {
  return new ReportingPermit(circuit, generation);
}

class ReportingPermit implements Permit {
  readonly #generation: number;
  readonly #startedAt: number;
  // Let go of with the report: a forgotten permit keeps nothing alive.
  #circuit: BreakerCircuit | undefined;

  constructor(circuit: BreakerCircuit, generation: number) {
    this.#circuit = circuit;
    this.#generation = generation;
    this.#startedAt = circuit.monotonic();
  }

  success(durationMs?: number): void {
    const circuit = this.#circuit;
    if (circuit === undefined) return;
    const now = circuit.monotonic();
    const took = measured(durationMs) ?? now - this.#startedAt;
    this.#circuit = undefined;
    circuit.succeeded(this.#generation, now, took, undefined);
  }

  failure(error?: unknown, durationMs?: number): void {
    const circuit = this.#circuit;
    if (circuit === undefined) return;
    const now = circuit.monotonic();
    const took = measured(durationMs) ?? now - this.#startedAt;
    this.#circuit = undefined;
    circuit.failed(this.#generation, now, took, error);
  }

  ignore(): void {
    const circuit = this.#circuit;
    this.#circuit = undefined;
    circuit?.ignored(this.#generation);
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
