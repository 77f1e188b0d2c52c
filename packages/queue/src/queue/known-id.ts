import { text } from '../option-checks.ts';

// Those that the engine makes of names, of schedules and of flows, are longer than those that a caller may give.
const mostBytes = 1_000;

/** @throws TypeError or RangeError unless it can be the id of a job that is there. */
export function knownId(id: unknown): string {
  return text('id', id, mostBytes);
}
