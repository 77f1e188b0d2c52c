import type { FixedRule, QuotaRule } from '../../limits/limit-rule.ts';
import { quotaPeriods } from '../../quota/quota-period.ts';
import type { LimitModel, Moment } from './limit-model.ts';

interface Window {
  /** Of the clock that decides: monotonic from the first hit, epoch for aligned windows and quotas. */
  readonly start: number;
  readonly lengthMs: number;
  /** Monotonic end as foreseen when it was first charged: a wall clock that goes back does not make it last longer. */
  readonly endsAt: number;
  count: number;
}

/** Fixed windows and quotas: one count, and the window that it belongs to. */
export function windowModel(): LimitModel<FixedRule | QuotaRule> {
  let written: Window | undefined;

  /** The window that counts now, and what is left of it. */
  function current(rule: FixedRule | QuotaRule, at: Moment): { readonly window: Window; readonly leftMs: number } {
    const { start, end } = bounds(rule, at);
    const fresh = { start, lengthMs: end - start, endsAt: at.monotonic + end - clockOf(rule, at), count: 0 };
    const stays = written !== undefined && at.monotonic < written.endsAt && written.start > start;
    const same = written !== undefined && (isAnchored(rule) ? at.monotonic < written.endsAt : written.start === start);
    if (written !== undefined && isAnchored(rule) && same) {
      return { window: written, leftMs: Math.ceil(written.endsAt - at.monotonic) };
    }
    if (written !== undefined && same) return { window: written, leftMs: Math.ceil(end - at.now) };
    if (written !== undefined && stays) {
      // Either the clock is in that window again before it would have been over, or it would be over long before.
      const { start: again, lengthMs, endsAt } = written;
      const early = at.now + endsAt - at.monotonic < again;
      return { window: written, leftMs: Math.ceil(early ? endsAt - at.monotonic : again + lengthMs - at.now) };
    }
    return { window: fresh, leftMs: Math.ceil(end - clockOf(rule, at)) };
  }

  return {
    look(rule, at, cost) {
      const { window, leftMs } = current(rule, at);
      const never = rule.limit === 0 || cost > rule.limit;
      const allowed = !never && window.count + cost <= rule.limit;
      return {
        allowed,
        remaining: Math.max(0, rule.limit - window.count),
        resetAfterMs: window.count > 0 ? leftMs : 0,
        retryAfterMs: never ? Number.POSITIVE_INFINITY : allowed ? 0 : leftMs,
        ...(rule.algorithm === 'quota' ? { windowMs: window.lengthMs } : {}),
      };
    },

    charge(rule, at, cost) {
      written = current(rule, at).window;
      written.count += cost;
      return String(written.start);
    },

    save() {
      const was = written === undefined ? undefined : { ...written };
      return () => {
        written = was;
      };
    },

    adjust(rule, at, receipt, by) {
      const { window } = current(rule, at);
      if (by > 0) {
        const added = Math.max(0, Math.min(by, 2 * rule.limit - window.count));
        if (added === 0) return 0;
        written = window;
        written.count += added;
        return added;
      }
      if (String(window.start) !== receipt) return 0;
      const given = Math.min(-by, window.count);
      window.count -= given;
      if (window.count === 0) written = undefined;
      return given;
    },
  };
}

function isAnchored(rule: FixedRule | QuotaRule): boolean {
  return rule.algorithm === 'fixed' && rule.aligned !== true;
}

function clockOf(rule: FixedRule | QuotaRule, at: Moment): number {
  return isAnchored(rule) ? at.monotonic : at.now;
}

function bounds(rule: FixedRule | QuotaRule, at: Moment): { readonly start: number; readonly end: number } {
  if (rule.algorithm === 'quota') return quotaPeriods(rule)(at.now);
  const start = rule.aligned === true ? Math.floor(at.now / rule.windowMs) * rule.windowMs : at.monotonic;
  return { start, end: start + rule.windowMs };
}
