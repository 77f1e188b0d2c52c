import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';

/**
 * The median microseconds of one call of each rival, in very many very short rounds: a server takes part here, so most of
 * a call is waiting, and whatever else the machine does must fall on all rivals alike.
 */
export async function inTurns<Name extends string>(
  rivals: Readonly<Record<Name, () => Promise<unknown>>>,
  callsPerRound: number,
): Promise<Record<Name, number>> {
  const runners = Object.entries<() => Promise<unknown>>(rivals).map(([name, rival]) => ({
    name,
    rival,
    rounds: [] as number[],
  }));
  const rounds = settings.quick ? 5 : 500;
  for (let round = -rounds / 10; round < rounds; round += 1) {
    for (const { rival, rounds: kept } of runners) {
      const start = performance.now();
      for (let call = 0; call < callsPerRound; call += 1) await rival();
      // The first tenth warms up.
      if (round >= 0) kept.push(((performance.now() - start) * 1e3) / callsPerRound);
    }
  }
  return Object.fromEntries(runners.map((runner) => [runner.name, median(runner.rounds)])) as Record<Name, number>;
}
