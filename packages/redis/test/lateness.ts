import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Gathers how late things were, round by round, and how long this process stood still in the meantime: on a busy machine
 * one late timer tells of the machine, and a late timer in every round tells of us.
 */
export class Lateness {
  readonly #latest = new Map<number, number>();
  readonly #stalls = monitorEventLoopDelay({ resolution: 1 });

  constructor() {
    this.#stalls.enable();
  }

  /** @param dueAt - When a plain timer of the same length fired; `Infinity` for what settled before that. */
  add(round: number, dueAt: number, settledAt: number): void {
    this.#latest.set(round, Math.max(this.#latest.get(round) ?? 0, settledAt - dueAt));
  }

  /** The lateness of the latest in the median round, without the standstills that the machine is used to. */
  usualMs(): number {
    this.#stalls.disable();
    const rounds = [...this.#latest.values()].sort((one, other) => one - other);
    return (rounds[rounds.length >> 1] ?? 0) - this.#stalls.percentile(90) / 1e6;
  }

  /** The lateness of the very latest of all, without the longest standstill: one call that comes late for us shows here. */
  worstMs(): number {
    this.#stalls.disable();
    return Math.max(0, ...this.#latest.values()) - this.#stalls.max / 1e6;
  }
}
