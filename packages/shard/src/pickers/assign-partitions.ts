import { checkInteger } from '../keys/shown.ts';
import { MOST_PARTITIONS } from '../partitioners/partitioner.ts';
import { checkFactor, sharesOf } from './bounded-picker.ts';
import type { Picker } from './picker.ts';

/** Options of {@link assignPartitions}. */
export interface AssignOptions {
  /** No node gets more than `ceil(factor * its share)`; from 1. @defaultValue no bound */
  readonly factor?: number;
}

/**
 * The owner of each partition, as a picker places their numbers: deterministic, and with a consistent picker few change when a
 * node comes or goes. With `factor` a partition whose node is full goes to the next that is not.
 *
 * @throws RangeError for a number of partitions or a factor out of range.
 */
export function assignPartitions(partitions: number, picker: Picker, options: AssignOptions = {}): readonly string[] {
  checkInteger('partitions', partitions, 1, MOST_PARTITIONS);
  const { factor } = options;
  if (factor === undefined) return Array.from({ length: partitions }, (_, partition) => picker.pick(partition));
  checkFactor(factor);
  const room = new Map([...sharesOf(picker)].map(([id, share]) => [id, Math.ceil(factor * partitions * share)]));
  return Array.from({ length: partitions }, (_, partition) => {
    const own = picker.pick(partition);
    const hasRoom = (node: string): boolean => (room.get(node) as number) > 0;
    const node = hasRoom(own) ? own : (picker.pickMany(partition, picker.nodes.length).find(hasRoom) as string);
    room.set(node, (room.get(node) as number) - 1);
    return node;
  });
}
