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
    const hungry = share.tenant.waiting > 0;
    // What is only kept ready is worth nobody's turn, and nobody's idle resource.
    if (this.#taken < this.#most && (hungry || !this.#anyHungry(share))) {
      this.#unblock(share);
      this.#taken++;
      share.held++;
      this.#holding.add(share);
      return true;
    }
    this.#block(share);
    if (hungry) this.#makeRoom(share);
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
    const other = this.#hungry(this.#short, share);
    const fairer = other !== undefined && other.held + 1 < share.held;
    if (!fairer && this.#hungry(this.#starving, share) === undefined) return false;
    share.leaving++;
    this.#coming++;
    return true;
  }

  idled(share: Share): void {
    const other = this.#hungry(this.#starving, share) ?? this.#hungry(this.#short, share);
    if (other !== undefined) this.#makeRoom(other);
  }

  #serve(): void {
    // Each gets one chance: who does not take the room now will ask again when it wants it.
    for (const blocked of [this.#starving, this.#short]) {
      for (const share of [...blocked]) {
        if (this.#taken >= this.#most) return;
        if (!this.#blockedStill(share)) continue;
        share.tenant.wake();
        if (share.tenant.waiting === 0 && !this.#anyHungry(share)) this.#unblock(share);
      }
    }
  }

  #blockedStill(share: Share): boolean {
    return this.#starving.has(share) || this.#short.has(share);
  }

  #anyHungry(except: Share): boolean {
    return (this.#hungry(this.#starving, except) ?? this.#hungry(this.#short, except)) !== undefined;
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
  #hungry(blocked: Set<Share>, except: Share): Share | undefined {
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

  idled(): void {
    this.#room.idled(this);
  }
}
