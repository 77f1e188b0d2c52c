import { isXcError, type SpanAttributes, XcError } from '@xc/core';
import type { AddEntry, Added } from '../engine/add-request.ts';
import type { JobRef } from '../job/job-ref.ts';
import { abortSignal, plainObject, refuseUnknown, shown } from '../option-checks.ts';
import { type HandleHome, JobHandle } from '../results/job-handle.ts';
import type { AddItem, AddOptions } from './add-options.ts';
import type { Adder } from './adder.ts';
import type { EntryMaker } from './entry-maker.ts';
import type { QueueSettings } from './queue-settings.ts';
import { type AddedHome, tellAdded } from './tell-added.ts';

const mostItems = 10_000;

/** What adding needs of its queue. */
export interface AddHome extends HandleHome, AddedHome {
  readonly settings: QueueSettings;
  readonly entries: EntryMaker;
  readonly adder: Adder;
  /** How many jobs one request takes. */
  readonly maxAdds: number;
}

/** Adds jobs: checks and encodes at the call, sends with the others of the tick, tells what came of it. */
export class AddDesk {
  readonly #home: AddHome;

  constructor(home: AddHome) {
    this.#home = home;
  }

  /** @throws synchronously for bad input; the caller makes a rejection of it. */
  add(type: string, data: unknown, options: AddOptions | undefined): Promise<JobRef<unknown>> {
    if (!this.#home.entries.traced) return this.#add(type, data, options);
    return this.#spanned(1, () => this.#add(type, data, options));
  }

  /** @throws synchronously for bad input; the caller makes a rejection of it. */
  addMany(
    items: readonly AddItem<never>[],
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<(JobRef<unknown> | XcError)[]> {
    if (!Array.isArray(items)) throw new TypeError(`items must be an array, got ${shown(items)}`);
    if (items.length > mostItems) throw new RangeError(`items must be at most ${mostItems}, got ${items.length}`);
    refuseUnknown(options, ['signal']);
    const signal = abortSignal(options.signal);
    if (!this.#home.entries.traced) return this.#addMany(items, signal);
    return this.#spanned(items.length, () => this.#addMany(items, signal));
  }

  #add(type: string, data: unknown, options: AddOptions | undefined): Promise<JobRef<unknown>> {
    const entry = this.#home.entries.entry(type, data, options);
    return this.#home.adder.add([entry], options?.signal).then(([added]) => {
      const ref = this.#told(entry, added as Added);
      if (ref instanceof XcError) throw ref;
      return ref;
    });
  }

  async #addMany(
    items: readonly AddItem<never>[],
    signal: AbortSignal | undefined,
  ): Promise<(JobRef<unknown> | XcError)[]> {
    const made = items.map((item) => this.#entryOf(item));
    const entries = made.filter((entry): entry is AddEntry => !(entry instanceof XcError));
    const chunks: Promise<readonly (Added | XcError)[]>[] = [];
    for (let from = 0; from < entries.length; from += this.#home.maxAdds) {
      chunks.push(this.#chunk(entries.slice(from, from + this.#home.maxAdds), signal));
    }
    const answers = (await Promise.all(chunks)).flat();
    let next = 0;
    return made.map((entry) => {
      if (entry instanceof XcError) return entry;
      const answer = answers[next++] as Added | XcError;
      return answer instanceof Error ? answer : this.#told(entry, answer);
    });
  }

  /** What the engine refuses is a refusal of each item; an abort is the caller's. */
  async #chunk(entries: readonly AddEntry[], signal: AbortSignal | undefined): Promise<readonly (Added | XcError)[]> {
    try {
      return await this.#home.adder.add(entries, signal);
    } catch (error) {
      if (signal?.aborted || !isXcError(error) || error.code === 'XC_QUEUE_CLOSED') throw error;
      return entries.map(() => error);
    }
  }

  #entryOf(item: AddItem<never>): AddEntry | XcError {
    try {
      plainObject('item', item);
      const { type, data, options } = item;
      return this.#home.entries.entry(type, data, options);
    } catch (error) {
      if (error instanceof XcError) return error;
      const { message } = error as Error;
      return new XcError('XC_QUEUE_BAD_ITEM', message, { cause: error });
    }
  }

  #told(entry: AddEntry, { id, outcome }: Added): JobRef<unknown> | XcError {
    const { metrics, settings } = this.#home;
    tellAdded(this.#home, entry.record, { id, outcome }, settings.clock.now());
    if (metrics.on && entry.unique !== undefined) metrics.unique.at(entry.unique.mode, outcome).inc();
    if (outcome === 'full') {
      const { name } = settings;
      return new XcError('XC_QUEUE_FULL', `queue '${name}' is full`, { details: { queue: name }, retryable: true });
    }
    return new JobHandle(id, outcome, this.#home);
  }

  #spanned<T>(count: number, fn: () => T): T {
    const { name, tracer } = this.#home.settings;
    const attributes: SpanAttributes = {
      'messaging.system': 'xc',
      'messaging.destination.name': name,
      'messaging.batch.message_count': count,
    };
    return tracer.span(`${name} send`, fn, attributes);
  }
}
