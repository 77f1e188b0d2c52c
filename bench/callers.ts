import { median } from './interleave.ts';
import { settings } from './settings.ts';

/** One call of the n-th key. */
export type Caller = (index: number) => Promise<unknown>;

/**
 * Calls a second of each rival by so many callers at once, each of which calls again as soon as it is answered. In very many
 * very short rounds in turns: most of a call is waiting, and whatever else the machine does must fall on all alike.
 */
export async function callsPerSecond<Name extends string>(
  rivals: Readonly<Record<Name, Caller>>,
  callers: number,
): Promise<Record<Name, number>> {
  const runners = Object.entries<Caller>(rivals).map(([name, call]) => ({ name, call, rounds: [] as number[] }));
  const calls = callers === 1 ? 40 : callers * 8;
  const rounds = settings.quick ? 7 : 201;
  for (let round = -Math.ceil(rounds / 10); round < rounds; round += 1) {
    // Whoever follows the slowest must not be the same each time.
    const turn = Math.abs(round) % runners.length;
    for (const { call, rounds: kept } of [...runners.slice(turn), ...runners.slice(0, turn)]) {
      const startedAt = performance.now();
      await all(call, callers, calls);
      // The first tenth warms up.
      if (round >= 0) kept.push((calls / (performance.now() - startedAt)) * 1e3);
    }
  }
  return Object.fromEntries(runners.map(({ name, rounds: kept }) => [name, median(kept)])) as Record<Name, number>;
}

async function all(call: Caller, callers: number, calls: number): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < calls) {
      next += 1;
      await call(next);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}
