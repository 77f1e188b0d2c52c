import { Entry } from '../engine/entry.ts';
import type { PoolParts } from '../engine/pool-parts.ts';
import type { Shelf } from '../engine/shelf.ts';
import { timedCall } from '../engine/timed-call.ts';
import { isPeerTimeout, type PeerAsk, type PeerPool } from './peer-pool.ts';

/** Who gets what the other pool lends. */
export interface PeerSupplyHost<T> {
  /** One is lent to us, and in our hands. */
  got(entry: Entry<T>): void;
  /** Somebody who waits is to hear of this. */
  denied(error: unknown): void;
  /** A create failed; `hopeless` when nothing is open. */
  createFailed(error: unknown, hopeless: boolean): void;
  /** There may be more to give out. */
  changed(): void;
}

/**
 * Resources of a pool that is not ours. It is asked for no more than what it could lend now, so that its queue, which cannot be
 * left, stays short; and it is asked for nothing while it fails to open any, because it may retry without a pause as long as
 * anybody waits.
 */
export class PeerSupply<T> {
  readonly peer: PeerPool<T>;
  generation = 0;
  createFailures = 0;
  lastCreateError: unknown;
  /** How many different ones we have had. */
  seen = 0;
  closed = 0;
  /** Since when nothing has come although something is being opened. */
  openingSince: number | undefined;
  readonly #parts: PoolParts;
  readonly #shelf: Shelf<T>;
  readonly #host: PeerSupplyHost<T>;
  readonly #asks = new Set<PeerAsk<T>>();
  /** The other pool closes resources without a word. */
  readonly #known = new WeakMap<WeakKey, Entry<T>>();
  #closing = 0;
  #failures = 0;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(peer: PeerPool<T>, parts: PoolParts, shelf: Shelf<T>, host: PeerSupplyHost<T>) {
    this.peer = peer;
    this.#parts = parts;
    this.#shelf = shelf;
    this.#host = host;
    peer.onCreateError((error) => this.#createFailed(error));
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  retryInMs(now: number): number {
    return Math.max(this.#retryAt - now, 0);
  }

  /** Nothing is open, nothing is being opened, and it is too early to try. */
  hopeless(now: number): boolean {
    if (!this.failing || this.retryInMs(now) === 0) return false;
    const { size, creating } = this.peer.figures();
    return size + creating === 0;
  }

  /** Asks for as many as are wanted and can be had. */
  fetch(wanted: number, now: number): void {
    const room = this.peer.max - this.#shelf.lent.size - this.#closing;
    const able = now >= this.#retryAt ? room : Math.min(room, this.peer.figures().idle);
    while (this.#asks.size < Math.min(wanted, able)) {
      if (!this.#ask()) return;
    }
    this.openingSince =
      this.#asks.size > 0 && this.peer.figures().creating > 0 ? (this.openingSince ?? now) : undefined;
  }

  fetchNow(): Entry<T> | undefined {
    const taken = this.peer.askNow();
    if (taken === undefined) return undefined;
    const entry = this.#entryOf(taken.resource);
    if (entry.generation === this.generation) return entry;
    this.discard(entry);
    return undefined;
  }

  giveBack(entry: Entry<T>): void {
    this.#shelf.busy--;
    this.peer.giveBack(entry.resource);
  }

  /** Closes an entry in our hands. */
  discard(entry: Entry<T>): void {
    this.#shelf.busy--;
    entry.state = 'closing';
    if (isWeakKey(entry.resource)) this.#known.delete(entry.resource);
    this.#closing++;
    const { agenda, settings } = this.#parts;
    timedCall(
      agenda,
      settings.clock.monotonic() + settings.destroyTimeoutMs,
      () => this.peer.discard(entry.resource),
      (end) => {
        if (end.kind === 'error') {
          settings.logger.warn({ err: end.error, pool: settings.name, id: entry.id }, 'could not close a resource');
        }
        this.#closing--;
        this.closed++;
        entry.state = 'closed';
        for (const closed of entry.closedCallbacks ?? []) closed();
        this.#host.changed();
      },
    );
  }

  /** Nothing that is open now is lent by us again. */
  clear(): void {
    this.generation++;
    const { logger, name } = this.#parts.settings;
    Promise.resolve(this.peer.closeIdle()).catch((error: unknown) => {
      logger.warn({ err: error, pool: name }, 'could not close what was idle');
    });
  }

  withdraw(): void {
    for (const ask of this.#asks) ask.cancel();
    this.#asks.clear();
  }

  #ask(): boolean {
    let ask: PeerAsk<T>;
    try {
      ask = this.peer.ask();
    } catch (error) {
      // Its factory threw, and nobody caught that.
      this.#createFailed(error);
      return false;
    }
    this.#asks.add(ask);
    ask.resource.then(
      (resource) => this.#got(ask, resource),
      (error: unknown) => this.#refused(ask, error),
    );
    return true;
  }

  #got(ask: PeerAsk<T>, resource: T): void {
    const wanted = this.#asks.delete(ask);
    this.#failures = 0;
    this.lastCreateError = undefined;
    this.openingSince = undefined;
    const entry = this.#entryOf(resource);
    if (entry.generation !== this.generation) this.discard(entry);
    else if (wanted) this.#host.got(entry);
    else this.giveBack(entry);
    this.#host.changed();
  }

  #refused(ask: PeerAsk<T>, error: unknown): void {
    if (!this.#asks.delete(ask)) return;
    // Its patience is not that of our borrower.
    if (!isPeerTimeout(error)) this.#host.denied(error);
    this.#host.changed();
  }

  #createFailed(error: unknown): void {
    const { agenda, settings } = this.#parts;
    const now = settings.clock.monotonic();
    this.createFailures++;
    this.lastCreateError = error;
    // Several that fail in one go are one reason to pause.
    if (now >= this.#retryAt) {
      this.#failures++;
      this.#retryAt = now + Math.max(settings.createBackoff.delayMs(this.#failures, settings.random), 0);
      agenda.at(this.#retryAt, () => this.#host.changed());
    }
    this.withdraw();
    const { size, creating } = this.peer.figures();
    this.#host.createFailed(error, size + creating === 0);
  }

  /** What is known of a resource that is lent to us: it is in our hands now. */
  #entryOf(resource: T): Entry<T> {
    this.#shelf.busy++;
    const entry = (isWeakKey(resource) ? this.#known.get(resource) : undefined) ?? this.#newEntry(resource);
    entry.state = 'busy';
    return entry;
  }

  #newEntry(resource: T): Entry<T> {
    const now = this.#parts.settings.clock.monotonic();
    const entry = new Entry(++this.seen, resource, this.generation, now, Number.POSITIVE_INFINITY, 0);
    if (isWeakKey(resource)) this.#known.set(resource, entry);
    return entry;
  }
}

function isWeakKey(resource: unknown): resource is WeakKey {
  return (typeof resource === 'object' && resource !== null) || typeof resource === 'function';
}
