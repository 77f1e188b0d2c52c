import { systemClock, type Timer } from '@xc/core';
import { shown } from '../keys/shown.ts';
import type { PgPool, PgPooledClient, PgResult } from './pg-pool.ts';

/** How long a connection has to be made clean again, in ms; else it is closed. */
const CLEAN_MS = 2_000;

/** What clients of `pg` have besides, and others may not. */
interface Internals {
  /** The back end of the connection. */
  readonly processID?: number | null;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
  removeListener?(event: 'error', listener: (error: unknown) => void): unknown;
}

/** Pools of `pg`, and others that take a callback. */
interface ByCallback {
  connect(callback: (error: unknown, client: PgPooledClient | undefined) => void): unknown;
}

/**
 * Lends a client of a pool for the length of `work`, which leaves it clean; when `work` fails, `clean` has to say so, or the
 * connection is closed. On abort what the server is doing is cancelled, the connection is closed, and it rejects with the reason: at
 * once, or with `patienceMs` as soon as the server has let go of it, so that nothing of it takes effect later.
 */
export async function withClient<T>(
  pool: PgPool,
  work: (client: PgPooledClient) => Promise<T>,
  clean: (client: PgPooledClient, error: unknown) => Promise<boolean>,
  signal: AbortSignal | undefined,
  patienceMs = 0,
): Promise<T> {
  signal?.throwIfAborted();
  const client = await connected(pool, signal);
  let returned = false;
  const giveBack = (error?: Error): void => {
    if (returned) return;
    returned = true;
    if (error === undefined) givenBack(client);
    else client.release(error);
  };
  const task = (async () => {
    try {
      const answer = await work(client);
      giveBack();
      return answer;
    } catch (error) {
      if (returned) throw error;
      giveBack((await inTime(clean(client, error))) ? undefined : asError(error));
      throw error;
    }
  })();
  return await unlessAborted(task, signal, async () => {
    const { processID } = client;
    if (!returned && typeof processID === 'number') cancel(pool, processID);
    if (patienceMs > 0) await Promise.race([task.catch(() => undefined), systemClock.sleep(patienceMs)]);
    giveBack(new Error('aborted'));
  });
}

/** `task`, or the reason of the signal once it has aborted and `aborted` is through; then nobody hears how the task ends. */
function unlessAborted<T>(
  task: Promise<T>,
  signal: AbortSignal | undefined,
  aborted: () => void | Promise<void>,
): Promise<T> {
  if (signal === undefined) return task;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      (async () => await aborted())().finally(() => reject(signal.reason));
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    task
      .then(resolve, (error) => reject(signal.aborted ? signal.reason : error))
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/** One statement by itself. */
export async function asked(
  pool: PgPool,
  text: string,
  values: unknown[],
  signal: AbortSignal | undefined,
): Promise<PgResult> {
  return await withClient(pool, (client) => client.query(text, values), isClean, signal);
}

/** After an error of the server outside of a transaction the connection is as before; after any other it may be gone. */
export async function isClean(_: unknown, error: unknown): Promise<boolean> {
  const { severity } = (error ?? {}) as { readonly severity?: unknown };
  return severity === 'ERROR';
}

/** A server that does not answer keeps nobody from hearing of an error. */
async function inTime(clean: Promise<boolean>): Promise<boolean> {
  let over: Timer | undefined;
  const late = new Promise<boolean>((resolve) => {
    over = systemClock.after(CLEAN_MS, () => resolve(false));
  });
  try {
    return await Promise.race([clean.catch(() => false), late]);
  } finally {
    over?.cancel();
  }
}

/**
 * Lends a client whose errors do not end the process. Pools listen to idle connections only, and `pg` may hand one out and hear that
 * it is lost in the same breath: before whoever awaits it goes on, hence by callback. Whoever asks something is told.
 */
export function lentClient(pool: PgPool): Promise<PgPooledClient & Internals> {
  const heard = (client: PgPooledClient & Internals) => {
    client.on?.('error', ignored);
    return client;
  };
  if (pool.connect.length === 0) return pool.connect().then(heard);
  return new Promise((resolve, reject) => {
    const given: unknown = (pool as unknown as ByCallback).connect((error, client) => {
      if (client) resolve(heard(client));
      else reject(error);
    });
    // It takes something else than a callback.
    if (given instanceof Promise) given.then((client: PgPooledClient) => resolve(heard(client)), reject);
  });
}

/**
 * Takes back a client that is as it was, without the listener of {@link lentClient}: it may be the next caller's at once. One that
 * is closed instead keeps it, for it may still fail, and its pool does not listen.
 */
export function givenBack(client: PgPooledClient & Internals): void {
  client.removeListener?.('error', ignored);
  client.release();
}

async function connected(pool: PgPool, signal: AbortSignal | undefined): Promise<PgPooledClient & Internals> {
  const connecting = lentClient(pool);
  let late = false;
  connecting.then(
    (client) => late && givenBack(client),
    () => undefined,
  );
  return await unlessAborted(connecting, signal, () => {
    late = true;
  });
}

/** Closing a connection does not end what its back end waits for. */
function cancel(pool: PgPool, processId: number): void {
  const told = async () => await pool.query('select pg_catalog.pg_cancel_backend($1)', [processId]);
  told().catch(() => undefined);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(shown(error));
}

function ignored(): void {}
