import { capacityOf } from '../../limits/capacity.ts';
import type { BucketRule } from '../../limits/limit-rule.ts';
import type { LimitModel, Moment } from './limit-model.ts';

interface Level {
  readonly tokens: number;
  /** Refills come at whole windows after this. */
  readonly since: number;
  /** When it was to be full as it was written. */
  readonly fullAt: number;
}

/** A token bucket with whole refills, counted from the first use since it was full; times in milliseconds. */
export function intervalModel(): LimitModel<BucketRule> {
  let written: Level | undefined;

  function level(rule: BucketRule, { monotonic }: Moment): { readonly tokens: number; readonly since: number } {
    const capacity = capacityOf(rule);
    const full = { tokens: capacity, since: monotonic };
    if (written === undefined || monotonic >= written.fullAt) return full;
    const refills = Math.floor((monotonic - written.since) / rule.windowMs);
    const tokens = written.tokens + refills * rule.limit;
    return tokens >= capacity ? full : { tokens, since: written.since + refills * rule.windowMs };
  }

  function write(rule: BucketRule, tokens: number, since: number): void {
    written = { tokens, since, fullAt: since + Math.ceil((capacityOf(rule) - tokens) / rule.limit) * rule.windowMs };
  }

  return {
    look(rule, at, cost) {
      const capacity = capacityOf(rule);
      if (rule.limit === 0) {
        return { allowed: false, remaining: 0, resetAfterMs: 0, retryAfterMs: Number.POSITIVE_INFINITY };
      }
      const { tokens, since } = level(rule, at);
      const until = (wanted: number) =>
        Math.ceil(since + Math.ceil((wanted - tokens) / rule.limit) * rule.windowMs - at.monotonic);
      return {
        allowed: cost <= tokens,
        remaining: Math.max(0, tokens),
        resetAfterMs: tokens >= capacity ? 0 : until(capacity),
        retryAfterMs: cost > capacity ? Number.POSITIVE_INFINITY : cost <= tokens ? 0 : until(cost),
      };
    },

    charge(rule, at, cost) {
      const { tokens, since } = level(rule, at);
      write(rule, tokens - cost, since);
      const refilled = Math.ceil(capacityOf(rule) / rule.limit) * rule.windowMs;
      return String(at.monotonic + refilled);
    },

    save() {
      const was = written;
      return () => {
        written = was;
      };
    },

    adjust(rule, at, receipt, by) {
      if (rule.limit === 0) return 0;
      const { tokens, since } = level(rule, at);
      const capacity = capacityOf(rule);
      if (by > 0) {
        const added = Math.max(0, Math.min(by, tokens + capacity));
        write(rule, tokens - added, since);
        return added;
      }
      if (tokens >= capacity || at.monotonic >= Number(receipt)) return 0;
      write(rule, Math.min(capacity, tokens - by), since);
      return -by;
    },
  };
}
