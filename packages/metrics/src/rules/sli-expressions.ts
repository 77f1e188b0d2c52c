import { canonicalBound, numberText } from '../render/number-text.ts';
import type { Sli } from './slo.ts';

/** The rates of failed and of all requests over a window, as PromQL. */
export interface SliExpressions {
  /** Never without a value while there are requests: no failure yet is 0. */
  errors(window: string): string;
  total(window: string): string;
}

/** How both forms of an indicator are asked for. */
export function sliExpressions(sli: Sli): SliExpressions {
  if ('histogram' in sli) {
    const matchers = sli.match ?? '';
    const total = `sum(rate(${sli.histogram}_count{${matchers}}[$window]))`;
    const good = `sum(rate(${sli.histogram}_bucket{${[matchers, `le=~"${bothSpellings(sli.thresholdSeconds)}"`].filter(Boolean).join(',')}}[$window]))`;
    // A threshold that is no bound of the histogram finds no bucket: then nothing counts as fast enough, and that is heard.
    return expressions(`${total} - (${good} or 0 * ${total})`, total);
  }
  return expressions(sli.errors, sli.total);
}

function expressions(errors: string, total: string): SliExpressions {
  return {
    errors: (window) => `(${at(errors, window)}) or 0 * (${at(total, window)})`,
    total: (window) => at(total, window),
  };
}

function at(expression: string, window: string): string {
  return expression.replaceAll('$window', window);
}

/** Prometheus' text format writes `le="1"`, OpenMetrics `le="1.0"`: a regular expression, in a PromQL string, for both. */
function bothSpellings(bound: number): string {
  const spellings = new Set([numberText(bound), canonicalBound(bound)]);
  return [...spellings].map((text) => text.replaceAll(/[.+]/g, '\\\\$&')).join('|');
}
