import { XcError } from '@xc/core';
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
    const { settlements, codec } = this.#home;
    const entries = Object.entries(this.jobs);
    const ids = entries.map(([, { id }]) => id);
    const ends = await settlements.of(ids, `flow ${this.id}`, options, this.id);
    const results = ends.map((end): NodeResult => {
      // As long as one of its jobs is kept, a flow knows of all its nodes.
      if (end.state === 'missing') throw gone(`flow ${this.id}`, this.id);
      if (end.state !== 'done' || end.result === undefined) return { state: end.state };
      return { state: 'done', result: codec.decode(end.result) };
    });
    return Object.fromEntries(entries.map(([name], index) => [name, results[index] as NodeResult]));
  }
}

/** A flow that could not be added because the queue is full. */
export function flowFull(queue: string): XcError<'XC_QUEUE_FULL'> {
  return new XcError('XC_QUEUE_FULL', `queue '${queue}' is full`, { details: { queue }, retryable: true });
}
