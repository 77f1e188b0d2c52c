import type { Gauge } from '@xc/core';

/** Shows one level for each key that has a number; what is missing is left as it was. */
export function showLevels(gauge: Gauge, owner: string, levels: Readonly<Record<string, number | undefined>>): void {
  for (const [state, level] of Object.entries(levels)) {
    if (level !== undefined) gauge.at(owner, state).set(level);
  }
}
