import { XcError } from '@xc/core';
import type { Delivered } from '../engine/engine-reads.ts';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { JobRef, ResultOptions } from '../job/job-ref.ts';
import type { JobState } from '../job/job-state.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import { gone } from '../results/result-errors.ts';
import type { Settlements } from '../results/settlements.ts';
import type { FlowRef } from './flow.ts';

/** What a flow's handle needs of its queue. */
export interface FlowHome {
  readonly engine: EngineQueue;
  readonly codec: ValueCodec;
  readonly settlements: Settlements;
}

type NodeResult = { readonly state: JobState; readonly result?: unknown };

/** A flow by its id. */
export class FlowHandle implements FlowRef {
  readonly id: string;
  readonly jobs: Readonly<Record<string, JobRef<unknown>>>;
  readonly #home: FlowHome;

  constructor(id: string, jobs: Readonly<Record<string, JobRef<unknown>>>, home: FlowHome) {
    this.id = id;
    this.jobs = jobs;
    this.#home = home;
  }

  async result(options: ResultOptions = {}): Promise<Readonly<Record<string, NodeResult>>> {
    const { engine, settlements, codec } = this.#home;
    const entries = Object.entries(this.jobs);
    // Each settles whatever its end; those that were not kept are told of by the engine's record of the flow.
    const ids = entries.map(([, { id }]) => id);
    const ends = await settlements.of(ids, `flow ${this.id}`, options);
    const forgotten = ends.some(({ state }) => state === 'missing');
    const nodes = forgotten ? await engine.read('flow', { id: this.id }, { signal: options.signal }) : [];
    if (nodes === undefined) throw gone(`flow ${this.id}`);
    const known = new Map(nodes.map((node) => [node.name, node]));
    return Object.fromEntries(
      entries.map(([name], index) => {
        const end = ends[index];
        if (end?.state === 'done') return [name, nodeResult('done', end.result, codec)];
        if (end === undefined || end.state === 'missing') return [name, ofRecord(known.get(name), codec)];
        return [name, { state: end.state }];
      }),
    );
  }
}

function ofRecord(node: Delivered | undefined, codec: ValueCodec): NodeResult {
  if (node === undefined) return { state: 'cancelled' };
  return nodeResult(node.state, node.result, codec);
}

function nodeResult(state: JobState, result: Uint8Array | undefined, codec: ValueCodec): NodeResult {
  return result === undefined ? { state } : { state, result: codec.decode(result) };
}

/** A flow that could not be added because the queue is full. */
export function flowFull(queue: string): XcError<'XC_QUEUE_FULL'> {
  return new XcError('XC_QUEUE_FULL', `queue '${queue}' is full`, { details: { queue }, retryable: true });
}
