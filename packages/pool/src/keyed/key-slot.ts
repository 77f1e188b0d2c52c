import { EventFeed } from '../engine/event-feed.ts';
import { OpenPool } from '../engine/open-pool.ts';
import { PoolEngine } from '../engine/pool-engine.ts';
import type { PoolParts } from '../engine/pool-parts.ts';
import { checkFactory } from '../engine/settings.ts';
import type { PoolFactory } from '../pool-factory.ts';
import type { SharedRoom, Tenant } from './shared-room.ts';

/** The pool of one key. */
export class KeySlot<T> implements Tenant {
  readonly key: string;
  readonly factory: PoolFactory<T>;
  readonly engine: PoolEngine<T>;
  readonly pool: OpenPool<T>;
  usedAt: number;

  constructor(key: string, factory: PoolFactory<T>, parts: Omit<PoolParts, 'feed'>, room: SharedRoom) {
    checkFactory(factory as PoolFactory<never>);
    const { clock, logger, name } = parts.settings;
    this.key = key;
    this.factory = factory;
    this.usedAt = clock.monotonic();
    this.engine = new PoolEngine(factory, { ...parts, feed: new EventFeed(name, logger) }, room.share(this));
    this.pool = new OpenPool(factory, this.engine);
  }

  get waiting(): number {
    // A pool may ask for room before its own construction is over.
    return this.engine?.room.size ?? 0;
  }

  get idleSince(): number | undefined {
    return this.engine?.supply.shelf.idle.first?.idleSince;
  }

  /** Nobody has anything of it, and nobody waits. */
  get unused(): boolean {
    return this.waiting === 0 && this.engine.supply.shelf.lent.size === 0;
  }

  /** When it was last asked or given back to. */
  get lastUse(): number {
    return Math.max(this.usedAt, this.engine.load.lastReturnAt);
  }

  wake(): void {
    this.engine?.pump(this.engine.parts.settings.clock.monotonic());
  }

  evict(): void {
    const { first } = this.engine.supply.shelf.idle;
    if (first !== undefined) this.engine.supply.evict(first, 'surplus');
  }
}
