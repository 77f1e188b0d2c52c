import type { Quota } from '../engine/quota.ts';

/** One of the pools that share a room. */
export interface Tenant {
  /** Borrowers that wait. */
  readonly waiting: number;
  /** Since when its longest idle resource is idle; undefined when none is. */
  readonly idleSince: number | undefined;
  /** There may be room now. */
  wake(): void;
  /** Closes its longest idle resource. */
  evict(): void;
}

/**
 * Room for so many resources over several pools. Who finds none is blocked, and blocked ones have their turns in the order in
 * which they came; those that have nothing at all before the others.
 */
export class SharedRoom {
  readonly #most: number;
  #taken = 0;
  /** Those that hold something. */
  readonly #holding = new Set<Share>();
  readonly #starving = new Set<Share>();
  readonly #short = new Set<Share>();
  /** Closes under way that make room for somebody. */
  #coming = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How much of it is taken. */
  get taken(): number {
    return this.#taken;
  }

  /** The part of one pool. */
  share(tenant: Tenant): Quota {
    return new Share(this, tenant);
  }

  take(share: Share): boolean {
    this.#unblock(share);
    if (this.#taken < this.#most) {
      this.#taken++;
      share.held++;
      this.#holding.add(share);
      return true;
    }
    // What is only kept ready waits for its turn; it is not worth anybody's idle resource.
    this.#block(share);
    if (share.tenant.waiting > 0) this.#makeRoom(share);
    return false;
  }

  give(share: Share): void {
    this.#taken--;
    share.held--;
    if (share.leaving > 0) {
      share.leaving--;
      this.#coming--;
    }
    if (share.held === 0) {
      this.#holding.delete(share);
      if (this.#short.delete(share)) this.#starving.add(share);
    }
    this.#serve();
  }

  yields(share: Share): boolean {
    if (this.#hungry(this.#starving, share) !== undefined) return true;
    const other = this.#hungry(this.#short, share);
    return other !== undefined && other.held + 1 < share.held;
  }

  #serve(): void {
    while (this.#taken < this.#most) {
      const next =
        this.#hungry(this.#starving) ?? this.#hungry(this.#short) ?? first(this.#starving) ?? first(this.#short);
      if (next === undefined) return;
      this.#unblock(next);
      next.tenant.wake();
    }
  }

  #makeRoom(share: Share): void {
    if (this.#coming >= this.#starving.size + this.#short.size) return;
    let oldest: Share | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const other of this.#holding) {
      const { idleSince } = other.tenant;
      if (other === share || idleSince === undefined || idleSince >= since) continue;
      oldest = other;
      since = idleSince;
    }
    if (oldest === undefined) return;
    this.#coming++;
    oldest.leaving++;
    oldest.tenant.evict();
  }

  /** The first for whom somebody waits. */
  #hungry(blocked: Set<Share>, except?: Share): Share | undefined {
    for (const share of blocked) {
      if (share === except) continue;
      if (share.tenant.waiting > 0) return share;
    }
    return undefined;
  }

  #block(share: Share): void {
    (share.held === 0 ? this.#starving : this.#short).add(share);
  }

  #unblock(share: Share): void {
    this.#starving.delete(share);
    this.#short.delete(share);
  }
}

class Share implements Quota {
  readonly tenant: Tenant;
  held = 0;
  /** Closes under way that make room for others. */
  leaving = 0;
  readonly #room: SharedRoom;

  constructor(room: SharedRoom, tenant: Tenant) {
    this.#room = room;
    this.tenant = tenant;
  }

  take(): boolean {
    return this.#room.take(this);
  }

  give(): void {
    this.#room.give(this);
  }

  yields(): boolean {
    return this.#room.yields(this);
  }
}

function first(shares: Set<Share>): Share | undefined {
  for (const share of shares) return share;
  return undefined;
}
