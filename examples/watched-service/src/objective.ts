import type { Metrics } from '@xc/metrics';
import { defineSlo, type RequestTotals } from '@xc/metrics/rules';

const duration = 'http_server_request_duration_seconds';
const failed = /^(5..|aborted)$/;

// #region objective
/** The promise: of 1,000 requests in 30 days, 999 are answered. Whoever left without an answer was not. */
export const answered = defineSlo({
  service: 'city-guide',
  name: 'answers',
  objectivePercent: 99.9,
  sli: {
    errors: `sum(rate(${duration}_count{status=~"5..|aborted"}[$window]))`,
    total: `sum(rate(${duration}_count[$window]))`,
  },
  test: { good: `${duration}_count{status="200"}`, bad: `${duration}_count{status="503"}` },
});
// #endregion

/** The same two figures in the process itself, where no Prometheus is asked. */
export function countAnswers(metrics: Metrics): RequestTotals {
  const series = metrics.snapshot().metrics.find(({ name }) => name === duration)?.series ?? [];
  const count = (one: (typeof series)[number]) => one.count ?? 0;
  const bad = series.filter(({ labels }) => failed.test(labels.status ?? ''));
  return {
    errors: bad.reduce((sum, one) => sum + count(one), 0),
    total: series.reduce((sum, one) => sum + count(one), 0),
  };
}
