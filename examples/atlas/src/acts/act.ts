import type { Chart } from '../report/chart.ts';
import type { Stage } from './stage.ts';

export type Unit = 'ms' | 'ratio' | 'times' | 'count' | 'per request';

/** One measured number. */
export interface Figure {
  /** Its name in `--json`. */
  readonly name: string;
  /** What it says, in words. */
  readonly says: string;
  readonly unit: Unit;
  /** Infinity: it never happened. Undefined: there was nothing to measure. */
  readonly value: number | undefined;
  /** The same of the service without us, in the same moment. */
  readonly before?: number | undefined;
}

/** A sentence that the act is held against. */
export interface Promised {
  readonly says: string;
  /** The name of the figure that decides. */
  readonly figure: string;
  holds(measured: number): boolean;
}

export interface Performance {
  readonly figures: readonly Figure[];
  readonly charts: readonly Chart[];
}

/** One part of the demo: a file of its own in this folder, and a line in `program.ts`. */
export interface Act {
  /** Chosen by `--act`. */
  readonly name: string;
  /** What the reader is going to see, in a sentence. */
  readonly shows: string;
  readonly promises: readonly Promised[];
  /** Some engine of this act uses the Redis of `--redis`. */
  readonly usesRedis?: boolean;
  run(stage: Stage): Promise<Performance>;
}
