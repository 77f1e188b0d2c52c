import { settings } from './settings.ts';

/** One call of what is measured; a promise that it returns is awaited before the next call. */
export type Rival = () => unknown;

type Loop = (rival: Rival, calls: number) => unknown;

interface Runner {
  readonly name: string;
  readonly rival: Rival;
  readonly loop: Loop;
  readonly calls: number;
  readonly rounds: number[];
}

/**
 * Runs rivals in turns, many short rounds each, and gives the median nanoseconds of one call: whatever slows the machine
 * for a while slows all of them alike.
 */
export async function interleave<Name extends string>(
  rivals: Readonly<Record<Name, Rival>>,
  options: { readonly rounds?: number; readonly roundMs?: number } = {},
): Promise<Record<Name, number>> {
  const { rounds = settings.rounds, roundMs = settings.roundMs } = options;
  const runners: Runner[] = [];
  for (const [name, rival] of Object.entries<Rival>(rivals)) runners.push(await prepare(name, rival, roundMs));
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    // The first of a round pays for the collector: let it be another one each time.
    const turn = round % runners.length;
    for (const runner of [...runners.slice(turn), ...runners.slice(0, turn)]) {
      const elapsed = await timed(runner, runner.calls);
      runner.rounds.push((elapsed * 1e6) / runner.calls);
    }
  }
  return Object.fromEntries(runners.map((runner) => [runner.name, median(runner.rounds)])) as Record<Name, number>;
}

/** The middle one of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Warms a rival up and finds how many calls fill a round. */
async function prepare(name: string, rival: Rival, roundMs: number): Promise<Runner> {
  const first = rival();
  const asynchronous = typeof (first as PromiseLike<unknown> | undefined)?.then === 'function';
  await first;
  const runner = { name, rival, loop: ownLoop(asynchronous), rounds: [] };
  let calls = 1;
  for (;;) {
    const elapsed = await timed(runner, calls);
    if (elapsed >= roundMs) return { ...runner, calls };
    calls = elapsed < roundMs / 10 ? calls * 4 : Math.ceil((calls * roundMs * 1.1) / elapsed);
  }
}

async function timed(runner: Pick<Runner, 'loop' | 'rival'>, calls: number): Promise<number> {
  const start = performance.now();
  await runner.loop(runner.rival, calls);
  return performance.now() - start;
}

/** A loop compiled anew for each rival: V8 would give one shared loop the slow call that fits them all. */
function ownLoop(asynchronous: boolean): Loop {
  const [prefix, wait] = asynchronous ? ['async ', 'await '] : ['', ''];
  const source = `return ${prefix}function (rival, calls) { let last; for (let i = 0; i < calls; i += 1) last = ${wait}rival(); return last; }`;
  return new Function(source)() as Loop;
}
