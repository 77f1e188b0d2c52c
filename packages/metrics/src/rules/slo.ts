import type { BurnThresholds } from './burn-thresholds.ts';
import type { RuleGroup } from './rule-group.ts';

/** How the failed share of the requests is measured. */
export type Sli =
  | {
      /** PromQL that gives one value, the rate of failed requests, with `$window` where the range goes. */
      readonly errors: string;
      /** PromQL that gives one value, the rate of all requests, with `$window` where the range goes. */
      readonly total: string;
    }
  | {
      /** The name of a histogram of seconds: a request is bad when it took longer than the threshold. */
      readonly histogram: string;
      /** One of the histogram's bucket bounds, in seconds. */
      readonly thresholdSeconds: number;
      /** Matchers of the series that count, without braces: `route!="/healthz"`. */
      readonly match?: string;
    };

/** What a service promises, and how it is measured. */
export interface SloSpec {
  /** Small letters, digits and dashes, 1 to 63. */
  readonly service: string;
  /** Small letters, digits and dashes, 1 to 63. */
  readonly name: string;
  /** Above 0, below 100, at most 6 decimals. */
  readonly objectivePercent: number;
  /** The period, 7 to 90 whole days. @defaultValue 30 */
  readonly windowDays?: number;
  readonly sli: Sli;
  /** Below this rate over the long window nothing pages and nothing tickets. @defaultValue 0 */
  readonly minRequestsPerSecond?: number;
  /** Minutes without any total series until `...NoData` fires; 0 leaves that alert out. @defaultValue 10 */
  readonly absentMinutes?: number;
  /** More labels of the alert that pages; `false` leaves it out. @defaultValue \{\} */
  readonly page?: false | Readonly<Record<string, string>>;
  /** More labels of the alert that waits for the morning; `false` leaves it out. @defaultValue \{\} */
  readonly ticket?: false | Readonly<Record<string, string>>;
  /** More labels of every rule. @defaultValue \{\} */
  readonly labels?: Readonly<Record<string, string>>;
  /** More annotations of every alert. @defaultValue \{\} */
  readonly annotations?: Readonly<Record<string, string>>;
  /** One series each that the generated tests feed, as `x_total{status="200"}`. Needed for the form with `errors` and `total`. */
  readonly test?: { readonly good: string; readonly bad: string };
}

/** An objective with everything that Prometheus needs to watch it. */
export interface Slo {
  readonly spec: SloSpec;
  /** The name of the alerts for a burning budget: pages and tickets share it and differ in `severity`. */
  readonly alertName: string;
  readonly thresholds: BurnThresholds;
  /** Recording rules first, then the alerts over them. */
  rules(): readonly RuleGroup[];
  /**
   * A file for `promtool test rules` that proves these rules: healthy traffic and no traffic are silent, a fast burn pages within
   * 10 minutes, a slow one tickets without a page, recovery resolves. It fails when a rule is taken out or weakened.
   *
   * @param rulesFile - the path of the rules, as seen from the test's own file
   * @throws TypeError when the series to feed are not known: no `test` in the specification, or matchers that tell no value.
   */
  promtoolTest(rulesFile: string): string;
}
