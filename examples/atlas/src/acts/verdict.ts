import type { Act, Figure, Performance } from './act.ts';

/** A promise and what became of it. */
export interface Verdict {
  readonly act: string;
  readonly promise: string;
  /** Undefined when the act did not come to its end. */
  readonly measured: Figure | undefined;
  readonly held: boolean;
}

/** Holds an act against its promises. What was not measured was not held. */
export function verdicts(act: Act, performance: Performance | undefined): readonly Verdict[] {
  return act.promises.map((promise) => {
    const measured = performance?.figures.find(({ name }) => name === promise.figure);
    const held = measured?.value !== undefined && promise.holds(measured.value);
    return { act: act.name, promise: promise.says, measured, held };
  });
}
