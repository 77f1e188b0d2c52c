import type { Picker } from './picker.ts';

/** How evenly keys spread, by weight. */
export interface Spread {
  /** Standard deviation of the loads over their mean. */
  readonly relativeStd: number;
  readonly maxOverMean: number;
  readonly minOverMean: number;
}

/** What a change of nodes does to keys. */
export interface Simulation {
  readonly keys: number;
  /** The part of the keys that moved, 0 to 1. */
  readonly moved: number;
  /** The part that moved from one node that was there before to another. */
  readonly movedBetweenOld: number;
  /** The part that has to move. */
  readonly ideal: number;
  /** Of the keys over the nodes after. */
  readonly balance: Spread;
}

/** Options of {@link simulate}. */
export interface SimulateOptions {
  readonly before: Picker;
  readonly after: Picker;
  readonly keys: Iterable<string>;
}

/** Tries a change of nodes on your own keys, before you make it: what moves, what has to, how evenly they spread then. */
export function simulate(options: SimulateOptions): Simulation {
  const { before, after } = options;
  const old = sharesById(before);
  const now = sharesById(after);
  const counts = new Map([...now.keys()].map((id) => [id, 0]));
  let [keys, moved, movedBetweenOld] = [0, 0, 0];
  for (const key of options.keys) {
    const [from, to] = [before.pick(key), after.pick(key)];
    keys += 1;
    counts.set(to, (counts.get(to) ?? 0) + 1);
    if (from === to) continue;
    moved += 1;
    if (old.has(to) && now.has(from)) movedBetweenOld += 1;
  }
  let ideal = 0;
  for (const [id, share] of old) ideal += Math.max(0, share - (now.get(id) ?? 0));
  const part = (count: number): number => (keys === 0 ? 0 : count / keys);
  const loads = [...now].map(([id, share]) => (counts.get(id) as number) / share);
  return { keys, moved: part(moved), movedBetweenOld: part(movedBetweenOld), ideal, balance: spreadOf(loads) };
}

/** Which part each node with a weight is to have. */
function sharesById({ nodes }: Picker): ReadonlyMap<string, number> {
  const total = nodes.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return new Map(nodes.filter(({ weight = 1 }) => weight > 0).map(({ id, weight = 1 }) => [id, weight / total]));
}

/** How far loads, each by the share of its node, are from their mean. */
function spreadOf(loads: readonly number[]): Spread {
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  if (!(mean > 0)) return { relativeStd: 0, maxOverMean: 1, minOverMean: 1 };
  const variance = loads.reduce((sum, load) => sum + (load - mean) ** 2, 0) / loads.length;
  return {
    relativeStd: Math.sqrt(variance) / mean,
    maxOverMean: Math.max(...loads) / mean,
    minOverMean: Math.min(...loads) / mean,
  };
}
