import type { MetricSnapshot, SeriesData, Snapshot } from '../snapshot.ts';

/** Both are plain data that survives JSON and structured cloning alike. */
const REQUEST = '@xc/metrics/scrape';
const ANSWER = '@xc/metrics/frame';

/** Asks a worker for its figures. */
export interface FrameRequest {
  readonly type: typeof REQUEST;
  readonly id: number;
  /** How long its collectors may take. */
  readonly withinMs: number;
}

/** A worker's figures. */
export interface FrameAnswer {
  readonly type: typeof ANSWER;
  readonly id: number;
  readonly snapshot: { readonly metrics: readonly FrameMetric[] };
}

/** JSON has no word for the levels of a gauge that are no finite numbers, so they travel as text. */
type FrameMetric = Omit<MetricSnapshot, 'series'> & {
  readonly series: readonly (Omit<SeriesData, 'value'> & { readonly value?: number | string })[];
};

const wordless: ReadonlySet<unknown> = new Set([Number.NaN, Infinity, -Infinity].map(String));

/** Writes a question. */
export function frameRequest(id: number, withinMs: number): FrameRequest {
  return { type: REQUEST, id, withinMs };
}

/** Writes an answer. */
export function frameAnswer(id: number, snapshot: Snapshot): FrameAnswer {
  return { type: ANSWER, id, snapshot: { metrics: snapshot.metrics.map(worded) } };
}

/** What an answer says. */
export function snapshotOf({ snapshot }: FrameAnswer): Snapshot {
  return { metrics: snapshot.metrics.map(unworded) };
}

/** Knows a question among other people's messages. */
export function isFrameRequest(message: unknown): message is FrameRequest {
  const { type, id, withinMs } = fieldsOf(message);
  return type === REQUEST && Number.isSafeInteger(id) && isAmount(withinMs);
}

/** Knows a whole answer among other people's messages and damaged ones. */
export function isFrameAnswer(message: unknown): message is FrameAnswer {
  const { type, id, snapshot } = fieldsOf(message);
  const { metrics } = fieldsOf(snapshot);
  return type === ANSWER && Number.isSafeInteger(id) && Array.isArray(metrics) && metrics.every(isMetric);
}

function isMetric(metric: unknown): metric is MetricSnapshot {
  const { name, help, type, labels, buckets, series } = fieldsOf(metric);
  if (typeof name !== 'string' || typeof help !== 'string' || !isTexts(labels) || !Array.isArray(series)) return false;
  if (type === 'histogram') {
    return isNumbers(buckets) && series.every((one) => isHistogramSeries(one, buckets.length + 1));
  }
  if (type !== 'counter' && type !== 'gauge') return false;
  return series.every((one) => {
    const { value } = fieldsOf(one);
    return hasLabels(one) && (isNumber(value) || (type === 'gauge' && wordless.has(value)));
  });
}

function worded(metric: MetricSnapshot): FrameMetric {
  if (metric.type !== 'gauge' || metric.series.every(({ value }) => Number.isFinite(value))) return metric;
  const series = metric.series.map((one) => (Number.isFinite(one.value) ? one : { ...one, value: String(one.value) }));
  return { ...metric, series };
}

function unworded(metric: FrameMetric): MetricSnapshot {
  // A histogram's series have no value; that of all others is a number, or text that means one.
  if (metric.type === 'histogram') return metric as MetricSnapshot;
  return { ...metric, series: metric.series.map((one) => ({ ...one, value: Number(one.value) })) };
}

function isHistogramSeries(series: unknown, length: number): series is SeriesData {
  const { count, sum, buckets } = fieldsOf(series);
  return hasLabels(series) && isNumber(count) && isNumber(sum) && isNumbers(buckets) && buckets.length === length;
}

function hasLabels(series: unknown): boolean {
  const { labels } = fieldsOf(series);
  return typeof labels === 'object' && labels !== null && isTexts(Object.values(labels));
}

function isTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'string');
}

function isNumbers(values: unknown): values is readonly number[] {
  return Array.isArray(values) && values.every(isNumber);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isAmount(value: unknown): value is number {
  return isNumber(value) && value >= 0;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
