import type { Clock, Tracer, XcError } from '@xc/core';
import type { Queue as BullQueue } from 'bullmq';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import { text } from '../option-checks.ts';
import type { AddItem } from '../queue/add-options.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import type { BullCalls } from './bull-calls.ts';
import { bullOptions, type JobDefaults } from './bull-options.ts';
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
      const theirs = bullOptions(options, defaults, { data, trace }, clock.now());
      codec.encodeData(data);
      const { id: given, unique } = options;
      const accepted = await calls.ask(async () => {
        const there = given !== undefined && (await bull.getJob(given)) !== undefined;
        const holder = unique === undefined ? null : await bull.getDeduplicationJobId(unique.key);
        const id = String((await bull.add(type, data, theirs)).id);
        return { id, outcome: there ? 'exists' : holder === id ? 'duplicate' : 'added' } as const;
      }, 'XC_QUEUE_UNKNOWN_OUTCOME');
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
