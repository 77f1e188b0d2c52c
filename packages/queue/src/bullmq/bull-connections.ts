import type { BullCalls } from './bull-calls.ts';

/** One of BullMQ's objects: it opens connections, and closes them when Redis has answered all that it was asked. */
interface Closing {
  close(): Promise<void>;
}

interface Client {
  readonly status?: string;
  connect(): Promise<unknown>;
  disconnect(): void;
}

interface Connection {
  readonly _client?: Client;
  readonly extraOptions?: { readonly shared?: boolean };
}

/** Version 5 has its connections at hand, version 6 in its backend. */
interface Connected {
  readonly connection?: Connection;
  readonly blockingConnection?: Connection;
  readonly backend?: Connected;
}

/** Closes gently while Redis answers in time, and by cutting the connections where it does not. Never rejects. */
export async function closeInTime(bull: Closing, calls: BullCalls): Promise<void> {
  await calls.leave(() => bull.close()).catch(() => cutConnections(bull));
}

/**
 * Ends the connections of one of BullMQ's objects, which gives its clients to others only once they are connected, which may be
 * never: so they are taken. A client that was handed in stays as it is.
 */
export function cutConnections(bull: object): void {
  const { connection, blockingConnection, backend } = bull as Connected;
  for (const each of [connection, blockingConnection]) {
    if (each?._client !== undefined && each.extraOptions?.shared !== true) cut(each._client);
  }
  if (backend !== undefined) cutConnections(backend);
}

function cut(client: Client): void {
  // One that waits to connect again would forget what it was asked without a word, and BullMQ's timers would wait on for it: one that
  // begins to connect refuses it.
  if (client.status === 'reconnecting') client.connect().catch(() => {});
  client.disconnect();
}
