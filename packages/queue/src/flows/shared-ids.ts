import type { FlowNodeEntry } from '../engine/engine-controls.ts';

/** An id is one job, and a job is one node. @throws RangeError where two nodes ask for the same id */
export function refuseSharedIds(nodes: readonly FlowNodeEntry[]): void {
  const owners = new Map<string, string>();
  for (const { name, entry } of nodes) {
    if (entry.id === undefined) continue;
    const owner = owners.get(entry.id);
    if (owner !== undefined) {
      throw new RangeError(`ids of nodes must differ, got ${entry.id} for ${owner} and ${name}`);
    }
    owners.set(entry.id, name);
  }
}
