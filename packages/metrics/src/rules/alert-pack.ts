import type { AlertPackOptions } from './alert-pack-options.ts';
import type { BurnSeverity } from './burn-thresholds.ts';
import type { RuleGroup } from './rule-group.ts';

/** One alert of a pack. */
export interface PackedAlert {
  readonly alert: string;
  readonly severity: BurnSeverity;
  readonly expr: string;
  /** Minutes that the expression must hold. */
  readonly forMinutes: number;
  /** One line, with the labels of the series as a template's fields. */
  readonly summary: string;
}

/** A group of alerts, each labelled, explained and led to its page. */
export function alertPack<T>(
  name: string,
  { labels, annotations, runbook }: AlertPackOptions<T>,
  alerts: readonly PackedAlert[],
): RuleGroup {
  return {
    name,
    rules: alerts.map(({ alert, severity, expr, forMinutes, summary }) => ({
      alert,
      expr,
      for: `${forMinutes}m`,
      labels: { ...labels, severity },
      annotations: { summary, ...(runbook === undefined ? {} : { runbook_url: runbook(alert) }), ...annotations },
    })),
  };
}

/** Writes the selector of a metric: the pack's matchers and some of the alert's own. */
export function selector(match: string | undefined): (metric: string, ...own: readonly string[]) => string {
  return (metric, ...own) => `${metric}{${[match, ...own].filter(Boolean).join(',')}}`;
}

/**
 * The thresholds of a pack, those given before the usual ones.
 *
 * @throws TypeError when one has no such name; RangeError when it is no finite number of at least 0.
 */
export function thresholds<T extends Readonly<Record<string, number>>>(usual: T, given: Partial<T> | undefined): T {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!(name in usual))
      throw new TypeError(`thresholds.${name} is not known; there are ${Object.keys(usual).join(', ')}`);
    if (value !== undefined && !(typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`thresholds.${name} must be a finite number of at least 0, got ${String(value)}`);
    }
  }
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...usual, ...Object.fromEntries(set) };
}
