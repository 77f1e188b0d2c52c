import { strictEqual } from 'node:assert/strict';
import type { FlowNodeEntry } from '../../engine/engine-controls.ts';
import { type EngineRig, entryOf, type JobWish } from './engine-rig.ts';

/** `after` names earlier nodes; one with a `?` is settled, whatever its end. */
export interface NodeWish extends JobWish {
  readonly name: string;
  readonly after?: readonly string[];
}

/** The nodes as a request has them. */
export function nodesOf(wishes: readonly NodeWish[]): FlowNodeEntry[] {
  const names = wishes.map(({ name }) => name);
  return wishes.map(({ name, after = [], ...wish }) => ({
    name,
    entry: entryOf({ type: name, ...wish }),
    after: after.map((edge) => ({
      node: names.indexOf(edge.replace('?', '')),
      on: edge.endsWith('?') ? 'settled' : 'success',
    })),
  }));
}

/** Adds a flow and gives the id of each node's job. */
export async function flow(rig: EngineRig, ...wishes: readonly NodeWish[]): Promise<Readonly<Record<string, string>>> {
  const reply = await rig.control('flow', { id: undefined, nodes: nodesOf(wishes) });
  strictEqual(reply.outcome, 'added');
  return Object.fromEntries(reply.jobs.map(({ name, id }) => [name, id]));
}

/** The states of jobs by name. */
export async function statesOf(
  rig: EngineRig,
  ids: Readonly<Record<string, string>>,
): Promise<Record<string, string | undefined>> {
  const states = await rig.states(...Object.values(ids));
  return Object.fromEntries(Object.keys(ids).map((name, index) => [name, states[index]]));
}
