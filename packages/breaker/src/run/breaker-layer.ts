import type { Clock } from '@xc/core';
import type { Circuit } from '../circuit/circuit.ts';
import type { Call } from './call.ts';
import type { Frame, Layer, Scope, Stage } from './frame.ts';
import { Run } from './run.ts';

/** Picks the circuit of a run by its key; a lone breaker always gives its own. */
export interface CircuitSource {
  circuitFor(key: string | undefined): Circuit;
}

/** A breaker as a layer. */
export function breakerLayer(source: CircuitSource, clock: Clock): Layer {
  return { kind: 'breaker', clock, before: (next) => new BreakerStage(source, next) };
}

class BreakerStage implements Stage {
  readonly interrupts: boolean;
  readonly #source: CircuitSource;
  readonly #next: Stage;

  constructor(source: CircuitSource, next: Stage) {
    this.#source = source;
    this.#next = next;
    this.interrupts = next.interrupts;
  }

  enter(outer: Frame, scope: Scope, call: Call): void {
    const circuit = this.#source.circuitFor(call.facts.key);
    const generation = circuit.admit();
    if (generation < 0) {
      if (!call.over) outer.rejected(circuit.refusal());
      return;
    }
    const frame = new BreakerFrame(outer, call, circuit, generation, call.time(circuit.clock));
    if (call.over) frame.cancel(undefined);
    else this.#next.enter(frame, scope, call);
  }
}

class BreakerFrame implements Frame {
  static readonly resident: BreakerFrame = new this(Run.resident, Run.resident, {} as Circuit, 0, Number.NaN);

  readonly outer: Frame;
  inner: Frame | undefined;
  private readonly call: Call;
  private readonly circuit: Circuit;
  private readonly generation: number;
  private readonly startedAt: number;

  constructor(outer: Frame, call: Call, circuit: Circuit, generation: number, startedAt: number) {
    this.outer = outer;
    this.inner = undefined;
    this.call = call;
    this.circuit = circuit;
    this.generation = generation;
    this.startedAt = startedAt;
    outer.inner = this;
  }

  fulfilled(value: unknown): void {
    this.outer.inner = undefined;
    this.circuit.fulfilled(this.generation, this.startedAt, value);
    if (!this.call.over) this.outer.fulfilled(value);
  }

  rejected(error: unknown): void {
    this.outer.inner = undefined;
    this.circuit.rejected(this.generation, this.startedAt, error);
    if (!this.call.over) this.outer.rejected(error);
  }

  cancel(reason: unknown): void {
    this.circuit.abandoned(this.generation, this.startedAt, reason);
    this.inner?.cancel(reason);
  }
}
