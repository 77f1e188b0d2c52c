import type { LogRule } from '../../limits/limit-rule.ts';
import type { LimitModel, Moment } from './limit-model.ts';

interface Entry {
  readonly at: number;
  readonly charge: number;
  units: number;
}

/** Every charge with its time; one that is a window old has left. */
export function logModel(serial: () => number): LimitModel<LogRule> {
  let entries: Entry[] = [];

  const live = (rule: LogRule, { monotonic }: Moment) =>
    entries.filter(({ at, units }) => monotonic < at + rule.windowMs && units > 0);
  const used = (alive: readonly Entry[]) => alive.reduce((sum, { units }) => sum + units, 0);

  return {
    look(rule, at, cost) {
      const alive = live(rule, at);
      const count = used(alive);
      const never = rule.limit === 0 || cost > rule.limit;
      const allowed = !never && count + cost <= rule.limit;
      const untilGone = (entry: Entry | undefined) =>
        entry === undefined ? 0 : Math.ceil(entry.at + rule.windowMs - at.monotonic);
      let left = count;
      const last = alive.find(({ units }) => {
        left -= units;
        return left + cost <= rule.limit;
      });
      return {
        allowed,
        remaining: Math.max(0, rule.limit - count),
        resetAfterMs: untilGone(alive.at(-1)),
        retryAfterMs: never ? Number.POSITIVE_INFINITY : allowed ? 0 : untilGone(last),
      };
    },

    charge(_rule, { monotonic }, cost) {
      const charge = serial();
      entries.push({ at: Math.max(monotonic, entries.at(-1)?.at ?? 0), charge, units: cost });
      return String(charge);
    },

    save() {
      const was = [...entries];
      return () => {
        entries = was;
      };
    },

    adjust(rule, at, receipt, by) {
      const alive = live(rule, at);
      if (by > 0) {
        const added = Math.max(0, Math.min(by, 2 * rule.limit - used(alive)));
        if (added > 0) this.charge(rule, at, added);
        return added;
      }
      const own = alive.find(({ charge }) => String(charge) === receipt);
      if (own === undefined) return 0;
      const given = Math.min(-by, own.units);
      own.units -= given;
      return given;
    },
  };
}
