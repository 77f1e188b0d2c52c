import type { Pool as LeasePool } from '@xc/pool';
import type { Client, ClientBase, Pool } from 'pg';

/** A connection for one question. */
export interface Loan {
  readonly client: Pick<ClientBase, 'query'>;
  /** Gives it back, or closes one that must not be used again. Only the first call counts. */
  end(broken: boolean): void;
}

/** Takes a connection from whatever pool there is; `label` says for what. */
export type Borrow = (label: string, signal: AbortSignal | undefined) => Promise<Loan>;

/** Borrows from the pool that `pg` brings. */
export function fromPgPool(pool: Pool): Borrow {
  return async (_, signal) => {
    const client = await pool.connect();
    // A connection that breaks rejects its query and also emits 'error', which ends a process that does not listen.
    const ignore = () => {};
    client.on('error', ignore);
    let held = true;
    const end = (broken: boolean) => {
      if (!held) return;
      held = false;
      client.off('error', ignore);
      client.release(broken);
    };
    if (signal?.aborted) {
      end(false);
      throw signal.reason;
    }
    return { client, end };
  };
}

/** Borrows from a pool of ours: a loan that is forgotten is noticed there. */
export function fromLeases(pool: LeasePool<Client>): Borrow {
  return async (label, signal) => {
    const lease = await pool.acquire({ label, ...(signal === undefined ? {} : { signal }) });
    return {
      client: lease.value,
      end: (broken) => (broken ? void lease.destroy() : lease.release()),
    };
  };
}
