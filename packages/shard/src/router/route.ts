import { hashableOf } from '../keys/shard-key.ts';
import { shown } from '../keys/shown.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import type { Topology } from '../topology/topology.ts';
import type { Question, RoutePlan } from './router.ts';

/**
 * Which shards can have what a question is about.
 * @throws TypeError for what is no question; what the partitioner throws.
 */
export function routeOf(question: Question, partitioner: Partitioner, { owners }: Topology): RoutePlan {
  const partitions = partitionsOf(question, partitioner);
  if (partitions === undefined) return planOf([...owners.keys()], owners, 'scatter');
  return planOf(
    [...new Set(partitions)].sort((a, b) => a - b),
    owners,
    'targeted',
  );
}

function planOf(partitions: readonly number[], owners: readonly string[], several: 'targeted' | 'scatter'): RoutePlan {
  const shards = [...new Set(partitions.map((partition) => owners[partition] as string))].sort();
  return { kind: shards.length === 1 ? 'single' : several, shards, partitions };
}

/** `undefined`: any. */
function partitionsOf(question: Question, partitioner: Partitioner): readonly number[] | undefined {
  if (typeof question === 'object' && question !== null) {
    if ('key' in question) return [partitioner.of(question.key)];
    if ('keys' in question) {
      if (!Array.isArray(question.keys)) throw new TypeError(`keys must be an array, got ${shown(question.keys)}`);
      return question.keys.map((key) => partitioner.of(key));
    }
    if ('from' in question && 'to' in question) {
      for (const bound of [question.from, question.to]) hashableOf(bound);
      return partitioner.between?.(question.from, question.to);
    }
    if ('under' in question) {
      // A text would be taken apart into letters.
      if (!Array.isArray(question.under))
        throw new TypeError(`under must be an array of parts of a key, got ${shown(question.under)}`);
      return partitioner.under?.(question.under);
    }
    if ('all' in question && question.all === true) return undefined;
  }
  throw new TypeError(`question must have key, keys, from and to, under, or all, got ${shown(question)}`);
}
