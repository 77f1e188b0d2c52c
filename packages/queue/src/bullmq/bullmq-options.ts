import type { QueueOptions } from '../queue/queue-options.ts';

/** How a queue of BullMQ is opened. */
export interface BullmqOptions
  extends Pick<QueueOptions, 'maxAttempts' | 'keep' | 'timeoutMs' | 'clock' | 'logger' | 'meter' | 'tracer'> {
  /** The module itself, of version 5 or 6: `import * as bullmq from 'bullmq'`. */
  readonly bullmq: typeof import('bullmq');
  /** What BullMQ takes: options of a connection, or a client. */
  readonly connection: unknown;
  /** Of every call, in ms, and of stop and close, though BullMQ's clients wait for Redis as long as it is away. @defaultValue 5_000 */
  readonly deadlineMs?: number | undefined;
  /** @defaultValue 'bull', BullMQ's */
  readonly prefix?: string | undefined;
}
