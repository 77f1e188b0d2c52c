import type { Random } from '@xc/core';
import type { NodeWatch } from './node-watch.ts';

/**
 * Draws two nodes by weight and takes the one with less load times latency: nearly as even as asking all of them, without
 * the herd that runs to the one that looks best. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001.
 */
export function chooseNode<T>(nodes: readonly NodeWatch<T>[], random: Random): NodeWatch<T> | undefined {
  const first = draw(nodes, random);
  if (first === undefined) return undefined;
  const second = draw(
    nodes.filter((node) => node !== first),
    random,
  );
  // The first was drawn by weight: with equal scores it stays.
  return second !== undefined && score(second) < score(first) ? second : first;
}

function draw<T>(nodes: readonly NodeWatch<T>[], random: Random): NodeWatch<T> | undefined {
  let mark = random.next() * nodes.reduce((total, node) => total + node.weight, 0);
  for (const node of nodes) {
    mark -= node.weight;
    if (mark < 0) return node;
  }
  return nodes.at(-1);
}

function score<T>({ pool, latencyMs, weight }: NodeWatch<T>): number {
  const { inUse, waiting, max } = pool.stats();
  // Below a millisecond a latency is noise, and of an idle node it says nothing about the load.
  return (((inUse + waiting) / max) * Math.max(latencyMs ?? 1, 1)) / weight;
}
