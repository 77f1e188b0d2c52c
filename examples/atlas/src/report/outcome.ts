import type { Act, Performance } from '../acts/act.ts';
import type { Verdict } from '../acts/verdict.ts';

/** What became of one act. */
export interface Played {
  readonly act: Act;
  /** Undefined when it broke off; `failure` says why. */
  readonly performance: Performance | undefined;
  readonly failure: string | undefined;
  readonly verdicts: readonly Verdict[];
}

/** What became of a whole run of the demo. */
export interface Outcome {
  readonly played: readonly Played[];
  readonly seed: number;
  readonly machine: string;
  readonly at: Date;
}

/** Every act came to its end and kept what it promised. */
export function allHeld({ played }: Outcome): boolean {
  return played.every(({ failure, verdicts }) => failure === undefined && verdicts.every(({ held }) => held));
}
