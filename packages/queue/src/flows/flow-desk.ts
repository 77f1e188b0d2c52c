import type { FlowNodeEntry, FlowReply } from '../engine/engine-controls.ts';
import type { JobRef } from '../job/job-ref.ts';
import { abortSignal, refuseUnknown, shown } from '../option-checks.ts';
import { checkId } from '../queue/add-checks.ts';
import type { EntryMaker } from '../queue/entry-maker.ts';
import type { QueueSettings } from '../queue/queue-settings.ts';
import { type AddedHome, tellAdded } from '../queue/tell-added.ts';
import { JobHandle } from '../results/job-handle.ts';
import type { FlowNode, FlowRef } from './flow.ts';
import { flowEdges } from './flow-graph.ts';
import { FlowHandle, type FlowHome, flowFull } from './flow-handle.ts';
import { refuseSharedIds } from './shared-ids.ts';

/** What adding flows needs of its queue. */
export interface FlowDeskHome extends FlowHome, AddedHome {
  readonly name: string;
  readonly settings: QueueSettings;
  readonly entries: EntryMaker;
}

/** Adds graphs of jobs. */
export class FlowDesk {
  readonly #home: FlowDeskHome;

  constructor(home: FlowDeskHome) {
    this.#home = home;
  }

  async add(
    nodes: readonly FlowNode<never>[],
    options: { readonly id?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<FlowRef> {
    refuseUnknown(options, ['id', 'signal']);
    const { id, signal } = options;
    if (id !== undefined) checkId(id);
    abortSignal(signal)?.throwIfAborted();
    const edges = flowEdges(nodes);
    const entries = nodes.map((node, place): FlowNodeEntry => {
      return { name: node.name, entry: this.#entry(node), after: edges[place] ?? [] };
    });
    refuseSharedIds(entries);
    const flow = await this.#home.engine.control('flow', { id, nodes: entries }, { signal });
    this.#tell(entries, flow);
    if (flow.outcome === 'full') throw flowFull(this.#home.name);
    const { outcome } = flow;
    const jobs = flow.jobs.map((job): [string, JobRef<unknown>] => [
      job.name,
      new JobHandle(job.id, outcome, this.#home),
    ]);
    return new FlowHandle(flow.id, Object.fromEntries(jobs), this.#home);
  }

  #tell(entries: readonly FlowNodeEntry[], { jobs, outcome }: FlowReply): void {
    const ids = new Map(jobs.map(({ name, id }) => [name, id]));
    const at = this.#home.settings.clock.now();
    for (const { name, entry } of entries) {
      tellAdded(this.#home, entry.record, { id: ids.get(name) ?? '', outcome }, at);
    }
  }

  #entry({ name, type, data, options = {} }: FlowNode<never>): FlowNodeEntry['entry'] {
    for (const option of ['unique', 'signal'] as const) {
      if (options[option] !== undefined) throw new TypeError(`${option} must be left out of node ${shown(name)}`);
    }
    return this.#home.entries.entry(type, data, options);
  }
}
