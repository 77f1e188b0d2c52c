import type { Socket } from 'node:net';
import type { Client } from 'pg';

/** How a session stands between two statements: idle, in a transaction, in one that failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** What `pg` has and its types do not tell, or not in every version. */
interface Internals {
  /** Not in every version. */
  getTransactionStatus?(): TransactionStatus | null;
  /** Set by the server's ReadyForQuery, taken back by the next statement. Absent in the native client. */
  readonly readyForQuery?: boolean;
  readonly connection?: {
    readonly stream?: Partial<Socket>;
    on?(event: 'readyForQuery', listener: (message: { readonly status: TransactionStatus }) => void): void;
  };
}

/** Gives a connection of an older `pg` the means to tell how its session stands. */
export function tellStatus(client: Client): void {
  const { getTransactionStatus, connection } = internals(client);
  if (getTransactionStatus !== undefined) return;
  let status: TransactionStatus | undefined;
  connection?.on?.('readyForQuery', (message) => {
    status = message.status;
  });
  Object.defineProperty(client, 'getTransactionStatus', { value: () => status, configurable: true });
}

/** Whether statements of an owner before are still under way. */
export function isBusy(client: Client): boolean {
  return internals(client).readyForQuery === false;
}

/** Undefined where `pg` does not tell. */
export function statusOf(client: Client): TransactionStatus | undefined {
  return internals(client).getTransactionStatus?.() ?? undefined;
}

/** Whether the socket is open, as far as anybody here can know. */
export function isAlive(client: Client): boolean {
  const { stream } = internals(client).connection ?? {};
  return stream === undefined || (stream.destroyed !== true && stream.writable !== false);
}

/** Closes the socket at once. */
export function hangUp(client: Client | undefined): void {
  if (client !== undefined) internals(client).connection?.stream?.destroy?.();
}

/** Closes the socket as soon as everything is written, without waiting for the other side. */
export function hangUpSoon(client: Client): void {
  internals(client).connection?.stream?.destroySoon?.();
}

/** Runs a statement of ours: past the methods of an instrumented client, whose statistics are those of its user. */
export function ask(client: Client, sql: string): Promise<{ readonly command: string }> {
  const { query } = Object.getPrototypeOf(client) as Client;
  return Reflect.apply(query, client, [sql]) as Promise<{ readonly command: string }>;
}

/** Resolves when all statements under way have ended; rejects when the connection does. */
export function settled(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: unknown) => {
      client.off('drain', end).off('end', lost);
      if (error === undefined) resolve();
      else reject(error);
    };
    const lost = () => end(new Error('the connection ended'));
    client.on('drain', end).on('end', lost);
  });
}

function internals(client: Client): Internals {
  return client as unknown as Internals;
}
