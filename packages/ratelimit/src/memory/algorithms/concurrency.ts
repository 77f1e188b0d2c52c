import type { ConcurrencyRule } from '../../limits/limit-rule.ts';
import type { StepLease } from '../../store/step.ts';
import type { Slots } from '../slots.ts';
import { wholeMsLeft } from '../time-noise.ts';
import type { Algorithm } from './algorithm.ts';

/** @defaultValue of `ttlMs` */
export const DEFAULT_TTL_MS = 30_000;

interface Held {
  readonly units: number;
  expiresAt: number;
}

/** Who holds units, by the id of the lease, in `lists`. */
class Holders extends Map<string, Held> {
  used = 0;
  /** No lease ends before. */
  soonest = Number.POSITIVE_INFINITY;

  end(id: string): boolean {
    this.used -= this.get(id)?.units ?? 0;
    return this.delete(id);
  }

  expire(now: number): void {
    if (wholeMsLeft(this.soonest - now) > 0) return;
    this.soonest = Number.POSITIVE_INFINITY;
    for (const [id, { expiresAt }] of this) {
      if (wholeMsLeft(expiresAt - now) === 0) this.end(id);
      else if (expiresAt < this.soonest) this.soonest = expiresAt;
    }
  }

  hold(id: string, units: number, expiresAt: number): void {
    this.set(id, { units, expiresAt });
    this.used += units;
    if (expiresAt < this.soonest) this.soonest = expiresAt;
  }

  /** When enough leases have run out to free `units`, if nobody renews. */
  freedAt(units: number): number {
    let freed = 0;
    for (const held of [...this.values()].sort((one, other) => one.expiresAt - other.expiresAt)) {
      freed += held.units;
      if (freed >= units) return held.expiresAt;
    }
    return Number.POSITIVE_INFINITY;
  }
}

/** Leases that are held now. */
export function concurrency(slots: Slots): Algorithm<ConcurrencyRule> {
  const none = new Holders();

  function holdersOf(slot: number, now: number): Holders {
    const holders = (slot < 0 ? undefined : (slots.lists[slot] as Holders | undefined)) ?? none;
    holders.expire(now);
    return holders;
  }

  const lastOf = (holders: Holders) => {
    let last = Number.NEGATIVE_INFINITY;
    for (const { expiresAt } of holders.values()) if (expiresAt > last) last = expiresAt;
    return last;
  };

  return {
    judge(slot, { limit, ttlMs = DEFAULT_TTL_MS }, cost, now, verdict) {
      const holders = holdersOf(slot, now);
      const never = limit === 0 || cost > limit;
      const allowed = !never && holders.used + cost <= limit;
      let retry = Number.POSITIVE_INFINITY;
      if (!never && !allowed) retry = wholeMsLeft(holders.freedAt(holders.used + cost - limit) - now);
      const used = holders.used + (allowed ? cost : 0);
      const last = Math.max(lastOf(holders), allowed && cost > 0 ? now + ttlMs : now);
      verdict.set(allowed, Math.max(0, limit - used), wholeMsLeft(last - now), retry);
    },

    charge(slot, { ttlMs = DEFAULT_TTL_MS }, cost, now, verdict, lease) {
      const holders = (slots.lists[slot] as Holders | undefined) ?? new Holders();
      slots.lists[slot] = holders;
      const { id, ttlMs: forMs = ttlMs } = lease as StepLease;
      holders.hold(id, cost, now + forMs);
      verdict.resetAfterMs = wholeMsLeft(lastOf(holders) - now);
    },

    // What is held is given back by ending the lease, and by nothing else.
    add: () => 0,
    giveBack: () => 0,

    renew(slot, rule, now, { id, ttlMs = rule.ttlMs ?? DEFAULT_TTL_MS }) {
      const holders = holdersOf(slot, now);
      const held = holders.get(id);
      if (held === undefined) return false;
      held.expiresAt = now + ttlMs;
      holders.soonest = Math.min(holders.soonest, held.expiresAt);
      return true;
    },

    release: (slot, now, { id }) => holdersOf(slot, now).end(id),

    lastsMs: (slot, now) =>
      Math.max(lastOf((slots.lists[slot] as Holders | undefined) ?? none) - now, Number.MIN_SAFE_INTEGER),
  };
}
