import { exponentialBackoff, type Subscription, systemClock, systemRandom, type Timer } from '@xc/core';
import { epochListener } from '../topology/epoch-listener.ts';
import { storeClosed } from '../topology/store-closed.ts';
import { givenBack, lentClient } from './lent-client.ts';
import type { PgPool, PgPooledClient } from './pg-pool.ts';
import { quotedName } from './sql-text.ts';

/** What an {@link EpochWatch} watches. */
export interface EpochWatchParts {
  readonly pool: PgPool;
  readonly channel: string;
  /** Messages of others come by the same channel. */
  readonly name: string;
  /** The epoch of this moment; 0 for none. */
  readonly epochOf: () => Promise<number>;
}

/** A connection that says nothing may be dead: looked at all the same, so often. */
const LOOK_MS = 5_000;
/** Where clients of the pool tell of no messages. */
const LOOK_ONLY_MS = 500;
/** A watch is there by then, whether anything can be heard yet or not. */
const WATCH_MS = 2_000;
const backoff = exponentialBackoff({ baseMs: 50, capMs: 2_000 });

/** What clients of `pg` have to be listened with. */
interface Listening {
  on?(event: string, listener: (message?: { readonly payload?: string }) => void): unknown;
  removeAllListeners?(event: string): unknown;
}

/** Tells of new epochs as long as somebody wants to hear of them: by one connection, which is looked after. */
export class EpochWatch {
  readonly #parts: EpochWatchParts;
  readonly #watchers = new Map<object, { told: number; readonly changed: (epoch: number) => void }>();
  #client: (PgPooledClient & Listening) | undefined;
  #timer: Timer | undefined;
  /** Grows with every beginning and end: who comes back from a wait finds whether it is still wanted. */
  #life = 0;
  #isClosed = false;

  constructor(parts: EpochWatchParts) {
    this.#parts = parts;
  }

  /** @throws XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE` when it is closed, or is closed meanwhile. */
  async add(changed: (epoch: number) => void): Promise<Subscription> {
    this.#checkOpen();
    const listener = epochListener(changed);
    const since = systemClock.monotonic();
    // What was there before is not news; where it cannot be asked for, everything is.
    const told = await this.#parts.epochOf().catch(() => 0);
    this.#checkOpen();
    const token = {};
    this.#watchers.set(token, { told, changed: listener });
    if (this.#watchers.size === 1) await this.#begin(since + WATCH_MS);
    this.#checkOpen();
    return {
      close: async () => {
        if (this.#watchers.delete(token) && this.#watchers.size === 0) this.#end();
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watchers.clear();
    this.#end();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw storeClosed();
  }

  async #begin(until: number): Promise<void> {
    this.#life += 1;
    const life = this.#life;
    // The only connection of a pool is for its users.
    const { options } = this.#parts.pool as { readonly options?: { readonly max?: number } };
    if (options?.max === 1) return this.#onlyLook();
    this.#timer = systemClock.every(LOOK_MS, () => void this.#look());
    const first = this.#listen(life, 1);
    // Who watches is told what it missed as soon as there is a connection; it need not wait for one that does not come.
    await Promise.race([first, systemClock.sleep(Math.max(1, Math.min(1_000, until - systemClock.monotonic())))]);
  }

  #end(): void {
    this.#life += 1;
    this.#timer?.cancel();
    this.#drop();
  }

  async #listen(life: number, attempt: number): Promise<void> {
    let client: (PgPooledClient & Listening) | undefined;
    try {
      client = (await lentClient(this.#parts.pool)) as PgPooledClient & Listening;
      if (life !== this.#life) return givenBack(client);
      const lent = client;
      this.#client = lent;
      if (typeof lent.on !== 'function') return this.#onlyLook();
      lent.on('notification', (message) => this.#heard(message?.payload));
      for (const end of ['error', 'end']) lent.on(end, () => this.#lost(lent, life, 1));
      await lent.query(`listen ${quotedName(this.#parts.channel)}`);
      await this.#look();
    } catch {
      if (client === undefined) this.#again(life, attempt + 1);
      else this.#lost(client, life, attempt + 1);
    }
  }

  /**
   * What was sent while nobody listened is found by looking, once somebody does again. A connection is lost once, however many
   * ways that is heard.
   */
  #lost(client: PgPooledClient, life: number, attempt: number): void {
    if (this.#client !== client) return;
    this.#drop();
    this.#again(life, attempt);
  }

  #again(life: number, attempt: number): void {
    if (life !== this.#life) return;
    systemClock.after(backoff.delayMs(attempt, systemRandom), () => {
      if (life === this.#life) void this.#listen(life, attempt);
    });
  }

  #onlyLook(): void {
    if (this.#client !== undefined) givenBack(this.#client);
    this.#client = undefined;
    this.#timer?.cancel();
    this.#timer = systemClock.every(LOOK_ONLY_MS, () => void this.#look());
  }

  /** A session that listens is nobody else's: it is closed. */
  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    client.removeAllListeners?.('notification');
    client.release(true);
  }

  #heard(payload: string | undefined): void {
    try {
      const [name, epoch] = JSON.parse(payload ?? '[]') as readonly unknown[];
      if (name === this.#parts.name) this.#tell(Number(epoch));
    } catch {
      // Somebody else's message.
    }
  }

  async #look(): Promise<void> {
    try {
      this.#tell(await this.#parts.epochOf());
    } catch {
      // The next look is soon.
    }
  }

  #tell(epoch: number): void {
    for (const [token, watcher] of [...this.#watchers]) {
      if (epoch <= watcher.told || !this.#watchers.has(token)) continue;
      watcher.told = epoch;
      watcher.changed(epoch);
    }
  }
}
