import { randomUUID } from 'node:crypto';
import type { Clock, Tracer, XcError } from '@xc/core';
import type { Queue as BullQueue } from 'bullmq';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import { text } from '../option-checks.ts';
import type { AddItem } from '../queue/add-options.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import type { BullCalls } from './bull-calls.ts';
import { bullOptions, extrasOf, type JobDefaults } from './bull-options.ts';
import { refusalOf } from './bull-refusals.ts';

/** What adding needs of its queue. */
export interface AddingHome {
  readonly name: string;
  readonly bull: BullQueue;
  readonly calls: BullCalls;
  readonly defaults: JobDefaults;
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly codec: ValueCodec;
  readonly metrics: QueueMetrics;
}

/** What became of a job that was accepted. */
export interface Accepted {
  readonly id: string;
  readonly outcome: 'added' | 'exists' | 'duplicate';
}

/** Adds jobs to BullMQ one by one, as it has no batch that tells what became of each. */
export class BullAdding {
  readonly #home: AddingHome;

  constructor(home: AddingHome) {
    this.#home = home;
  }

  /** What became of each, in their order. */
  add(items: readonly AddItem<AnyJobs>[]): Promise<readonly (Accepted | XcError)[]> {
    const { tracer, name } = this.#home;
    return tracer.span(`${name} send`, () => Promise.all(items.map((item) => this.#addOne(item))));
  }

  async #addOne({ type, data, options = {} }: AddItem<AnyJobs>): Promise<Accepted | XcError> {
    const { bull, calls, codec, defaults, clock, tracer } = this.#home;
    try {
      text('type', type);
      const trace = options.trace === 'none' ? undefined : tracer.inject();
      codec.encodeData(data);
      const { id: given, unique } = options;
      // BullMQ answers with an id alone, also for a job that was there.
      const mark = given === undefined && unique === undefined ? undefined : randomUUID();
      const theirs = bullOptions(options, defaults, { data, trace, mark }, clock.now());
      const add = async (): Promise<Accepted> => {
        const id = String((await bull.add(type, data, theirs)).id);
        const there = mark === undefined ? undefined : await bull.getJob(id);
        // One that is gone by now has been done and not kept: it was ours.
        const isOurs = there === undefined || extrasOf(there.opts).mark === mark;
        return { id, outcome: isOurs ? 'added' : id === given ? 'exists' : 'duplicate' };
      };
      const accepted = await calls.ask(add, { changes: given === undefined ? [] : [given] });
      this.#count(type, accepted.outcome, unique && (unique.mode ?? 'drop'));
      return accepted;
    } catch (error) {
      return refusalOf(error);
    }
  }

  #count(type: string, outcome: string, mode: string | undefined): void {
    const { metrics } = this.#home;
    if (!metrics.on) return;
    metrics.added.at(metrics.types.of(type), outcome).inc();
    if (mode !== undefined) metrics.unique.at(mode, outcome).inc();
  }
}
