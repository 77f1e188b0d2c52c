import type { QueueOptions } from '../queue/queue-options.ts';

/** How a queue of BullMQ is opened. */
export interface BullmqOptions
  extends Pick<QueueOptions, 'maxAttempts' | 'keep' | 'timeoutMs' | 'clock' | 'logger' | 'meter' | 'tracer'> {
  /** The module itself, of version 5 or 6: `import * as bullmq from 'bullmq'`. */
  readonly bullmq: typeof import('bullmq');
  /** What BullMQ takes: options of a connection, or a client. */
  readonly connection: unknown;
  /** @defaultValue 'bull', BullMQ's */
  readonly prefix?: string | undefined;
}
