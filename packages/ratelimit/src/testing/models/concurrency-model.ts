import type { ConcurrencyRule } from '../../limits/limit-rule.ts';
import type { LimitModel, Moment } from './limit-model.ts';

interface Held {
  readonly id: string;
  readonly units: number;
  expiresAt: number;
}

/** Who holds units, and until when. */
export function concurrencyModel(): LimitModel<ConcurrencyRule> {
  let held: Held[] = [];

  const live = ({ monotonic }: Moment) =>
    held.filter(({ expiresAt }) => monotonic < expiresAt).sort((one, other) => one.expiresAt - other.expiresAt);

  return {
    look(rule, at, cost) {
      const alive = live(at);
      const used = alive.reduce((sum, { units }) => sum + units, 0);
      const never = rule.limit === 0 || cost > rule.limit;
      const allowed = !never && used + cost <= rule.limit;
      const untilGone = (one: Held | undefined) => (one === undefined ? 0 : Math.ceil(one.expiresAt - at.monotonic));
      let left = used;
      const last = alive.find(({ units }) => {
        left -= units;
        return left + cost <= rule.limit;
      });
      return {
        allowed,
        remaining: Math.max(0, rule.limit - used),
        resetAfterMs: untilGone(alive.at(-1)),
        retryAfterMs: never ? Number.POSITIVE_INFINITY : allowed ? 0 : untilGone(last),
      };
    },

    charge(rule, at, units, lease) {
      if (lease === undefined) throw new TypeError('a concurrency limit is charged with a lease');
      const expiresAt = at.monotonic + (lease.ttlMs ?? rule.ttlMs ?? 30_000);
      held = [...live(at), { id: lease.id, units, expiresAt }];
      return lease.id;
    },

    save() {
      const was = held;
      return () => {
        held = was;
      };
    },

    // What is held is given back by ending the lease, and by nothing else.
    adjust: () => 0,

    renew(rule, at, { id, ttlMs }) {
      const own = live(at).find((one) => one.id === id);
      if (own === undefined) return false;
      own.expiresAt = at.monotonic + (ttlMs ?? rule.ttlMs ?? 30_000);
      return true;
    },

    release(_rule, at, { id }) {
      const own = live(at).find((one) => one.id === id);
      held = held.filter((one) => one !== own);
      return own !== undefined;
    },
  };
}
