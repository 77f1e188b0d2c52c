import type { RedisClient } from './client.ts';

interface Queueing {
  readonly status: string;
  readonly offlineQueue: { readonly length: number };
  sendCommand(command: QueuedCommand, stream?: unknown, node?: unknown): unknown;
}

interface QueuedCommand {
  readonly name: string;
  readonly promise: Promise<unknown>;
  reject(error: Error): void;
}

// What the library sends by itself to get ready.
const GREETING: ReadonlySet<string> = new Set(['auth', 'hello', 'select', 'client', 'readonly', 'info', 'cluster']);

/**
 * Lets at most `most` commands wait in the queue of the client for its connection; further ones are refused at once.
 *
 * Commands of a pipeline always pass: the library counts them to know when the pipeline is complete, and one that is
 * missing would leave it half-written.
 */
export function boundOfflineQueue(client: RedisClient, most: number): void {
  const queueing = client as unknown as Queueing;
  const { sendCommand } = queueing;
  queueing.sendCommand = (command, stream, node) => {
    const waits = queueing.status !== 'ready' && queueing.offlineQueue.length >= most;
    if (!waits || stream !== undefined || GREETING.has(command.name)) {
      return sendCommand.call(client, command, stream, node);
    }
    command.reject(new Error(`${most} commands wait for the connection already`));
    return command.promise;
  };
}
