import { type Clock, noopTracer, type Tracer } from '@xc/core';
import type { AddEntry, UniqueRule } from '../engine/add-request.ts';
import type { JobRecord, JobSettings } from '../engine/job-record.ts';
import { text } from '../option-checks.ts';
import { callersTrace } from '../trace/job-trace.ts';
import { checkAddOptions } from './add-checks.ts';
import type { AddOptions, UniqueOptions } from './add-options.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { ValueCodec } from './value-codec.ts';

const noOptions: AddOptions = {};

/** Makes what an engine takes of what a caller gives. */
export class EntryMaker {
  readonly #lanes: readonly string[];
  readonly #defaultLane: string;
  readonly #codec: ValueCodec;
  readonly #tracer: Tracer;
  readonly #clock: Clock;

  constructor({ lanes, defaultLane, tracer, clock }: QueueSettings, codec: ValueCodec) {
    this.#lanes = lanes.names;
    this.#defaultLane = defaultLane;
    this.#codec = codec;
    this.#tracer = tracer;
    this.#clock = clock;
  }

  /**
   * Encodes the data now, so that what the caller does to them later has no effect.
   *
   * @throws TypeError or RangeError for bad input; XC_QUEUE_UNSERIALIZABLE, XC_QUEUE_TOO_LARGE.
   */
  entry(type: string, data: unknown, options: AddOptions = noOptions): AddEntry {
    text('type', type);
    if (options !== noOptions) checkAddOptions(options, this.#lanes, this.#clock.now());
    const { id, delayMs = 0, dueAt, expiresInMs, unique } = options;
    return {
      id,
      record: this.record(type, this.#codec.encodeData(data), options),
      delayMs,
      dueAt,
      expiresInMs,
      unique: unique === undefined ? undefined : uniqueRule(unique),
    };
  }

  /** The record of a job whose options have been checked. */
  record(type: string, data: Uint8Array | undefined, options: AddOptions): JobRecord {
    const { lane = this.#defaultLane, key, trace = 'inherit' } = options;
    const carried = trace === 'inherit' ? callersTrace(this.#tracer) : undefined;
    return { type, data, lane, key, scheduledFor: undefined, settings: settingsOf(options, carried) };
  }

  /** Whether callers are traced, so that a call needs a span. */
  get traced(): boolean {
    return this.#tracer !== noopTracer;
  }
}

function settingsOf(options: AddOptions, trace: JobSettings['trace']): JobSettings | undefined {
  const { maxAttempts, timeoutMs, backoff } = options;
  if (maxAttempts === undefined && timeoutMs === undefined && backoff === undefined && trace === undefined)
    return undefined;
  return {
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(trace === undefined ? {} : { trace }),
  };
}

function uniqueRule({ key, mode = 'drop', ttlMs, maxWaitMs }: UniqueOptions): UniqueRule {
  return { key, mode, ttlMs, maxWaitMs };
}
